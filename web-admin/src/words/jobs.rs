//! The words of the page of jobs. One line a word, French then English.

/// Declares both tables from their three columns.
macro_rules! table {
    ($($key:ident: $fr:literal, $en:literal;)*) => {
        /// The words of one language; `{}` stands for what is filled in.
        pub(crate) struct JobWords { $(pub $key: &'static str,)* }

        const FR: JobWords = JobWords { $($key: $fr,)* };
        const EN: JobWords = JobWords { $($key: $en,)* };
    };
}

impl super::Lang {
    /// The words of the page of jobs.
    pub(crate) const fn jobs(self) -> &'static JobWords {
        match self {
            Self::Fr => &FR,
            Self::En => &EN,
        }
    }
}

table! {
    title: "Travaux", "Jobs";
    lead: "Ce que le siège fait de lui-même, aux heures écrites dans mikado.toml. Les heures sont celles de la station.", "What headquarters does by itself, at the times written in mikado.toml. Times are the station’s.";
    none: "Aucun travail n’est écrit dans mikado.toml ([[hq.job]]) : personne ne copie les comptes, la grille et les fiches.", "No job is written in mikado.toml ([[hq.job]]): nobody copies accounts, grid and cards.";
    next: "Prochain passage", "Next run";
    never: "Pas encore lancé.", "Not run yet.";
    at: "Prévu", "Due";
    lasted: "Durée", "Took";
    end: "Résultat", "Result";
    by: "lancé par {}", "started by {}";
    run: "Lancer maintenant", "Run now";
    runs: "en cours", "running";
    fine: "fait", "done";
    findings: "fait, il y a à voir", "done, with something to see";
    failed: "échoué", "failed";
    cut_off: "interrompu", "cut off";
    older: "Les passages d’avant", "Earlier runs";
    asked: "Lancé : la page montre où il en est.", "Started: the page shows how it goes.";
    all_well: "Travaux du siège : aucun échec", "Headquarters’ jobs: no failure";
    some_failed: "Travaux du siège : {} en échec", "Headquarters’ jobs: {} failed";
    nothing: "Travaux du siège : aucun", "Headquarters’ jobs: none";
}
