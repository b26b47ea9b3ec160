//! What an encoder is told next: everything when it appears, then what changed, then all of it again now and then.

use std::time::Duration;

use super::display::{Display, TA_MAX};

/// An encoder may lose its mains and come back with what it kept: it hears everything again so often.
const ALL_AGAIN: Duration = Duration::from_mins(10);
/// Sayings of one thing before the encoder counts as one that does not answer.
const TRIES: u8 = 3;
/// After that it is tried so often.
const REST: Duration = Duration::from_secs(10);

/// One thing to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    /// TA and TP.
    Traffic,
    /// The programme identification.
    Pi,
    /// The name.
    Ps,
    /// The programme type.
    Pty,
    /// The language.
    Language,
    /// The alternative frequencies.
    Af,
    /// The radio text.
    Rt,
    /// Which group tells what parts of the text mean (RT+).
    TagsAnnounced,
    /// What parts of the text mean: after the text, whose places they name.
    Tags,
    /// Another programme of the broadcaster (EON).
    Other,
}

impl Item {
    const ALL: [Self; 10] = [
        Self::Traffic,
        Self::Pi,
        Self::Ps,
        Self::Pty,
        Self::Language,
        Self::Af,
        Self::Rt,
        Self::TagsAnnounced,
        Self::Tags,
        Self::Other,
    ];

    fn differs(self, a: &Display, b: &Display) -> bool {
        match self {
            Self::Traffic => a.ta != b.ta,
            Self::Pi => a.pi != b.pi,
            Self::Ps => a.ps != b.ps,
            Self::Pty => a.pty != b.pty,
            Self::Language => a.language != b.language,
            Self::Af => a.af != b.af,
            Self::Rt => a.rt != b.rt,
            // Said once, and again when everything is.
            Self::TagsAnnounced => false,
            Self::Tags => a.tags != b.tags,
            Self::Other => a.other != b.other,
        }
    }
}

/// What came back to what was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It was taken.
    Taken,
    /// The encoder does not know or want it: saying it again helps nobody.
    Refused,
    /// Nothing, or something damaged.
    Nothing,
}

/// What an encoder knows and what it shall know. Asks no clock.
#[derive(Clone, Debug)]
pub struct Feed {
    shall: Display,
    known: Display,
    /// Which things it has been told since it appeared.
    told: [bool; Item::ALL.len()],
    tries: u8,
    rest_until: Duration,
    all_again_at: Duration,
    ta_since: Option<Duration>,
    refused: Option<Item>,
}

impl Feed {
    /// A feed for an encoder that knows nothing yet.
    pub fn new(shall: Display) -> Self {
        Self {
            known: shall.clone(),
            shall,
            told: [false; Item::ALL.len()],
            tries: 0,
            rest_until: Duration::ZERO,
            all_again_at: ALL_AGAIN,
            ta_since: None,
            refused: None,
        }
    }

    /// What it shall know from now on. A traffic flag that stays up beyond [`TA_MAX`] is taken down here, whoever raised it.
    pub fn shall(&mut self, now: Duration, shall: Display) {
        self.ta_since = if shall.ta { self.ta_since.or(Some(now)) } else { None };
        self.shall = shall;
    }

    /// What to say now.
    pub fn next(&mut self, now: Duration) -> Option<(Item, Display)> {
        if now >= self.all_again_at {
            self.appeared(now);
        }
        if now < self.rest_until {
            return None;
        }
        let mut display = self.shall.clone();
        display.ta &= self.ta_since.is_some_and(|since| now.saturating_sub(since) < TA_MAX);
        // Before anything is on the air there is no text, and where nobody knows the frequencies no list: the encoder keeps its own.
        let sayable = |item: &Item| match item {
            Item::Rt => !display.rt.is_empty(),
            Item::Af => !display.af.is_empty(),
            Item::TagsAnnounced | Item::Tags => display.tags.is_some() && !display.rt.is_empty(),
            _ => true,
        };
        let news = |n: usize, item: &Item| !self.told[n] || item.differs(&display, &self.known);
        let due = |(n, item): (usize, &Item)| (sayable(item) && news(n, item)).then_some(*item);
        let item = Item::ALL.iter().enumerate().find_map(due)?;
        Some((item, display))
    }

    /// What came back to the last thing said, as it was then.
    pub fn heard(&mut self, now: Duration, item: Item, said: &Display, heard: Heard) {
        if heard == Heard::Nothing {
            self.tries = self.tries.saturating_add(1);
            if self.tries >= TRIES {
                self.rest_until = now + REST;
            }
            return;
        }
        if heard == Heard::Refused {
            self.refused = Some(item);
        } else if self.refused == Some(item) {
            self.refused = None;
        }
        self.tries = 0;
        self.told[item as usize] = true;
        match item {
            Item::Traffic => self.known.ta = said.ta,
            Item::Pi => self.known.pi = said.pi,
            Item::Ps => self.known.ps = said.ps,
            Item::Pty => self.known.pty = said.pty,
            Item::Language => self.known.language = said.language,
            Item::Af => self.known.af.clone_from(&said.af),
            Item::Rt => {
                self.known.rt.clone_from(&said.rt);
                // Receivers forget the tags with the text, also where those of the next are the same.
                self.told[Item::Tags as usize] = false;
            }
            Item::TagsAnnounced => {}
            Item::Tags => self.known.tags.clone_from(&said.tags),
            Item::Other => self.known.other.clone_from(&said.other),
        }
    }

    /// The line was opened anew: everything is told again.
    pub fn appeared(&mut self, now: Duration) {
        self.told = [false; Item::ALL.len()];
        self.all_again_at = now + ALL_AGAIN;
        self.tries = 0;
    }

    /// Whether it has not answered to so many sayings that somebody should know.
    pub const fn is_silent(&self) -> bool {
        self.tries >= TRIES
    }

    /// What it refuses, when it does.
    pub const fn refused(&self) -> Option<Item> {
        self.refused
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn display(title: &str) -> Display {
        let display = Display::new("5201".parse().unwrap(), "MIKADO", 1).with_text(title);
        Display { af: vec![0xE1, 0x2B], tags: Some(Vec::new()), ..display }
    }

    fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// Everything that is said at `now`, each answered with `heard`.
    fn say_all(feed: &mut Feed, now: Duration, heard: Heard) -> Vec<(Item, Display)> {
        let mut said = Vec::new();
        while let Some((item, display)) = feed.next(now) {
            feed.heard(now, item, &display, heard);
            said.push((item, display));
            assert!(said.len() < 50, "it never ends: {said:?}");
        }
        said
    }

    #[test]
    fn all_is_told_first_then_what_changes_then_all_again() {
        let mut feed = Feed::new(display("Journal"));
        let items = |said: Vec<(Item, Display)>| said.into_iter().map(|(item, _)| item).collect::<Vec<_>>();
        assert_eq!(items(say_all(&mut feed, s(0), Heard::Taken)), Item::ALL);
        assert!(say_all(&mut feed, s(1), Heard::Taken).is_empty());
        feed.shall(s(2), display("Sport"));
        assert_eq!(items(say_all(&mut feed, s(2), Heard::Taken)), [Item::Rt, Item::Tags], "tags belong to their text");
        assert_eq!(items(say_all(&mut feed, s(600), Heard::Taken)), Item::ALL);
        feed.appeared(s(601));
        assert_eq!(items(say_all(&mut feed, s(601), Heard::Taken)), Item::ALL);
    }

    #[test]
    fn a_traffic_flag_falls_after_its_maximum_whoever_forgot_it() {
        let mut feed = Feed::new(display("Journal"));
        say_all(&mut feed, s(0), Heard::Taken);
        let raised = Display { ta: true, ..display("Journal") };
        let mut up = Vec::new();
        for second in 10..400 {
            feed.shall(s(second), raised.clone());
            for (item, said) in say_all(&mut feed, s(second), Heard::Taken) {
                assert_eq!(item, Item::Traffic);
                up.push((second, said.ta));
            }
        }
        assert_eq!(up, [(10, true), (10 + TA_MAX.as_secs(), false)]);
    }

    #[test]
    fn who_does_not_answer_is_told_so_and_tried_again_later() {
        let mut feed = Feed::new(display("Journal"));
        assert_eq!(say_all(&mut feed, s(0), Heard::Nothing).len(), 3);
        assert!(feed.is_silent());
        assert!(feed.next(s(5)).is_none());
        assert_eq!(say_all(&mut feed, s(11), Heard::Taken).len(), Item::ALL.len());
        assert!(!feed.is_silent());
    }

    #[test]
    fn who_is_not_told_what_texts_mean_hears_no_tags() {
        let mut feed = Feed::new(Display { tags: None, ..display("Journal") });
        let said = say_all(&mut feed, s(0), Heard::Taken);
        assert!(said.iter().all(|(item, _)| !matches!(item, Item::Tags | Item::TagsAnnounced)), "{said:?}");
    }

    #[test]
    fn what_is_refused_is_not_said_for_ever() {
        let mut feed = Feed::new(display("Journal"));
        assert_eq!(say_all(&mut feed, s(0), Heard::Refused).len(), Item::ALL.len());
        assert_eq!(feed.refused(), Some(Item::Other));
        assert!(say_all(&mut feed, s(1), Heard::Refused).is_empty());
    }
}
