//! Why this title of music, and why not the others.

use domain::Entry;
use jiff::Timestamp;

use super::{LOSERS_MAX, Teller};
use crate::grid::{hms, second_of};
use crate::plan::music::{NotNow, Pick, Walk};

impl Teller<'_, '_> {
    /// Tells of the title of an entry; false when no rotation chose it.
    pub(super) fn music(&mut self, entry: &Entry) -> bool {
        let draft = self.draft;
        let Some(pick) = draft.music.all().find(|p| p.at == entry.at).copied() else { return false };
        let Some(spec) = draft.inputs.station.file().music.get(pick.rule) else { return false };
        // The same walk again, up to here: what was heard then, and not what was heard since.
        let mut walk = Walk::new(&draft.inputs, &draft.cards, &draft.stretches, draft.kept);
        walk.filled(pick.at);
        let second = second_of(draft.inputs.station.zone().to_datetime(pick.at).time());
        let verdicts: Vec<_> =
            (0..walk.turns.len()).map(|n| (n, walk.turns.verdict(n, pick.rule, (pick.at, second)))).collect();
        let permitted = verdicts.iter().filter(|(_, v)| v.is_ok()).count();
        let category = pick.asset.music.as_ref().map(|m| m.category.as_str()).unwrap_or_default();
        let (id, seed, title) = (&spec.id, spec.seed, &entry.title);
        if pick.too_soon {
            let fr = format!(
                "« {title} » passe bien que trop tôt: aucun des {} titres de la rotation « {id} » n'est permis; c'est le plus reposé.",
                verdicts.len()
            );
            let en = format!(
                "“{title}” airs although too soon: none of the {} titles of rotation “{id}” is permitted; it has rested longest.",
                verdicts.len()
            );
            self.because("plan.music-thin", fr, en);
        } else {
            let fr = format!(
                "« {title} » passe: rotation « {id} », tour de la catégorie « {category} », {permitted} titres permis; part régionale, fin de case, repos puis tirage {seed}."
            );
            let en = format!(
                "“{title}” airs: rotation “{id}”, turn of category “{category}”, {permitted} titles permitted; regional share, end of the slot, rest, then draw {seed}."
            );
            self.because("plan.music", fr, en);
        }
        let mut others: Vec<_> =
            verdicts.into_iter().filter(|(n, _)| walk.turns.asset(*n).id != pick.asset.id).collect();
        // Those that were nearest to it first.
        others.sort_by_key(|(n, verdict)| (verdict.is_err(), verdict.ok(), &walk.turns.asset(*n).id));
        for (n, verdict) in others.into_iter().take(LOSERS_MAX) {
            let (code, fr, en) = self.passed_over(verdict, &pick);
            self.lost(walk.turns.asset(n).id.as_str(), code, &fr, &en);
        }
        true
    }

    fn passed_over(&self, verdict: Result<usize, NotNow>, pick: &Pick<'_>) -> (&'static str, String, String) {
        let zone = self.draft.inputs.station.zone();
        let at = |t: Timestamp| hms(second_of(zone.to_datetime(t).time()));
        let said = |code, fr: &str, en: &str| (code, fr.to_owned(), en.to_owned());
        let Some(spec) = self.draft.inputs.station.file().music.get(pick.rule) else {
            return said("plan.music", "hors de la rotation", "outside the rotation");
        };
        match verdict {
            Ok(category) => {
                let own = pick.asset.music.as_ref().map(|m| m.category.as_str()).unwrap_or_default();
                let other = spec.category.get(category).map(|c| c.id.as_str()).unwrap_or_default();
                if other == own {
                    let fr = "permis; moins reposé, moins juste pour la fin de la case, ou tiré après";
                    said("plan.music", fr, "permitted; rested less, ends the slot less well, or drawn later")
                } else {
                    let fr = format!("permis; ce n'est pas le tour de sa catégorie « {other} »");
                    ("plan.music", fr, format!("permitted; it is not the turn of its category “{other}”"))
                }
            }
            Err(NotNow::NoCategory) => said(
                "plan.music",
                "sa fiche n'a pas de catégorie de cette rotation",
                "its card has no category of this rotation",
            ),
            Err(NotNow::Dates) => said(
                "R-CAMP-06",
                "est hors de ses dates ou réservé à d'autres sites",
                "is outside its dates or for other sites",
            ),
            Err(NotNow::Daypart) => {
                said("plan.music", "sa catégorie n'est pas de cette tranche", "its category is not for this daypart")
            }
            Err(NotNow::Title(t)) => {
                let (t, min) = (at(t), spec.title_apart_min);
                (
                    "plan.music",
                    format!("ce titre a commencé à {t}, à moins de {min} min"),
                    format!("this title began at {t}, less than {min} min away"),
                )
            }
            Err(NotNow::Artist(t)) => {
                let (t, min) = (at(t), spec.artist_apart_min);
                (
                    "plan.music",
                    format!("l'interprète a commencé à {t}, à moins de {min} min"),
                    format!("the artist began at {t}, less than {min} min away"),
                )
            }
        }
    }
}
