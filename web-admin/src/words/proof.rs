//! The words of the campaigns' pages. One line a word, French then English.

/// Declares both tables from their three columns.
macro_rules! table {
    ($($key:ident: $fr:literal, $en:literal;)*) => {
        /// The words of one language; `{}` stands for what is filled in.
        pub(crate) struct ProofWords { $(pub $key: &'static str,)* }

        const FR: ProofWords = ProofWords { $($key: $fr,)* };
        const EN: ProofWords = ProofWords { $($key: $en,)* };
    };
}

impl super::Lang {
    /// The words of the campaigns' pages.
    pub(crate) const fn proof(self) -> &'static ProofWords {
        match self {
            Self::Fr => &FR,
            Self::En => &EN,
        }
    }
}

table! {
    title: "Campagnes", "Campaigns";
    lead: "Ce qui fut promis, diffusé et prouvé, compté depuis le journal de diffusion de chaque site.", "What was promised, aired and proven, counted from each site’s as-run.";
    none: "Aucune campagne dans le fichier de la station.", "No campaign in the station file.";
    campaign: "Campagne", "Campaign";
    site: "Site", "Site";
    promised: "Promises", "Promised";
    scheduled: "Programmées", "Scheduled";
    aired: "Entières", "Whole";
    partly: "Partielles", "In part";
    missing: "Manquantes", "Missing";
    compensating: "Compensées", "Made good";
    proven: "Prouvées", "Proven";
    rate: "Taux", "Rate";
    languages: "Versions", "Versions";
    heard_in: "Entendues en", "Heard in";
    from: "Du", "From";
    to: "Au", "To";
    show: "Afficher", "Show";
    not_over: "La période n’est pas terminée : ces nombres peuvent encore monter.", "The period is not over: these numbers may still rise.";
    attestation: "Attestation (PDF)", "Attestation (PDF, in French)";
    csv: "Diffusions (CSV)", "Airings (CSV)";
    xlsx: "Diffusions (tableur)", "Airings (spreadsheet)";
    by_site: "Par site", "By site";
    total: "Total", "Total";
    population: "Population touchée : non estimée, faute d’enquête d’audience.", "Population reached: not estimated, since no audience survey exists.";
    versions: "Versions", "Versions";
    version: "Version", "Version";
    version_ready: "prête", "ready";
    version_missing: "manque", "missing";
    each: "Chaque diffusion", "Each airing";
    each_none: "Aucune diffusion dans cette période.", "No airing in this period.";
    each_more: "Les {} dernières sont montrées ; toutes sont dans les fichiers.", "The last {} are shown; the files have all.";
    day: "Jour", "Day";
    proof: "Preuve", "Proof";
    state_held: "prouvée", "proven";
    state_whole: "entière, pas dans la pige", "whole, not in the air check";
    state_partly: "partielle", "in part";
    breaks_title: "Écrans", "Breaks";
    breaks_lead: "Ce qui tient dans les écrans du jour tel qu’il serait planifié maintenant : placé dans sa tranche, déplacé le même jour, ou perdu, avec la règle en cause.", "What fits into the day’s breaks as it would be planned now: in its daypart, moved within the day, or lost, with the rule to blame.";
    asked: "Demandés", "Asked";
    placed: "Placés", "Placed";
    moved: "Déplacés", "Moved";
    moved_to: "Déplacés à", "Moved to";
    lost: "Perdus", "Lost";
    room: "Spots / écrans", "Spots / breaks";
    daypart: "Tranche", "Daypart";
    blame: "Règle en cause", "Rule to blame";
    troubles: "Ce qui ne tient pas dans sa tranche", "What does not fit its daypart";
    troubles_none: "Tout tient dans sa tranche.", "Everything fits its daypart.";
}
