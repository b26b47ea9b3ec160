//! The thread that makes the multiplex, 10 ms at a time, as the card takes it or as the air goes.

use std::sync::mpsc::Receiver;
use std::sync::{Arc, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use domain::{Frames, MpxReading};
use hardware::mpx::{BLOCK_FRAMES, BLOCK_SAMPLES, Coder, DEVIATION_MAX_HZ, Frame};
use hardware::priority;
use playout::live::Buffer;
use playout::outputs::rtp::RtpLine;
use playout::realtime::{SILENCE, TapReader};

use super::super::card_link::CardLink;
use super::super::pace::PaceState;
use super::Shared;
use super::pipe::Pipe;
use super::teller::Teller;

/// How often ring and card are looked at: half a block.
const NAP: Duration = Duration::from_millis(5);
/// Sound that lies ready for the card on average: the mixer gives it in blocks, and a card takes periods of 43 ms at once.
const DEPTH: Frames = Frames::from_millis(100);
/// How often the readings are renewed.
const SHOW_EVERY: Duration = Duration::from_secs(1);
/// How long the buffer learns before what it says of the card's clock is told.
const LEARNS: Duration = Duration::from_mins(5);
const BLOCK: Frames = Frames(BLOCK_FRAMES as u64);

/// What the thread works with.
pub struct Coding {
    coder: Coder,
    teller: Teller,
    tap: TapReader,
    pace: Arc<PaceState>,
    shared: Arc<Shared>,
    out: Box<[f32; BLOCK_SAMPLES]>,
    /// The highest sample since the readings were renewed; `None` where nothing left.
    peak: Option<f32>,
    shown: Instant,
}

impl Coding {
    pub fn new(coder: Coder, teller: Teller, tap: TapReader, pace: Arc<PaceState>, shared: Arc<Shared>) -> Self {
        let out = Box::new([0.0; BLOCK_SAMPLES]);
        Self { coder, teller, tap, pace, shared, out, peak: None, shown: Instant::now() }
    }

    /// Feeds whichever card is open, at its pace, until told to stop.
    pub fn feed_card(mut self, cards: &Receiver<CardLink>) {
        // A card that runs dry takes the pilot from the air.
        priority::take_real_time();
        let (mut chunk, mut sound) = ([SILENCE; BLOCK_FRAMES], [SILENCE; BLOCK_FRAMES]);
        let mut doubled = vec![[0.0f32; 2]; BLOCK_SAMPLES];
        let mut card: Option<(CardLink, Buffer, Instant)> = None;
        while !self.shared.is_stopping() {
            if let Ok(link) = cards.try_recv() {
                card = Some((link, Buffer::new(DEPTH), Instant::now()));
            }
            card = card.filter(|(link, ..)| !link.is_abandoned());
            while let n @ 1.. = self.tap.read(&mut chunk) {
                if let Some((_, buffer, _)) = &mut card {
                    buffer.push(&chunk[..n], self.pace.position(Instant::now()));
                }
            }
            if let Some((link, buffer, _)) = &mut card {
                while link.wants() {
                    buffer.pull(self.pace.position(Instant::now()), &mut sound);
                    self.block(&sound, link.queued());
                    for (both, sample) in doubled.iter_mut().zip(self.out.iter()) {
                        *both = [*sample; 2];
                    }
                    link.push(&doubled);
                }
            }
            // The buffer knows how much faster the air goes than the card.
            let learnt = card.as_ref().filter(|(_, _, since)| since.elapsed() > LEARNS);
            self.show(learnt.map(|(_, buffer, _)| -buffer.drift_ppm()));
            thread::sleep(NAP);
        }
    }

    /// Feeds a pipe at the pace of the air until told to stop.
    pub fn feed_pipe(mut self, mut pipe: Pipe) {
        priority::take_real_time();
        let (mut sound, mut filled, mut lost) = ([SILENCE; BLOCK_FRAMES], 0, Frames::ZERO);
        while !self.shared.is_stopping() {
            filled += self.tap.read(&mut sound[filled..]);
            if filled < BLOCK_FRAMES {
                self.show(None);
                thread::sleep(NAP);
                continue;
            }
            filled = 0;
            self.block(&sound, Frames::ZERO);
            let standing = &self.shared.standing;
            standing.missed(self.tap.lost().saturating_sub(lost));
            lost = self.tap.lost();
            match pipe.write(&self.out) {
                Ok(()) => standing.took(BLOCK),
                Err(_) => standing.missed(BLOCK),
            }
            standing.tell(pipe.trouble());
        }
    }

    /// Sends it to an exciter at the pace of the air until told to stop.
    pub fn feed_line(mut self, mut line: RtpLine) {
        priority::take_real_time();
        let (mut sound, mut filled) = ([SILENCE; BLOCK_FRAMES], 0);
        let length = line.packet_frames();
        let samples = length.0 as usize * (BLOCK_SAMPLES / BLOCK_FRAMES);
        while !self.shared.is_stopping() {
            self.show(None);
            filled += self.tap.read(&mut sound[filled..]);
            if filled < BLOCK_FRAMES {
                line.nap(self.tap.position());
                continue;
            }
            filled = 0;
            self.block(&sound, Frames::ZERO);
            let mut at = self.tap.position() - BLOCK;
            for packet in self.out.chunks_exact(samples) {
                line.send_in_time(packet, at, &self.shared.standing);
                at = at + length;
            }
        }
        line.end();
    }

    /// Codes a block that begins to sound `ahead` from now.
    fn block(&mut self, sound: &[Frame; BLOCK_FRAMES], ahead: Frames) {
        self.teller.begin_block(ahead);
        let teller = &mut self.teller;
        self.coder.process(sound, &mut self.out, &mut |sample| teller.group(sample));
        self.teller.end_block(BLOCK_SAMPLES as u64);
        let peak = self.coder.reading().peak_now;
        self.peak = Some(self.peak.map_or(peak, |p| p.max(peak)));
    }

    /// Renews the readings once a second.
    fn show(&mut self, card_ppm: Option<f64>) {
        if self.shown.elapsed() < SHOW_EVERY {
            return;
        }
        self.shown = Instant::now();
        let (of, khz) = (self.coder.reading(), DEVIATION_MAX_HZ as f32 / 1_000.0);
        let reading = MpxReading {
            deviation_khz: self.peak.take().map(|peak| peak * khz),
            power_dbr: of.power_dbr.map(|dbr| dbr as f32),
            ceiling_hits: of.ceiling_hits,
            pi: self.teller.said().map(|said| said.pi.get()),
            card_ppm: card_ppm.map(|ppm| ppm as f32),
        };
        *self.shared.reading.lock().unwrap_or_else(PoisonError::into_inner) = reading;
    }
}
