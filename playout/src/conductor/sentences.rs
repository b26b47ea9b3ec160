//! What the conductor has to say to people, in both languages of the pages.

use domain::{Entry, Finding, Severity};

use crate::deck::Trouble;

fn finding(code: &str, severity: Severity, fr: String, en: String) -> Finding {
    Finding { code: code.to_owned(), severity, at_s: None, fr, en }
}

pub(super) fn no_sound(entry: &Entry, why: &Trouble) -> Finding {
    let (title, at) = (&entry.title, entry.at);
    match why {
        Trouble::Missing(said) => finding(
            "audio.missing",
            Severity::Blocking,
            format!(
                "Le fichier de « {title} » ({at}) manque sur ce site ; le tapis musical passe à sa place. Importez-le de nouveau ou attendez son arrivée : il est cherché toutes les 10 s."
            ),
            format!(
                "The sound of “{title}” ({at}) is not on this site; the bed plays instead. {said}. It is tried again every 10 s."
            ),
        ),
        Trouble::Damaged(said) => finding(
            "audio.damaged",
            Severity::Blocking,
            format!(
                "Le fichier de « {title} » ({at}) est abîmé ; le tapis musical passe à sa place. Importez-le de nouveau : il est essayé toutes les 10 s."
            ),
            format!(
                "The sound of “{title}” ({at}) is damaged; the bed plays instead. {said}. It is tried again every 10 s."
            ),
        ),
        Trouble::Barred(said) => finding(
            "audio.barred",
            Severity::Blocking,
            format!(
                "Le fichier de « {title} » ({at}) était ouvert à chaque arrêt brutal de ce site et n’est plus lu ; le tapis musical passe à sa place. Mettez une autre édition dans la grille."
            ),
            format!("The sound of “{title}” ({at}) is barred; the bed plays instead. {said}."),
        ),
    }
}

pub(super) fn expired(entry: &Entry) -> Finding {
    let (title, at) = (&entry.title, entry.at);
    finding(
        "audio.expired",
        Severity::Warning,
        format!(
            "« {title} » ({at}) a dépassé sa date de fin de diffusion ; le tapis musical passe à sa place. Mettez une autre édition dans la grille."
        ),
        format!(
            "“{title}” ({at}) is past the end of its right to air; the bed plays instead. Put another edition into the grid."
        ),
    )
}

pub(super) fn short(entry: &Entry, missing_s: f64) -> Finding {
    let title = &entry.title;
    finding(
        "audio.short",
        Severity::Warning,
        format!(
            "Le fichier de « {title} » est plus court de {missing_s:.1} s que sa place ; le tapis musical comble la fin."
        ),
        format!("The sound of “{title}” is {missing_s:.1} s shorter than its place; the bed fills the end."),
    )
}

pub(super) fn no_plan() -> Finding {
    finding(
        "plan.none",
        Severity::Blocking,
        "Aucun plan ne couvre l’heure actuelle ; le tapis musical passe. Publiez le plan de ce site.".to_owned(),
        "No plan covers this moment; the bed plays. Publish the plan of this site.".to_owned(),
    )
}

pub(super) fn plan_ending(hours: i64) -> Finding {
    finding(
        "plan.ending",
        Severity::Warning,
        format!("Les plans de ce site s’arrêtent dans {hours} h ; ensuite le tapis musical passera. Publiez la suite."),
        format!("The plans of this site end in {hours} h; then the bed will play. Publish what follows."),
    )
}

pub(super) fn plan_memory() -> Finding {
    finding(
        "plan.memory",
        Severity::Warning,
        "Le plan en mémoire n’était plus celui du fichier ; il a été relu. Si cela se répète, la mémoire de cette machine est défectueuse : faites-la tester."
            .to_owned(),
        "The plan in memory was no longer that of its file; it was read again. If this repeats, the memory of this machine is faulty: have it tested."
            .to_owned(),
    )
}

pub(super) fn own_plan() -> Finding {
    finding(
        "plan.own",
        Severity::Warning,
        "Les plans de la station pour ce site sont épuisés ; il joue son propre plan, fait de la dernière grille et de ce qu’il a en réserve. Rétablissez la liaison ou apportez les plans."
            .to_owned(),
        "The station's plans for this site have ended; it plays its own plan, made from the last grid and what is on its shelf. Restore the link or bring the plans."
            .to_owned(),
    )
}

pub(super) fn clock_unknown() -> Finding {
    finding(
        "clock.unknown",
        Severity::Blocking,
        "L’heure de ce site n’est pas crédible (antérieure à la dernière heure connue) ; le tapis musical passe. Réglez l’horloge.".to_owned(),
        "The time of this site cannot be believed (it lies before the last time known); the bed plays. Set the clock.".to_owned(),
    )
}

pub(super) fn clock_step(seconds: i64) -> Finding {
    finding(
        "clock.step",
        Severity::Warning,
        format!(
            "L’horloge de ce site a sauté de {seconds} s ; l’antenne continue à son propre rythme et ne suivra que si la nouvelle heure reste stable. Vérifiez l’horloge."
        ),
        format!(
            "The clock of this site was set by {seconds} s; the air goes on at its own pace and follows only when the new time stays steady. Check the clock."
        ),
    )
}

pub(super) fn clock_back(entry: &Entry) -> Finding {
    let title = &entry.title;
    finding(
        "clock.back",
        Severity::Warning,
        format!(
            "L’horloge a été reculée et « {title} » a déjà été diffusé ; le tapis musical passe pour ne rien répéter."
        ),
        format!("The clock was set back and “{title}” has aired already; the bed plays so that nothing is repeated."),
    )
}
