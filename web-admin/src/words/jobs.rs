//! The words of the page of jobs. One line a word, French then English.

words_in_columns! {
    JobWords, jobs;
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
