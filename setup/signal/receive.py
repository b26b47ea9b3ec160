"""Decodes the RDS of a multiplex: `receive.py FILE`. Carrier from the pilot, bits from it, groups by division; nothing corrected."""

import sys
from collections import Counter

import numpy as np
from scipy import signal
from scipy.io import wavfile

OFFSETS = {0x0FC: "A", 0x198: "B", 0x168: "C", 0x350: "C'", 0x1B4: "D"}
POLYNOMIAL = 0x5B9


def bits_of(rate, mpx):
    """The bits with the sample at which each begins."""
    n = np.arange(len(mpx))
    narrow = signal.butter(2, [18_900, 19_100], "band", fs=rate, output="sos")
    phase = np.unwrap(np.angle(signal.hilbert(signal.sosfiltfilt(narrow, mpx))))
    inner = slice(rate // 10, -rate // 10)
    turn, start = np.polyfit(n[inner], phase[inner], 1)
    base = signal.fftconvolve(mpx * np.exp(-3j * (turn * n + start)), signal.firwin(1001, 3_000, fs=rate), "same")
    base = (base * np.exp(-0.5j * np.angle(np.mean(base**2)))).real
    bit = 16 * 2 * np.pi / turn
    sums = np.concatenate([[0], np.cumsum(base)])
    edges = np.arange(int(len(mpx) / bit) - 2) * bit
    between = lambda a, b: np.interp(b, np.arange(len(sums)), sums) - np.interp(a, np.arange(len(sums)), sums)
    halves = lambda at: between(edges + at, edges + at + bit / 2) - between(edges + at + bit / 2, edges + at + bit)
    offset = max(np.linspace(0, bit, 64, endpoint=False), key=lambda at: np.mean(abs(halves(at))))
    symbols = halves(offset) > 0
    return np.logical_xor(symbols[1:], symbols[:-1]).astype(int), edges[1:] + offset, turn * rate / 2 / np.pi


def block(bits):
    """The word of 26 bits and the block that its remainder says."""
    word = int("".join(map(str, bits)), 2)
    rest = word
    for bit in range(25, 9, -1):
        if rest >> bit & 1:
            rest ^= POLYNOMIAL << (bit - 10)
    return word >> 10, OFFSETS.get(rest)


def groups(bits):
    """Whole groups with their place, and how many were not whole after the first."""
    found, broken, at = [], 0, 0
    while at + 104 <= len(bits):
        blocks = [block(bits[at + 26 * i : at + 26 * i + 26]) for i in range(4)]
        order = "".join(name or "?" for _, name in blocks)
        if order in ("ABCD", "ABC'D"):
            found.append((at, [word for word, _ in blocks]))
        elif not found:
            at += 1
            continue
        else:
            broken += 1
        at += 104
    return found, broken


rate, samples = wavfile.read(sys.argv[1])
bits, begins, pilot_hz = bits_of(rate, samples.astype(np.float64))
found, broken = groups(bits)
kinds = Counter(f"{words[1] >> 12}{'B' if words[1] & 0x800 else 'A'}" for _, words in found)
print(f"receive.py: {len(found)} groups whole, {broken} not, pilot {pilot_hz:.4f} Hz; {dict(kinds)}")
for at, (_, second, third, fourth) in found:
    if second >> 11 == 8:
        end_s = begins[min(at + 104, len(begins) - 1)] / rate
        print(f"receive.py: {(third & 1) << 4 | fourth >> 12:02d}:{fourth >> 6 & 63:02d} is told by a group that ends at {end_s:.3f} s")
sys.exit(f"{broken} groups are broken" if broken or not found else 0)
