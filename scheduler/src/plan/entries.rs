//! A decided day written down as second-exact entries.

use domain::{Asset, AssetKind, Entry, EntryId, Fit, Frames, Join, Segment, Severity, Start, Wait, What};
use jiff::Timestamp;

use super::draft::Draft;
use super::remarks::Remarks;
use super::stretch::{Piece, Stretch};
use crate::grid::hms;
use crate::station::SegmentKind;

/// The entries of a day and what is to be said about them.
pub(crate) fn of(draft: &Draft<'_>) -> (Vec<Entry>, Remarks) {
    let mut remarks = Remarks::default();
    super::complaints::about(draft, &mut remarks);
    let mut entries = Vec::new();
    for (n, stretch) in draft.stretches.iter().enumerate() {
        let at = Frames::ZERO;
        let mut writer = Writer { draft, stretch, n, at, pinned: false, entries: &mut entries, remarks: &mut remarks };
        writer.slot();
    }
    let mut settled = 0;
    if let Some(kept) = draft.kept {
        entries.retain(|e| e.at >= kept.seam);
        let still = kept.still_airable(&draft.inputs, &draft.cards);
        settled = still.len();
        entries.splice(..0, still);
    }
    super::ends::meet(draft, &mut entries, settled, &mut remarks);
    super::joins::lay(draft, &mut entries, settled);
    (entries, remarks)
}

/// Writes the entries of one stretch, one after the other, each where the one before ends.
struct Writer<'d, 'a> {
    draft: &'d Draft<'a>,
    stretch: &'d Stretch<'a>,
    n: usize,
    /// Frames of the stretch written so far.
    at: Frames,
    /// Whether what is written next is fixed to its second.
    pinned: bool,
    entries: &'d mut Vec<Entry>,
    remarks: &'d mut Remarks,
}

impl<'a> Writer<'_, 'a> {
    fn slot(&mut self) {
        let first = self.entries.len();
        for piece in self.stretch.pieces(self.draft.inputs.station) {
            self.pin(piece);
            match piece.kind {
                SegmentKind::Contenu => self.content(piece),
                SegmentKind::Ecran => self.break_of_spots(piece),
                _ => self.jingle(piece),
            }
        }
        if self.stretch.over_s > 0 {
            self.bed("over", Frames::from_secs(u64::from(self.stretch.over_s)));
        }
        super::ends::fade(self.stretch, self.entries.get_mut(first..).unwrap_or_default());
    }

    /// A fixed segment begins at its second of the day; where what stands before it could not give enough, that is said.
    fn pin(&mut self, piece: Piece) {
        let Some(pin_s) = piece.pin_s else { return };
        let second = self.stretch.slot.start_s + pin_s;
        self.pinned = self.draft.inputs.station.instant(self.draft.inputs.day, second) == Some(self.now());
        if !self.pinned {
            let (title, at) = (&self.stretch.programme.title, hms(self.stretch.day_second(piece.from_s)));
            let subject = format!("{second} {title}");
            self.remarks.say(("plan.pin-missed", Severity::Warning), &subject, Some(second), || {
                let fixed = hms(second);
                (
                    format!("« {title} »: le segment fixé à {fixed} commence à {at}, la case ayant été déplacée."),
                    format!("“{title}”: the segment fixed at {fixed} begins at {at}, for the slot was moved."),
                )
            });
        }
    }

    fn content(&mut self, piece: Piece) {
        let whole = Frames::from_secs(u64::from(piece.length_s));
        let fit = if piece.elastic { Fit::Elastic } else { Fit::Exact };
        let name = piece.number.to_string();
        let from = Frames::from_secs(u64::from(piece.content_before_s));
        let sound = self.stretch.content.map(|c| c.asset).filter(|a| a.length > from);
        let length = sound.map_or(Frames::ZERO, |a| a.length.saturating_sub(from).min(whole));
        if let Some(asset) = sound {
            self.audio(&name, asset, from, length, (fit, Segment::Content));
        }
        let filled = self.titles(piece, &name);
        self.rest(&name, whole, length + filled);
    }

    /// What a rotation puts where there is no edition, or where it has ended; the name keeps the seed of the draw.
    fn titles(&mut self, piece: Piece, name: &str) -> Frames {
        let draft = self.draft;
        let (mut filled, segment) = (Frames::ZERO, if self.stretch.rotates { Segment::Content } else { Segment::Fill });
        let fit = if self.stretch.rotates { Fit::Elastic } else { Fit::Filler };
        for (n, pick) in draft.music.of(self.n, piece.number).iter().enumerate() {
            let seed = draft.inputs.station.file().music.get(pick.rule).map_or(0, |m| m.seed);
            let name = format!("{name}.m{}-{seed}", n + 1);
            self.audio(&name, pick.asset, pick.from, pick.length, (fit, segment));
            if let Some(entry) = self.entries.last_mut() {
                entry.fade_out = pick.fade_out;
            }
            filled += pick.length;
        }
        filled
    }

    fn break_of_spots(&mut self, piece: Piece) {
        let whole = Frames::from_secs(u64::from(piece.length_s));
        let mut used = Frames::ZERO;
        let board = &self.draft.board;
        for placed in board.break_at(self.n, piece.number).into_iter().flat_map(|b| board.in_break(b)) {
            let (asset, spot) = (placed.version.asset, placed.version.spot);
            let name = format!("{}.{}", piece.number, spot.id);
            self.audio(&name, asset, Frames::ZERO, asset.length, (Fit::Exact, Segment::Spot));
            self.expire(board.flights[placed.flight].campaign.end);
            used += asset.length;
        }
        self.rest(&piece.number.to_string(), whole, used);
    }

    /// The spot just written dies with its campaign, also at a site that has heard nothing since (R-CAMP-06).
    fn expire(&mut self, last_day: jiff::civil::Date) {
        let end = self.draft.inputs.station.day_bounds(last_day).map(|(_, end)| end);
        if let Some(Entry { what: What::Audio { expires, .. }, .. }) = self.entries.last_mut() {
            *expires = expires.iter().copied().chain(end).min();
        }
    }

    fn jingle(&mut self, piece: Piece) {
        let whole = Frames::from_secs(u64::from(piece.length_s));
        let (word, segment) = jingle_kind(piece.kind);
        let name = format!("jingle-{word}-{}", piece.whole_s);
        let when = self.now();
        let number = piece.number.to_string();
        let site = self.draft.inputs.site;
        let sound = self.draft.cards.for_site(&name, site, AssetKind::Jingle, when);
        // Half a jingle is worse than none: a part that is joined late is bed.
        let sound = sound.filter(|_| piece.length_s == piece.whole_s);
        let length = sound.map_or(Frames::ZERO, |a| a.length.min(whole));
        if let Some(asset) = sound {
            self.audio(&number, asset, Frames::ZERO, length, (Fit::Exact, segment));
        } else if piece.length_s == piece.whole_s {
            let second = self.stretch.day_second(piece.from_s);
            self.remarks.say(("plan.no-jingle", Severity::Info), &name, Some(second), || {
                let at = hms(second);
                let fr =
                    format!("{site}: l'habillage « {name} » manque; le tapis le remplace, la première fois à {at}.");
                (fr, format!("{site}: jingle “{name}” is missing; the bed stands in, first at {at}."))
            });
        }
        self.rest(&number, whole, length);
    }

    /// What is left of a piece after its sound.
    fn rest(&mut self, name: &str, whole: Frames, used: Frames) {
        if let Some(rest) = whole.checked_sub(used).filter(|r| *r > Frames::ZERO) {
            self.bed(name, rest);
        }
    }

    fn now(&self) -> Timestamp {
        self.stretch.at.checked_add(self.at.as_duration()).unwrap_or(self.stretch.at)
    }

    fn audio(&mut self, name: &str, asset: &'a Asset, from: Frames, length: Frames, (fit, segment): (Fit, Segment)) {
        let (hash, gain, expires) = (asset.hash, asset.gain, asset.expires);
        let what = What::Audio { asset: asset.id.clone(), hash, from, gain, expires };
        let language = asset.language.clone();
        // What was approved although nothing in it can be heard is silent on purpose.
        let silence_meant = asset.loudness.is_none();
        let artist = asset.music.as_ref().map(|m| m.artist.as_str()).filter(|a| !a.is_empty());
        let title = artist.map_or_else(|| asset.title.clone(), |artist| format!("{artist} – {}", asset.title));
        self.push(name, length, |e| Entry { fit, what, title, language, segment, silence_meant, ..e });
    }

    fn bed(&mut self, name: &str, length: Frames) {
        self.push(&format!("{name}.bed"), length, |e| e);
    }

    fn push(&mut self, name: &str, length: Frames, change: impl FnOnce(Entry) -> Entry) {
        let Some(id) = self.id(name) else { return };
        let programme = self.stretch.programme;
        let pinned = std::mem::take(&mut self.pinned);
        let start = if self.at == Frames::ZERO || pinned { Start::Hard } else { Start::Follows };
        let wait = if self.at == Frames::ZERO { super::ends::wait(self.draft, self.n) } else { Wait::NONE };
        let bed = Entry {
            id,
            at: self.now(),
            length,
            start,
            fit: Fit::Filler,
            what: What::Bed,
            programme: programme.id.clone(),
            title: programme.title.clone(),
            language: programme.lang.clone(),
            origin: self.stretch.slot.origin,
            segment: Segment::Fill,
            join: Join::Butt,
            fade_out: Frames::ZERO,
            silence_meant: false,
            wait,
        };
        self.entries.push(change(bed));
        self.at += length;
    }

    /// Day, start of the slot, programme, and the part's own name; parts of a slot that airs in part say from where, for
    /// the same segment may be heard in two of them.
    fn id(&self, name: &str) -> Option<EntryId> {
        let slot = &self.stretch.slot;
        let (day, start) = (self.draft.inputs.day, hms(slot.start_s).to_string().replace(':', ""));
        let mut id = format!("{day}/{start}/{}/{name}", slot.programme);
        let late = self.stretch.part_s.start > 0;
        if late || (self.stretch.instead_of.is_some() && !self.stretch.whole()) {
            let from = hms(self.stretch.day_s).to_string().replace(':', "");
            id.push('@');
            id.push_str(&from);
        }
        id.parse().ok()
    }
}

fn jingle_kind(kind: SegmentKind) -> (&'static str, Segment) {
    match kind {
        SegmentKind::Generique => ("generique", Segment::Opening),
        SegmentKind::Promo => ("promo", Segment::Promo),
        SegmentKind::Ident => ("ident", Segment::Ident),
        SegmentKind::TopHoraire => ("top-horaire", Segment::TimeSignal),
        SegmentKind::Desannonce => ("desannonce", Segment::BackAnnounce),
        SegmentKind::Virgule | SegmentKind::Contenu | SegmentKind::Ecran => ("virgule", Segment::Sweeper),
    }
}
