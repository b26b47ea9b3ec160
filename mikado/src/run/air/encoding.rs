//! The thread that measures and encodes what the pace-maker has rendered.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use domain::{Finding, Frames, LevelReading, OutputReading, Severity};
use hardware::power::Shed;
use playout::outputs::{Meter, Mp3Options, Mp3Stream, OpusOptions, OpusStream, OutputError, StreamHub, Unit};
use playout::realtime::{Frame, TapReader};
use playout::watch::SoundWatch;

use super::equipment::SharedShed;

/// How often the ring is emptied: two blocks. The encoders' own frames are no shorter, and each waking costs.
const NAP: Duration = Duration::from_millis(20);
/// LAME keeps large arrays on the stack.
const STACK_BYTES: usize = 1024 * 1024;
/// Frames taken from the ring at once.
const CHUNK: usize = 960;

/// An encoder and the hub that it feeds.
pub struct Stream<E> {
    /// Its name in vitals.
    name: &'static str,
    encoder: Option<E>,
    remake: Box<dyn Fn() -> Result<E, OutputError> + Send>,
    hub: Arc<StreamHub>,
    units: Vec<Unit>,
    /// What of the site's load must be shed for it to go; `None`: it never goes.
    goes_with: Option<Shed>,
}

/// What both encoders do.
pub trait Encode: Sized {
    /// Takes sound and gives units.
    fn push(&mut self, sound: &[Frame], out: &mut Vec<Unit>) -> Result<(), OutputError>;
    /// Gives what is left.
    fn finish(self, out: &mut Vec<Unit>) -> Result<(), OutputError>;
}

impl Encode for OpusStream {
    fn push(&mut self, sound: &[Frame], out: &mut Vec<Unit>) -> Result<(), OutputError> {
        self.push(sound, out)
    }
    fn finish(self, out: &mut Vec<Unit>) -> Result<(), OutputError> {
        self.finish(out)
    }
}

impl Encode for Mp3Stream {
    fn push(&mut self, sound: &[Frame], out: &mut Vec<Unit>) -> Result<(), OutputError> {
        self.push(sound, out)
    }
    fn finish(self, out: &mut Vec<Unit>) -> Result<(), OutputError> {
        self.finish(out)
    }
}

/// What the thread encodes; either may be absent.
pub struct Streams {
    /// The Ogg/Opus stream.
    pub opus: Option<Stream<OpusStream>>,
    /// The MP3 stream.
    pub mp3: Option<Stream<Mp3Stream>>,
    /// How much of the site's load is shed.
    pub shed: Arc<SharedShed>,
}

impl Stream<OpusStream> {
    /// An Opus encoder for this hub; one that feeds a server is never shed.
    pub fn opus(options: OpusOptions, hub: Arc<StreamHub>, feeds_server: bool) -> Self {
        let goes_with = (!feeds_server).then_some(Shed::Streams);
        Self::new("opus", hub, Box::new(move || OpusStream::new(options)), goes_with)
    }
}

impl Stream<Mp3Stream> {
    /// An MP3 encoder for this hub; one that feeds a server is never shed.
    pub fn mp3(options: Mp3Options, hub: Arc<StreamHub>, feeds_server: bool) -> Self {
        let goes_with = (!feeds_server).then_some(Shed::Mp3);
        Self::new("mp3", hub, Box::new(move || Mp3Stream::new(options)), goes_with)
    }
}

impl<E: Encode> Stream<E> {
    fn new(
        name: &'static str,
        hub: Arc<StreamHub>,
        remake: Box<dyn Fn() -> Result<E, OutputError> + Send>,
        goes_with: Option<Shed>,
    ) -> Self {
        Self { name, encoder: None, remake, hub, units: Vec::new(), goes_with }
    }

    /// Encodes and gives out. An encoder that fails, or was shed, is replaced by a new one with the next sound.
    fn push(&mut self, sound: &[Frame], shared: &Shared, shed: &SharedShed) {
        if self.goes_with.is_some_and(|least| shed.is(least)) {
            self.encoder = None;
            return;
        }
        let mut encoder = match self.encoder.take().map_or_else(&self.remake, Ok) {
            Ok(encoder) => encoder,
            Err(e) => return shared.trouble(self.name, Some(&e)),
        };
        match encoder.push(sound, &mut self.units) {
            Ok(()) => {
                self.encoder = Some(encoder);
                shared.trouble(self.name, None);
            }
            Err(e) => shared.trouble(self.name, Some(&e)),
        }
        self.units.drain(..).for_each(|unit| self.hub.push(unit));
    }

    fn finish(&mut self) {
        if let Some(encoder) = self.encoder.take() {
            // The stream ends either way; a listener misses at most the encoder's delay.
            let _ = encoder.finish(&mut self.units);
            self.units.drain(..).for_each(|unit| self.hub.push(unit));
        }
        self.hub.close();
    }
}

#[derive(Debug, Default)]
struct Shared {
    taken: AtomicU64,
    lost: AtomicU64,
    stop: AtomicBool,
    levels: Mutex<Vec<LevelReading>>,
    troubles: Mutex<Vec<(&'static str, Finding)>>,
    /// What the watch over the sound finds.
    found: Mutex<Vec<Finding>>,
}

impl Shared {
    fn trouble(&self, name: &'static str, error: Option<&OutputError>) {
        let mut troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        troubles.retain(|(n, _)| *n != name);
        if let Some(e) = error {
            let fr =
                format!("Le flux {name} ne peut pas être codé ({e}). L'antenne continue ; corrigez la configuration.");
            let en = format!("The {name} stream cannot be encoded: {e}. The air goes on; correct the config.");
            let code = "stream.encoder".to_owned();
            troubles.push((name, Finding { code, severity: Severity::Warning, at_s: None, fr, en }));
        }
    }
}

/// The running thread.
pub struct Encoding {
    shared: Arc<Shared>,
    hubs: Vec<(&'static str, Arc<StreamHub>)>,
    thread: JoinHandle<()>,
}

impl Encoding {
    /// Starts measuring and encoding what `tap` gives.
    pub fn start(tap: TapReader, streams: Streams) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let mut hubs = Vec::new();
        hubs.extend(streams.opus.as_ref().map(|s| (s.name, Arc::clone(&s.hub))));
        hubs.extend(streams.mp3.as_ref().map(|s| (s.name, Arc::clone(&s.hub))));
        let theirs = Arc::clone(&shared);
        let builder = thread::Builder::new().name("encoding".into()).stack_size(STACK_BYTES);
        let thread = builder.spawn(move || work(tap, streams, &theirs))?;
        Ok(Self { shared, hubs, thread })
    }

    /// The levels of the last minute.
    pub fn levels(&self) -> Vec<LevelReading> {
        self.shared.levels.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What is wrong with the sound itself now.
    pub fn found(&self) -> Vec<Finding> {
        self.shared.found.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How each stream fares.
    pub fn readings(&self) -> Vec<OutputReading> {
        let troubles = self.shared.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        let reading = |(name, hub): &(&'static str, Arc<StreamHub>)| OutputReading {
            name: (*name).to_owned(),
            taken: Frames(self.shared.taken.load(Relaxed)),
            lost: Frames(self.shared.lost.load(Relaxed)),
            listeners: Some(hub.listeners()),
            trouble: troubles.iter().find(|(n, _)| n == name).map(|(_, f)| f.clone()),
        };
        self.hubs.iter().map(reading).collect()
    }

    /// Lets the thread encode what is in the ring, close the streams and end.
    pub fn stop(&self) {
        self.shared.stop.store(true, Relaxed);
    }

    /// Whether the thread has ended.
    pub fn has_ended(&self) -> bool {
        self.thread.is_finished()
    }
}

fn work(mut tap: TapReader, mut streams: Streams, shared: &Shared) {
    let (mut meter, mut watch) = (Meter::new(), SoundWatch::default());
    let mut readings = 0;
    let mut chunk = [[0.0; 2]; CHUNK];
    loop {
        // Read before the ring is emptied: what was rendered before the stop is still encoded.
        let stopping = shared.stop.load(Relaxed);
        while let n @ 1.. = tap.read(&mut chunk) {
            let sound = &chunk[..n];
            meter.push(sound);
            watch.take(sound);
            let shed = &streams.shed;
            streams.opus.iter_mut().for_each(|s| s.push(sound, shared, shed));
            streams.mp3.iter_mut().for_each(|s| s.push(sound, shared, shed));
            shared.taken.fetch_add(n as u64, Relaxed);
        }
        shared.lost.store(tap.lost().0, Relaxed);
        if meter.count() != readings {
            readings = meter.count();
            *shared.levels.lock().unwrap_or_else(PoisonError::into_inner) = meter.readings();
            *shared.found.lock().unwrap_or_else(PoisonError::into_inner) = watch.findings();
        }
        if stopping {
            break;
        }
        thread::sleep(NAP);
    }
    streams.opus.iter_mut().for_each(Stream::finish);
    streams.mp3.iter_mut().for_each(Stream::finish);
}
