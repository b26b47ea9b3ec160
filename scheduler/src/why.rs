//! Why a second of a site's day sounds as it does: the winning rule and what lost.

use domain::{Asset, Entry, Frames, ProgrammeId, Segment, Status};
use jiff::Timestamp;

use crate::grid::hms;
use crate::plan::{Bar, Draft, LengthFit, NoPlan, PlanInputs, Standing, Stretch, entries, fit, placed, ready};
use crate::week::ProgrammeSlot;

mod ends;
mod music;
mod slot;

/// Most losers named: a programme may have a thousand old editions, and nobody asks about the last of them.
const LOSERS_MAX: usize = 40;

/// A sentence with the rule or cause that it speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// A stable code: a rule (`R-CAMP-02`) or a cause (`plan.newest`).
    pub code: String,
    /// The French sentence.
    pub fr: String,
    /// The English sentence.
    pub en: String,
}

/// Something that might have aired and why it does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loser {
    /// Its name: a programme, an asset or a campaign.
    pub what: String,
    /// Why not.
    pub reason: Reason,
}

/// The answer to “why does this site air this?”.
#[derive(Clone, Debug, PartialEq)]
pub struct Why {
    /// What the plan promises at that moment.
    pub entry: Entry,
    /// The slot of the grid around it, as the site's grid has it.
    pub slot: ProgrammeSlot,
    /// What decided, in the order of deciding.
    pub reasons: Vec<Reason>,
    /// What lost.
    pub losers: Vec<Loser>,
}

/// Explains what the plan of `inputs` promises at `at`; `None` when `at` lies outside the day.
pub fn why(inputs: &PlanInputs<'_>, at: Timestamp) -> Result<Option<Why>, NoPlan> {
    let draft = Draft::new(inputs, None)?;
    let (entries, _) = entries::of(&draft);
    let entry = entries.iter().rfind(|e| e.at <= at && at < e.end());
    let stretch = entry.and_then(|e| ends::stretch_of(&draft, e, at));
    let (Some(entry), Some((n, stretch))) = (entry, stretch) else { return Ok(None) };
    let lead = stretch.instead_of.as_ref().unwrap_or(&stretch.slot);
    let slot = inputs.station.programme_slot(inputs.site, inputs.day, lead);
    let mut teller = Teller { draft: &draft, stretch, reasons: Vec::new(), losers: Vec::new() };
    teller.slot();
    match segment_number(entry).and_then(|number| draft.board.break_at(n, number)) {
        Some(at_break) => teller.break_of_spots(entry, at_break),
        None if teller.music(entry) => {}
        None if entry.segment == Segment::Content => teller.content(),
        None => teller.other(entry),
    }
    teller.pinned(entry);
    teller.ends(entry);
    let Teller { reasons, losers, .. } = teller;
    Ok(Some(Why { entry: entry.clone(), slot, reasons, losers }))
}

/// The number of the clock format's segment in an entry's name.
fn segment_number(entry: &Entry) -> Option<usize> {
    entry.id.as_str().rsplit('/').next()?.split(['.', '@']).next()?.parse().ok()
}

struct Teller<'d, 'a> {
    draft: &'d Draft<'a>,
    stretch: &'d Stretch<'a>,
    reasons: Vec<Reason>,
    losers: Vec<Loser>,
}

impl Teller<'_, '_> {
    fn because(&mut self, code: &str, fr: String, en: String) {
        self.reasons.push(Reason { code: code.to_owned(), fr, en });
    }

    fn lost(&mut self, what: &str, code: &str, fr: &str, en: &str) {
        if self.losers.len() < LOSERS_MAX {
            let reason = Reason { code: code.to_owned(), fr: fr.to_owned(), en: en.to_owned() };
            self.losers.push(Loser { what: what.to_owned(), reason });
        }
    }

    /// A segment that is fixed to the clock inside its slot.
    fn pinned(&mut self, entry: &Entry) {
        let slot = &self.stretch.slot;
        let segments = self.draft.inputs.station.segments(slot);
        let number = segment_number(entry).and_then(|n| n.checked_sub(1));
        let Some(pin) = number.and_then(|n| segments.get(n)?.at) else { return };
        let (format, at) = (&slot.clock_format, hms(slot.start_s + pin.0));
        let fr = format!("L'horloge {format} fixe ce segment à {pin} du début, {at}; ce qui le précède s'y tient.");
        let en = format!(
            "Clock format {format} fixes this segment at {pin} from the start, {at}; what precedes it keeps to that."
        );
        self.because("plan.pinned", fr, en);
    }

    /// Which edition, and the others.
    fn content(&mut self) {
        let Some(choice) = self.stretch.content else { return };
        let asset = &choice.asset.id;
        let (code, fr, en) = match choice.standing {
            Standing::Begun => ("plan.begun", "la case a commencé avec lui", "the slot has begun with it"),
            Standing::Placed => {
                ("plan.placed", "il a été mis dans la grille à la main", "it was put into the grid by hand")
            }
            Standing::Newest => (
                "plan.newest",
                "c'est l'édition prête la plus récente qui tient dans la case",
                "it is the newest ready edition that fits the slot",
            ),
            Standing::NewestUnfit => {
                ("plan.newest", "c'est l'édition prête la plus récente", "it is the newest ready edition")
            }
            Standing::Late => (
                "plan.late-edition",
                "aucune édition n'était prête au début de la case",
                "no edition was ready when the slot began",
            ),
            Standing::StandIn => {
                ("R-LIVE-04", "il remplit jusqu'à ce que le direct soit là", "it fills until the live line is there")
            }
            Standing::Repeat => ("R-GRID-05", "c'est l'édition rediffusée", "it is the edition that is repeated"),
        };
        self.because(code, format!("« {asset} » passe: {fr}."), format!("“{asset}” airs: {en}."));
        let programme = choice.asset.programme.as_ref().unwrap_or(&self.stretch.slot.programme);
        let mut others: Vec<_> = self.draft.cards.editions(programme).to_vec();
        others.extend(placed(&self.draft.inputs, &self.stretch.slot).and_then(|id| self.draft.cards.get(id)));
        others.retain(|a| a.id != choice.asset.id);
        others.sort_by_key(|a| std::cmp::Reverse((ready(a), a.id.clone())));
        others.dedup_by(|a, b| a.id == b.id);
        for other in others {
            let (code, fr, en) = self.beaten(other, choice.standing);
            self.lost(other.id.as_str(), code, fr, en);
        }
    }

    /// The editions of a programme of which none airs, each with what keeps it away.
    fn refused(&mut self, programme: &ProgrammeId) {
        let mut editions: Vec<_> = self.draft.cards.editions(programme).to_vec();
        editions.sort_by_key(|a| std::cmp::Reverse((ready(a), a.id.clone())));
        for edition in editions {
            let (code, fr, en) = self.beaten(edition, Standing::Newest);
            self.lost(edition.id.as_str(), code, fr, en);
        }
    }

    /// Whether an edition speaks to people here (R-LANG-05).
    fn speaks(&self, edition: &Asset) -> bool {
        let station = self.draft.inputs.station;
        let programme = edition.programme.as_ref().and_then(|id| station.programme(id));
        programme.is_none_or(|p| station.speaks(self.draft.inputs.site, p, edition))
    }

    fn beaten(&self, other: &Asset, standing: Standing) -> (&'static str, &'static str, &'static str) {
        let (site, at) = (self.draft.inputs.site, self.slot_start());
        let needed = self.draft.inputs.station.content_of(&self.stretch.slot);
        if other.status != Status::Ready {
            ("plan.not-ready", "n'est pas prêt à diffuser", "is not ready to air")
        } else if !other.sites.is_empty() && !other.sites.contains(&site) {
            ("plan.other-site", "est réservé à d'autres sites", "is for other sites")
        } else if !other.may_air(site, at) {
            ("R-CAMP-06", "est hors de ses dates", "is outside its dates")
        } else if !self.speaks(other) {
            ("R-LANG-05", "n'est pas dans la variante de ce lieu", "is not in the variant of this place")
        } else if standing == Standing::Placed {
            (
                "plan.placed",
                "une autre édition a été mise dans la grille à la main",
                "another edition was put into the grid by hand",
            )
        } else if ready(other) > at {
            ("plan.late-edition", "a été approuvé après le début de la case", "was approved after the slot began")
        } else if fit(other, Frames::from_secs(u64::from(needed))) == LengthFit::No {
            ("R-PAD-03", "sa durée ne tient pas dans la case", "its length does not fit the slot")
        } else {
            ("plan.newest", "est plus ancien ou d'une durée moins juste", "is older or of a less exact length")
        }
    }

    fn slot_start(&self) -> Timestamp {
        let inputs = &self.draft.inputs;
        inputs.station.instant(inputs.day, self.stretch.slot.start_s).unwrap_or(self.stretch.at)
    }

    /// The spot, or the bed after the last one, and every campaign that is not in the break.
    fn break_of_spots(&mut self, entry: &Entry, at_break: usize) {
        let board = &self.draft.board;
        let inside: Vec<_> = board.in_break(at_break).map(|p| p.flight).collect();
        let own = board.in_break(at_break).find(|p| entry.id.as_str().contains(&format!(".{}", p.version.spot.id)));
        if let Some(spot) = own.filter(|_| entry.segment == Segment::Spot) {
            let campaign = board.flights[spot.flight].campaign;
            let ((placed, _), wanted) = (board.tally(spot.flight), board.flights[spot.flight].total());
            let (id, priority, language) = (&campaign.id, campaign.priority, &spot.version.spot.lang);
            let fr = format!(
                "Écran: campagne {id} (priorité {priority}), {placed} passages placés sur {wanted}; langue {language} par tirage pondéré du site."
            );
            let en = format!(
                "Break: campaign {id} (priority {priority}), {placed} of {wanted} airings placed; language {language} by the site's weighted draw."
            );
            self.because("R-CAMP-05", fr, en);
        } else {
            let fr = "Fin d'écran: aucun autre spot n'est permis ou demandé ici; le tapis remplit.";
            self.because(
                "plan.break-fill",
                fr.to_owned(),
                "End of the break: no other spot is permitted or asked for here; the bed fills.".to_owned(),
            );
        }
        for flight in (0..board.flights.len()).filter(|f| !inside.contains(f)) {
            let ((placed, _), wanted) = (board.tally(flight), board.flights[flight].total());
            let bar = board.verdict(flight, at_break).err();
            let bar = bar.unwrap_or(if placed >= wanted {
                Bar::Satisfied { wanted }
            } else {
                Bar::Elsewhere { placed, wanted }
            });
            self.lost(&board.flights[flight].campaign.id, bar.code(), &bar.fr(), &bar.en());
        }
    }

    /// Jingles, and the bed where sound is missing.
    fn other(&mut self, entry: &Entry) {
        let title = &entry.title;
        if entry.segment == Segment::Fill {
            let fr = format!("Le tapis remplit: le son de ce segment de « {title} » manque ou est plus court que lui.");
            let en = format!("The bed fills: the sound of this segment of “{title}” is missing or shorter than it.");
            self.because("plan.fill", fr, en);
            if self.stretch.content.is_none() {
                let id = self.stretch.slot.programme.clone();
                self.refused(&id);
            }
        } else {
            let fr = format!("Habillage « {title} », appelé par l'horloge; celui du site passe avant celui du réseau.");
            self.because(
                "plan.jingle",
                fr,
                format!("Jingle “{title}”, called by the clock format; a site's own comes before the network's."),
            );
        }
    }
}
