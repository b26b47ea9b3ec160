//! What rules measure of days that were aired: who spoke, how far opt-outs left from their time, how sure the times are.

use std::collections::{BTreeMap, BTreeSet};

use domain::{AsRun, BootId, Entry, EntryId, Frames, Origin, SAMPLE_RATE_HZ, Sensibility, SiteId, SitePlan, What};
use jiff::civil::Date;

use super::eq::is_debate;
use super::{Days, Measured};
use crate::proof::Proof;
use crate::sheets::Speech;
use crate::speech::{Stretch, spoken, stretches};
use crate::station::ElectionSpec;

/// Days of a site that were aired.
#[derive(Clone, Copy, Debug)]
pub struct Aired<'a> {
    /// What was to be heard on them, and the cards.
    pub days: Days<'a>,
    /// The site's as-run, from [`Aired::needs_from`] to the end of the last day.
    pub records: &'a [AsRun],
    /// The campaigns of these days, as they were proven.
    pub proof: &'a Proof,
    /// The first day that is not over.
    pub today: Date,
}

/// A share of less speech than this says nothing about a week.
const ENOUGH_S: f64 = 3_600.0;
/// Fewer calls than this are no share.
const CALLS_MIN: usize = 3;

impl Aired<'_> {
    /// Days over which sensibilities are counted (R-ELEC-04): four weeks.
    pub const WINDOW_DAYS: i64 = 28;

    /// From which day on records are needed to judge days that begin with `first`: four weeks back, and the beginning of an
    /// election's campaign that runs then.
    pub fn needs_from(elections: &[ElectionSpec], first: Date, last: Date) -> Date {
        let window = last.saturating_sub(jiff::Span::new().days(Self::WINDOW_DAYS - 1)).min(first);
        let runs = |e: &&ElectionSpec| e.campaign_from <= last && first <= e.campaign_until;
        elections.iter().filter(runs).map(|e| e.campaign_from).fold(window, Date::min)
    }

    /// Everything that the as-run and the cards tell about the rules.
    pub fn measured(&self) -> Vec<Measured> {
        let all = stretches(self.records, self.days.sheets);
        let day_of = |s: &Stretch<'_>| self.days.station.day_of(s.at);
        let asked: BTreeSet<Date> = self.days.by_day().into_keys().collect();
        let Some((first, last)) = asked.first().copied().zip(asked.last().copied()) else { return Vec::new() };
        let own: Vec<&Stretch<'_>> = all.iter().filter(|s| asked.contains(&day_of(s))).collect();
        let mut measured = self.sureness(&asked);
        measured.extend(self.leaves());
        measured.extend(self.resumed());
        measured.extend(self.realised());
        if asked.len() >= 7 {
            measured.extend(self.week(&own));
        }
        let station = self.days.station;
        let window = last.saturating_sub(jiff::Span::new().days(Self::WINDOW_DAYS - 1));
        let elections = &station.file().election;
        let outside = |day: Date| !elections.iter().any(|e| e.campaigns_on(day));
        if outside(last) {
            let inside = all.iter().filter(|s| (window..=last).contains(&day_of(s)) && outside(day_of(s)));
            measured.extend(self.plural(&spoken(station, inside)));
        }
        for election in elections.iter().filter(|e| e.campaign_from <= last && first <= e.campaign_until) {
            let during = all.iter().filter(|s| (election.campaign_from..=last).contains(&day_of(s)));
            measured.extend(self.equal(election, during));
        }
        measured
    }

    fn site(&self) -> SiteId {
        self.days.site.id
    }

    fn number(&self, quantity: &'static str, value: f64) -> Measured {
        Measured::number(quantity, value).at(self.site())
    }

    /// Women's share of a week, in its debates and in the programmes that are theirs (R-EQ-01); calls (R-EQ-03).
    fn week(&self, own: &[&Stretch<'_>]) -> Vec<Measured> {
        let station = self.days.station;
        let share = |quantity, speech: &Speech, subject: &str| {
            let pct = speech.women_pct().filter(|_| speech.known_s > 0.0)?;
            Some(self.number(quantity, pct).about(subject))
        };
        let mut all = Speech::default();
        let mut debates = Speech::default();
        let mut theirs = BTreeMap::<&str, Speech>::new();
        let (mut calls, mut regional) = (0_usize, 0_usize);
        for stretch in own {
            let speech = stretch.speech(station);
            all.add(&speech);
            let programme = stretch.sheet.programme.as_ref().and_then(|id| station.programme(id));
            if programme.is_some_and(is_debate) {
                debates.add(&speech);
            }
            if let Some(programme) = programme.filter(|p| p.women_voice_target >= 0.8) {
                theirs.entry(programme.id.as_str()).or_default().add(&speech);
            }
            for speaker in &stretch.sheet.speakers {
                let part = speaker.part.to_lowercase();
                if let Some(place) = part.strip_prefix("appel") {
                    calls += 1;
                    regional += usize::from(!place.contains("bamako"));
                }
            }
        }
        let mut measured = Vec::new();
        measured.extend(share("women_pct", &all, "").filter(|_| all.known_s >= ENOUGH_S));
        measured.extend(share("women_debate_pct", &debates, "debat"));
        measured.extend(theirs.iter().filter_map(|(id, speech)| share("women_programme_pct", speech, id)));
        if calls >= CALLS_MIN {
            measured.push(self.number("regional_call_share", regional as f64 / calls as f64));
        }
        measured
    }

    /// Each sensibility's share of four weeks of speech for any of them (R-ELEC-04).
    fn plural(&self, speech: &Speech) -> Vec<Measured> {
        let all: f64 = speech.sensibilities.values().sum();
        let shares = speech.sensibilities.iter().filter(|_| all >= ENOUGH_S);
        let one = |(s, seconds): (&Sensibility, &f64)| {
            self.number("sensibility_pct", 100.0 * seconds / all).about(s.as_str())
        };
        shares.map(one).collect()
    }

    /// The gap between the candidate who has spoken longest and the one who has spoken least, since the campaign began
    /// (R-ELEC-01).
    fn equal<'s>(&self, election: &ElectionSpec, during: impl Iterator<Item = &'s Stretch<'s>>) -> Option<Measured> {
        let mut times: BTreeMap<&str, f64> = election.candidates.iter().map(|c| (c.as_str(), 0.0)).collect();
        for stretch in during {
            for (name, seconds) in &mut times {
                *seconds += stretch.spoken_by(name).unwrap_or(0.0);
            }
        }
        let (most, longest) = times.iter().max_by(|a, b| a.1.total_cmp(b.1))?;
        let (least, shortest) = times.iter().min_by(|a, b| a.1.total_cmp(b.1))?;
        let gap = longest - shortest;
        let one = self.number("candidate_gap_pct", 100.0 * gap / longest).told_as(gap).between(*most, *least);
        (*longest > 0.0).then(|| one.about(election.id.as_str()))
    }

    /// Campaigns on days that are over: airings heard whole out of those promised (R-CAMP-09).
    fn realised(&self) -> Vec<Measured> {
        let mut sums = BTreeMap::<&str, (u32, u32)>::new();
        let own = self.proof.lines.iter().filter(|((_, site, day), _)| *site == self.site() && *day < self.today);
        for ((campaign, ..), line) in own.filter(|(_, line)| line.promised > 0) {
            let sum = sums.entry(campaign).or_default();
            *sum = (sum.0 + line.aired.min(line.promised), sum.1 + line.promised);
        }
        let pct = |(aired, promised): (u32, u32)| 100.0 * f64::from(aired) / f64::from(promised);
        sums.into_iter().map(|(id, sum)| self.number("realised_pct", pct(sum)).about(id)).collect()
    }

    /// How far opt-outs with a relative start left from their time (R-OPT-03): those of W1 and W4.
    fn leaves(&self) -> Vec<Measured> {
        let promises = self.promises();
        let mut measured = Vec::new();
        let relative = |w: Option<&str>| matches!(w, Some("W1" | "W4"));
        let slots = self.days.slots.iter().filter(|s| s.site == self.site() && s.origin != Origin::Network);
        let mut begun = BTreeSet::new();
        for slot in slots.filter(|s| relative(s.window.as_deref())) {
            // The window is left once, by the first of its programmes.
            if !begun.insert((slot.day, slot.window.clone())) {
                continue;
            }
            let Some(due) = self.days.station.instant(slot.day, slot.start_s) else { continue };
            let heard = self.records.iter().filter(|r| {
                let entry = r.entry.as_ref().and_then(|id| promises.get(id));
                entry.is_some_and(|e| {
                    e.programme == slot.programme && e.origin != Origin::Network && r.site == self.site()
                })
            });
            let near = jiff::SignedDuration::from_mins(20);
            let walls = heard.filter_map(|r| r.wall).filter(|w| w.duration_since(due).abs() <= near);
            let Some(left) = walls.min() else { continue };
            let late_s = left.duration_since(due).as_secs_f64();
            let of = |quantity, value: f64| {
                self.number(quantity, value.max(0.0)).on(slot.day, Some(slot.start_s)).about(slot.programme.as_str())
            };
            measured.push(of("leave_early_s", -late_s));
            measured.push(of("leave_late_s", late_s));
        }
        measured
    }

    /// How far from where the air should have been the first promise of each life was joined (R-RES-03).
    fn resumed(&self) -> Vec<Measured> {
        let promises = self.promises();
        let mut begun = BTreeSet::new();
        let first = |r: &&AsRun| r.site == self.site() && r.entry.is_some() && begun.insert(r.boot);
        let off = |r: &AsRun| {
            let entry = r.entry.as_ref().and_then(|id| promises.get(id))?;
            let What::Audio { from, .. } = &entry.what else { return None };
            let due = from.as_secs_f64() + r.wall?.duration_since(entry.at).as_secs_f64();
            let one = self.number("resumed_off_s", (r.from.as_secs_f64() - due).abs());
            let civil = self.days.station.zone().to_datetime(r.wall?);
            Some(one.on(civil.date(), Some(crate::grid::second_of(civil.time()))))
        };
        self.records.iter().filter(first).filter_map(off).collect()
    }

    /// How far the wall of a record is from where the frames before it say: the times' own exactness (R-PROOF-01), and what
    /// was not marked as unsure (R-RES-04). The worst of each day.
    fn sureness(&self, asked: &BTreeSet<Date>) -> Vec<Measured> {
        let mut last = BTreeMap::<BootId, &AsRun>::new();
        let mut worst = BTreeMap::<Date, (f64, u32)>::new();
        for record in self.records.iter().filter(|r| r.site == self.site() && r.wall.is_some()) {
            let Some(before) = last.insert(record.boot, record) else { continue };
            let Some((was, is)) = before.wall.zip(record.wall) else { continue };
            let frames = Frames(record.at.0.saturating_sub(before.at.0)).0 as f64 / f64::from(SAMPLE_RATE_HZ);
            let off = (is.duration_since(was).as_secs_f64() - frames).abs();
            let civil = self.days.station.zone().to_datetime(is);
            let place = (off, crate::grid::second_of(civil.time()));
            if asked.contains(&civil.date()) && record.at >= before.at {
                let known = worst.entry(civil.date()).or_insert(place);
                *known = if off > known.0 { place } else { *known };
            }
        }
        let of = |quantity, (day, (off, at_s)): (&Date, &(f64, u32))| self.number(quantity, *off).on(*day, Some(*at_s));
        let exact = worst.iter().map(|w| of("as_run_off_s", w));
        exact.chain(worst.iter().map(|w| of("unmarked_clock_off_s", w))).collect()
    }

    fn promises(&self) -> BTreeMap<&EntryId, &Entry> {
        let own = self.days.plans.iter().filter(|p| p.site() == self.site());
        own.flat_map(SitePlan::entries).map(|e| (&e.id, e)).collect()
    }
}
