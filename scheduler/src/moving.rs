//! One slot of the week moved or given another programme: what a new grid would be, before anybody proposes it.
//!
//! Times stay whole: what moves changes places with whole slots of the same length, or with its neighbour. So a move leaves no
//! hole, and the same move back undoes it.

use domain::ProgrammeId;
use jiff::civil::Time;

use crate::changes::BadOverride;
use crate::grid::{DAY_S, hms, second_of};
use crate::station::{Day, Ending, Slot, Station, StationFile};

/// What shall become of a slot of the network's week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moving {
    /// It changes places with what stands at another slot.
    To {
        /// The slot.
        slot: String,
        /// The slot that it takes the place of.
        target: String,
    },
    /// It airs another programme, by the same recipe or by another one of the same length.
    Replace {
        /// The slot.
        slot: String,
        /// What airs there.
        programme: ProgrammeId,
        /// By which recipe; the slot's own where `None`.
        clock_format: Option<String>,
    },
}

/// What stands in a slot without its place.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Content {
    length_s: u32,
    programme: ProgrammeId,
    clock_format: String,
    edition: Option<String>,
    ending: Option<Ending>,
}

impl From<&Slot> for Content {
    fn from(s: &Slot) -> Self {
        let (programme, clock_format) = (s.programme.clone(), s.clock_format.clone());
        Self { length_s: s.duration_s, programme, clock_format, edition: s.edition.clone(), ending: s.ending }
    }
}

impl Station {
    /// The station with a slot moved, or the sentence that says why that makes no week.
    pub fn with_moved(&self, moving: &Moving) -> Result<Self, BadOverride> {
        let mut file = self.file().clone();
        match moving {
            Moving::To { slot, target } => self.moved(&mut file, slot, target)?,
            Moving::Replace { slot, programme, clock_format } => {
                self.replaced(&mut file, slot, (programme, clock_format.as_deref()))?;
            }
        }
        named_slots_stay(&file)?;
        Self::new(file).map_err(|e| BadOverride { fr: e.fr, en: e.en })
    }

    /// Where a slot of the week can go: the slots that it can change places with, in the order of the week.
    pub fn homes(&self, slot: &str) -> Vec<&Slot> {
        let slots = &self.file().slot;
        slots.iter().filter(|s| self.exchange(slot, &s.id).is_ok()).collect()
    }

    /// The two runs of slots that change places, as indices of each day's slots in order of time.
    fn exchange(&self, slot: &str, target: &str) -> Result<Exchange, BadOverride> {
        let ((day, place), (target_day, target_place)) = (self.place(slot)?, self.place(target)?);
        if slot == target {
            return Err(bad(
                "Une case ne change pas de place avec elle-même.",
                "A slot does not change places with itself.",
            ));
        }
        let (slots, others) = (self.day_in_order(day), self.day_in_order(target_day));
        let (one, other) = (slots[place], others[target_place]);
        // As long as the target alone, or several whole slots from it on; or the other way round; or its neighbour.
        let there = run(&others, target_place, one.duration_s).map(|n| (1, n));
        let here = || run(&slots, place, other.duration_s).map(|n| (n, 1));
        let beside = || (day == target_day && place.abs_diff(target_place) == 1).then_some((1, 1));
        let apart = |(here, there): &(usize, usize)| {
            day != target_day || place + here <= target_place || target_place + there <= place
        };
        let lengths = there.or_else(here).or_else(beside).filter(apart);
        let (here, there) = lengths.ok_or_else(|| self.uneven(one, other))?;
        Ok(Exchange { a: (day, place..place + here), b: (target_day, target_place..target_place + there) })
    }

    fn uneven(&self, one: &Slot, other: &Slot) -> BadOverride {
        let title =
            |s: &Slot| self.programme(&s.programme).map_or_else(|| s.programme.to_string(), |p| p.title.clone());
        let (name, min) = (title(one), one.duration_s / 60);
        let (other_name, other_min) = (title(other), other.duration_s / 60);
        BadOverride {
            fr: format!(
                "« {name} » dure {min} min et « {other_name} » {other_min} min, et les cases qui suivent n'égalisent pas: choisir des cases entières de même durée, ou deux voisines."
            ),
            en: format!(
                "“{name}” lasts {min} min and “{other_name}” {other_min} min, and the slots after them do not make it even: choose whole slots of the same length, or two neighbours."
            ),
        }
    }

    fn moved(&self, file: &mut StationFile, slot: &str, target: &str) -> Result<(), BadOverride> {
        let Exchange { a, b } = self.exchange(slot, target)?;
        let contents = |(day, run): &(Day, std::ops::Range<usize>)| -> Vec<Content> {
            self.day_in_order(*day)[run.clone()].iter().map(|s| Content::from(*s)).collect()
        };
        let (mine, theirs) = (contents(&a), contents(&b));
        for day in Day::WEEK {
            if day != a.0 && day != b.0 {
                continue;
            }
            let old = self.day_in_order(day);
            let mut new: Vec<Content> = Vec::with_capacity(old.len());
            let mut n = 0;
            while n < old.len() {
                let (puts, skips) = match () {
                    () if day == a.0 && n == a.1.start => (theirs.clone(), a.1.len()),
                    () if day == b.0 && n == b.1.start => (mine.clone(), b.1.len()),
                    () => (vec![Content::from(old[n])], 1),
                };
                new.extend(puts);
                n += skips;
            }
            let laid = laid(day, &old, new);
            let first = file.slot.iter().position(|s| s.day == day).unwrap_or_default();
            file.slot.retain(|s| s.day != day);
            let first = first.min(file.slot.len());
            file.slot.splice(first..first, laid);
        }
        Ok(())
    }

    fn replaced(
        &self,
        file: &mut StationFile,
        slot: &str,
        (programme, format): (&ProgrammeId, Option<&str>),
    ) -> Result<(), BadOverride> {
        let found = file.slot.iter_mut().find(|s| s.id == slot);
        let found = found.ok_or_else(|| no_slot(slot))?;
        if self.programme(programme).is_none() {
            return Err(BadOverride {
                fr: format!("La station n'a pas d'émission « {programme} »."),
                en: format!("The station has no programme “{programme}”."),
            });
        }
        if found.programme == *programme && format.is_none_or(|f| f == found.clock_format) {
            return Err(bad("Cette émission y est déjà.", "This programme is there already."));
        }
        found.programme = programme.clone();
        (found.edition, found.ending) = (None, None);
        if let Some(format) = format {
            format.clone_into(&mut found.clock_format);
        }
        Ok(())
    }

    /// A day's slots of the network in the order of time.
    fn day_in_order(&self, day: Day) -> Vec<&Slot> {
        let mut slots: Vec<&Slot> = self.file().slot.iter().filter(|s| s.day == day).collect();
        slots.sort_by_key(|s| s.start);
        slots
    }

    fn place(&self, id: &str) -> Result<(Day, usize), BadOverride> {
        let slot = self.slot(id).ok_or_else(|| no_slot(id))?;
        let place = self.day_in_order(slot.day).iter().position(|s| s.id == id);
        place.map(|n| (slot.day, n)).ok_or_else(|| no_slot(id))
    }
}

/// Two runs of slots, each of a day.
struct Exchange {
    a: (Day, std::ops::Range<usize>),
    b: (Day, std::ops::Range<usize>),
}

/// How many slots from `n` on last exactly so long.
fn run(day: &[&Slot], n: usize, length_s: u32) -> Option<usize> {
    let mut sum = 0;
    for (count, slot) in day[n..].iter().enumerate() {
        sum += slot.duration_s;
        if sum >= length_s {
            return (sum == length_s).then_some(count + 1);
        }
    }
    None
}

/// Contents one after the other from midnight. A slot that begins where one began keeps its name and its window.
fn laid(day: Day, old: &[&Slot], contents: Vec<Content>) -> Vec<Slot> {
    let mut at_s = 0;
    let one = |content: Content| {
        let was = old.iter().find(|s| second_of(s.start) == at_s);
        let (start_s, length_s) = (at_s.min(DAY_S - 1), content.length_s);
        at_s += length_s;
        let name = hms(start_s).to_string().replace(':', "");
        Slot {
            id: was.map_or_else(|| format!("{day}-{}", &name[..4]), |s| s.id.clone()),
            day,
            start: time(start_s),
            duration_s: length_s,
            programme: content.programme,
            clock_format: content.clock_format,
            edition: content.edition,
            ending: content.ending,
            window: was.and_then(|s| s.window.clone()),
        }
    };
    contents.into_iter().map(one).collect()
}

fn time(second: u32) -> Time {
    let part = |n: u32| i8::try_from(n).unwrap_or_default();
    Time::new(part(second / 3600), part(second / 60 % 60), part(second % 60), 0).unwrap_or_default()
}

/// Live events name slots: one that would lose its name would be displaced by nobody, and nobody would be told.
fn named_slots_stay(file: &StationFile) -> Result<(), BadOverride> {
    for event in &file.overrides {
        let named =
            event.displaced.iter().flat_map(|d| [Some(&d.slot), d.to.as_ref()]).flatten().chain(&event.displaces);
        for name in named {
            if !file.slot.iter().any(|s| s.id == *name) {
                let title = &event.title;
                return Err(BadOverride {
                    fr: format!("Le direct « {title} » cite la case {name}, qui ne commencerait plus à la même heure."),
                    en: format!("The live event “{title}” names slot {name}, which would no longer begin at its time."),
                });
            }
        }
    }
    Ok(())
}

fn no_slot(id: &str) -> BadOverride {
    BadOverride {
        fr: format!("La grille n'a pas de case « {id} »."), en: format!("The grid has no slot “{id}”.")
    }
}

fn bad(fr: &str, en: &str) -> BadOverride {
    BadOverride { fr: fr.to_owned(), en: en.to_owned() }
}
