"""Decodes the RDS of a multiplex with GNU Radio and gr-rds, neither of which is ours: `gr_rds.py FILE`."""

import math
import sys
import time
from collections import Counter

import pmt
import rds
from gnuradio import analog, blocks, digital, filter, gr
from gnuradio.filter import firdes


class Groups(gr.basic_block):
    """Counts what the decoder lets through."""

    def __init__(self):
        gr.basic_block.__init__(self, name="groups", in_sig=[], out_sig=[])
        self.message_port_register_in(pmt.intern("in"))
        self.set_msg_handler(pmt.intern("in"), self.take)
        self.kinds = Counter()

    def take(self, message):
        octets = pmt.u8vector_elements(pmt.cdr(message))
        self.kinds[f"{octets[2] >> 4}{'B' if octets[2] & 8 else 'A'}"] += 1


top, groups = gr.top_block(), Groups()
# 192 kHz to 19 kHz at the subcarrier, where a half of a bit takes eight samples.
shift = filter.freq_xlating_fir_filter_fcc(8, firdes.low_pass(1, 192e3, 7.5e3, 5e3), 57e3, 192e3)
shape = filter.fir_filter_ccf(1, firdes.root_raised_cosine(1, 19e3, 2_375, 1, 151))
points = digital.constellation_bpsk().base()
clock = digital.symbol_sync_cc(digital.TED_ZERO_CROSSING, 8, 0.01, 1, 1, 0.1, 1, points, digital.IR_MMSE_8TAP, 128, [])
decoder = rds.decoder(False, False)
top.connect(
    blocks.wavfile_source(sys.argv[1], False),
    shift,
    filter.rational_resampler_ccc(19, 24),
    shape,
    analog.agc_cc(2e-3, 0.585, 53),
    clock,
    digital.constellation_receiver_cb(points, 2 * math.pi / 100, -0.002, 0.002),
    blocks.keep_one_in_n(gr.sizeof_char, 2),
    digital.diff_decoder_bb(2),
    decoder,
)
top.msg_connect(decoder, "out", groups, "in")
top.run()
time.sleep(1)
print(f"gr-rds: {sum(groups.kinds.values())} groups; {dict(groups.kinds)}")
