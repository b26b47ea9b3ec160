//! The decks on a disk that crawls, in virtual time: what a read takes is heard passing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::sync_channel;

use domain::{AudioHash, Curve, Frames, Gain, Position, Rung};

use super::works::{Opener, Works};
use super::{Answer, Ask, Library, Sound};
use crate::error::Result;
use crate::realtime::{Block, CueKey, Desk, Event, Floor, Frame, Load, Mixer, Order};

/// How long each sound is aired, and how long its file is.
const PLACE: Frames = Frames::from_secs(14);
const LENGTH: Frames = Frames::from_secs(60);
/// In every so many frames of each file one read stands still.
const EVERY: Frames = Frames::from_secs(3);
/// For so many blocks of 10 ms: two seconds.
const STANDS_BLOCKS: u64 = 200;

/// A sound on the disk, and the blocks for which the disk still stands still.
struct Crawling {
    at: u64,
    stands: Arc<AtomicU64>,
}

impl Sound for Crawling {
    fn length(&self) -> Frames {
        LENGTH
    }

    fn seek(&mut self, to: Frames) -> Result<()> {
        self.at = to.0;
        Ok(())
    }

    fn read(&mut self, out: &mut [Frame]) -> Result<usize> {
        let n = (out.len() as u64).min(LENGTH.0 - self.at);
        if self.at / EVERY.0 != (self.at + n) / EVERY.0 {
            self.stands.fetch_add(STANDS_BLOCKS, Relaxed);
        }
        out.iter_mut().take(n as usize).for_each(|f| *f = [0.25; 2]);
        self.at += n;
        Ok(n as usize)
    }
}

struct Disk(Arc<AtomicU64>);

impl Library for Disk {
    fn open(&self, _: AudioHash) -> Result<Box<dyn Sound>> {
        Ok(Box::new(Crawling { at: 0, stands: Arc::clone(&self.0) }))
    }

    fn bed(&self) -> Option<Result<Box<dyn Sound>>> {
        None
    }
}

/// Where the sound with this key begins: the first a second after the start, as after a boot.
fn begins(key: u64) -> Position {
    Position(48_000 + (key - 1) * PLACE.0)
}

fn cue(key: CueKey, feed: crate::realtime::Feed) -> Order {
    Order::Load(Load {
        key,
        feed: Some(feed),
        at: begins(key.0),
        end: begins(key.0) + PLACE,
        gain: Gain::UNITY,
        fade_in: Frames::ZERO,
        fade_out: Frames::ZERO,
        curves: [Curve::EqualPower; 2],
        under: None,
        rung: Rung::Plan,
        silence_meant: false,
    })
}

#[test]
fn reads_of_two_seconds_are_hidden_by_what_is_read_ahead() {
    let stands = Arc::new(AtomicU64::new(0));
    let (mut mixer, desk) = Mixer::new(Floor::new());
    let Desk { mut orders, mut events, home, gauges } = desk;
    let (asks, asked) = sync_channel(16);
    let (answer, answers) = sync_channel(16);
    let mut works = Works::new(asked, answer, home, Opener::Here(Box::new(Disk(Arc::clone(&stands)))));
    let (mut block, mut opened, mut began) = (Block::default(), 0, 0);
    while mixer.position() < begins(5) {
        // The conductor opens what begins within twenty seconds.
        while opened < 4 && begins(opened + 1) <= mixer.position() + Frames::from_secs(20) {
            opened += 1;
            asks.send(Ask::Open { key: CueKey(opened), hash: AudioHash([1; 32]), from: Frames::ZERO }).unwrap();
        }
        // While the disk stands still nobody reads, and the air goes on.
        let left = stands.load(Relaxed);
        stands.store(left.saturating_sub(1), Relaxed);
        if left > 0 || !works.turn() {
            mixer.render(&mut block);
        }
        while let Ok(Answer::Ready { key, feed, .. }) = answers.try_recv() {
            assert!(orders.push(cue(key, feed)).is_ok());
        }
        while let Ok(event) = events.pop() {
            match event {
                Event::Began { late, .. } => {
                    assert_eq!(late, Frames::ZERO);
                    began += 1;
                }
                Event::Ended { key, feed, .. } => {
                    asks.send(Ask::Close { key }).unwrap();
                    if let Some(feed) = feed {
                        asks.send(Ask::Empty(feed)).unwrap();
                    }
                }
                _ => {}
            }
        }
    }
    assert_eq!((gauges.underrun(), began), (Frames::ZERO, 4));
}
