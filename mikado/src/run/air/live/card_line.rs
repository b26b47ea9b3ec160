//! A line that comes in by a sound card: a microphone desk in the next room.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use domain::{Finding, Frames, Severity};
use hardware::{CardError, CardInput, CardName, priority};
use playout::realtime::{Frame, SILENCE};
use rtrb::{Consumer, RingBuffer};

use super::super::alarms::AlarmBoard;
use super::door::Door;
use super::lines::LineOptions;
use super::sitting::Sitting;
use crate::speech::Said;

/// How often the ring is looked at.
const NAP: Duration = Duration::from_millis(1);
/// Sound that may wait for the thread; it has stood still when it does not fit.
const RING: Frames = Frames::from_millis(500);
/// How often a missing card is looked for.
const RETRY: Duration = Duration::from_secs(2);
/// An open card that gives nothing for this long is opened anew.
const STALL: Duration = Duration::from_secs(2);
/// What the card gives at once, where it can: 5 ms.
const PERIOD: Frames = Frames::from_millis(5);
const STACK_BYTES: usize = 512 * 1024;

/// Starts listening to a card; the thread lives as long as the process.
pub fn start(
    door: Arc<Door>,
    line: LineOptions,
    name: String,
    (alarms, source): (Arc<AlarmBoard>, &'static str),
) -> io::Result<()> {
    let builder = thread::Builder::new().name("live-card".into()).stack_size(STACK_BYTES);
    builder.spawn(move || {
        priority::take_real_time();
        loop {
            let why = match CardName::new(&name) {
                Ok(card) => {
                    let sitting = Sitting::new(&door, &line.person, name.clone(), line.depth);
                    listen(&card, sitting, || alarms.set(source, Vec::new(), door.clock.now()))
                }
                Err(_) => {
                    Said::new("ce nom désigne n'importe quelle carte, ou aucune", "this name may be any card, or none")
                }
            };
            alarms.set(source, vec![no_card(&name, &why)], door.clock.now());
            thread::sleep(RETRY);
        }
    })?;
    Ok(())
}

/// Listens until the card fails or stalls, and says why.
fn listen(name: &CardName, mut sitting: Sitting<'_>, is_open: impl Fn()) -> Said {
    let (card, mut read) = match open_input(name, PERIOD) {
        Ok(open) => open,
        Err(CardError::Gone(_)) => return Said::new("elle n'est pas là", "it is not there"),
        Err(e) => return Said::new(e.to_string(), e.to_string()),
    };
    is_open();
    let mut moved = Instant::now();
    loop {
        let sound = emptied(&mut read);
        if !sound.is_empty() {
            moved = Instant::now();
            sitting.hear(sound);
        }
        sitting.look();
        if let Some(why) = card.health().failed {
            return Said::new(why.clone(), why);
        }
        if moved.elapsed() > STALL {
            return Said::new("plus de son depuis 2 s", "no sound for 2 s");
        }
        thread::sleep(NAP);
    }
}

/// Opens an input with this period, or with its own where it cannot have that; what it gives lies in the ring.
pub fn open_input(name: &CardName, period: Frames) -> Result<(CardInput, Consumer<Frame>), CardError> {
    let open = |period| {
        let (mut write, read) = RingBuffer::new(RING.0 as usize);
        let card = CardInput::open(name, period, move |sound| {
            // What has no room is lost: nobody reads.
            let _ = write.push_partial_slice(sound);
        })?;
        Ok((card, read))
    };
    match open(Some(period)) {
        Err(CardError::NoPeriod { .. }) => open(None),
        other => other,
    }
}

/// All that lies in the ring.
pub fn emptied(ring: &mut Consumer<Frame>) -> Vec<Frame> {
    let mut sound = vec![SILENCE; ring.slots()];
    let (filled, _) = ring.pop_partial_slice(&mut sound);
    let length = filled.len();
    sound.truncate(length);
    sound
}

fn no_card(name: &str, why: &Said) -> Finding {
    let Said { fr, en } = why;
    Finding {
        code: "live.card".into(),
        severity: Severity::Warning,
        at_s: None,
        fr: format!(
            "L’entrée son « {name} » d’une ligne de direct ne donne rien ({fr}). L'antenne continue ; branchez-la, elle sera reprise d'elle-même."
        ),
        en: format!(
            "The sound input “{name}” of a live line gives nothing ({en}). The air goes on; plug it in, it is taken back by itself."
        ),
    }
}
