//! The words of the pages around the grid: publishing, changes, readiness, languages. One line a word, French then English.

use domain::Sensibility;

/// Declares both tables from their three columns.
macro_rules! table {
    ($($key:ident: $fr:literal, $en:literal;)*) => {
        /// The words of one language; `{}` stands for what is filled in.
        pub(crate) struct GridWords { $(pub $key: &'static str,)* }

        const FR: GridWords = GridWords { $($key: $fr,)* };
        const EN: GridWords = GridWords { $($key: $en,)* };
    };
}

impl super::Words {
    /// The words of the pages around the grid, in the same language.
    pub(crate) const fn g(&self) -> &'static GridWords {
        // The table of French words offers English, and the other way round.
        if matches!(self.other_language_tag.as_bytes(), b"en") { &FR } else { &EN }
    }
}

table! {
    tag: "fr", "en";
    publish_title: "Publier", "Publish";
    publish_lead: "Ce qui attend, ce que cela change, site par site, et l’acte qui le met en vigueur. Rien de ce qui attend ne s’entend.", "What waits, what it changes, site by site, and the act that puts it in force. Nothing that waits is heard.";
    publish_waiting: "Modifications en attente", "Changes that wait";
    publish_nothing: "Rien n’attend : ce qui est publié est ce qui s’entend.", "Nothing waits: what is published is what is heard.";
    publish_withdraw: "Retirer", "Withdraw";
    publish_diff: "Ce qui s’entendra autrement", "What will be heard otherwise";
    publish_same: "Aucune différence à l’antenne dans les jours regardés.", "No difference on the air in the days looked at.";
    publish_spots: "Spots de plus ou de moins", "Spots more or less often";
    publish_everywhere: "partout", "everywhere";
    publish_but: "partout sauf {}", "everywhere but {}";
    publish_findings: "Ce que disent les règles", "What the rules say";
    publish_clean: "Aucune règle n’a rien à redire à ces modifications.", "No rule objects to these changes.";
    publish_blocks: "refuse", "refuses";
    publish_why_taken: "Pourquoi l’accepter", "Why it is taken";
    publish_stood: "{} constats existaient déjà et ne retiennent personne.", "{} findings stood before and hold nobody back.";
    publish_reason: "Motif", "Reason";
    publish_do: "Publier", "Publish";
    publish_is_blocked: "Une règle refuse : corrigez ou retirez la modification.", "A rule refuses: mend or withdraw the change.";
    publish_is_late: "Après le gel : votre publication vaut approbation du directeur des programmes.", "After the freeze: your publication is the programme director’s approval.";
    publish_stopped: "Rien n’est publié.", "Nothing is published.";
    publish_done: "Publication n° {} en vigueur ; les conducteurs se refont.", "Publication no. {} is in force; running orders are being made.";
    publish_acks: "Reçu par les sites", "Received by the sites";
    publish_written: "Écrit", "Written";
    changes_time: "Heure", "Time";
    publish_loaded: "Chargé", "Loaded";
    publish_since: "vu depuis", "seen since";
    publish_unheard: "sans nouvelles", "not heard from";
    publish_history: "Publications", "Publications";
    publish_in_force: "en vigueur", "in force";
    publish_undo: "Revenir à la précédente", "Go back to the one before";
    compare_title: "Comparer deux publications", "Compare two publications";
    compare_lead: "Ce qui s’entendrait autrement sous l’une que sous l’autre, dans les sept jours à partir d’aujourd’hui, avec les sons d’aujourd’hui. Regarder ne change rien.", "What would be heard otherwise under one than under the other, in the seven days from today on, with the sounds of today. Looking changes nothing.";
    compare_two: "Comparer deux publications", "Compare two publications";
    compare_with_now: "comparer avec celle en vigueur", "compare with the one in force";
    compare_from: "De", "From";
    compare_to: "À", "To";
    compare_do: "Comparer", "Compare";
    compare_heard: "De la n° {} à la n° {}", "From no. {} to no. {}";
    compare_rules: "Ce que les règles disent en plus de la n° {}", "What the rules say besides of no. {}";
    move_title: "Déplacer", "Move";
    move_lead: "La semaine du réseau. Prenez une case puis une autre, au clavier ou en la glissant : ce que disent les règles se lit avant d’accepter. Rien ne s’entend avant la publication.", "The network’s week. Take one slot and then another, by keyboard or by dragging: what the rules say is read before you accept. Nothing is heard before it is published.";
    move_waits: "Une grille attend d’être publiée : c’est elle que l’on voit ici.", "A grid waits to be published: it is the one seen here.";
    move_done: "La grille attend avec ce déplacement.", "The grid waits with this move.";
    move_undo: "Annuler ce déplacement", "Undo this move";
    move_undone: "déplacement annulé :", "move undone:";
    move_where: "{} cases peuvent changer de place avec elle, en vert.", "{} slots can change places with it, in green.";
    move_here: "échange possible", "exchange possible";
    move_leave: "Laisser", "Leave it";
    move_elsewhere: "Ailleurs", "Elsewhere";
    move_other: "Ou y mettre une autre émission", "Or put another programme there";
    move_format: "Horloge de même durée", "Clock format of the same length";
    move_look: "Voir ce que cela fait", "See what that does";
    move_accept: "Accepter", "Accept";
    move_said: "{} change de place avec {}.", "{} changes places with {}.";
    move_replaced: "{} devient {}.", "{} becomes {}.";
    changes_title: "Changements", "Changes";
    changes_lead: "Directs, grilles spéciales et fêtes : tout ce qui écarte un jour de la grille habituelle.", "Live events, seasons and feasts: all that makes a day differ from the usual grid.";
    changes_wait: "{} modification(s) attendent d’être publiées", "{} change(s) wait to be published";
    changes_live: "Directs et changements ponctuels", "Live events and one-off changes";
    changes_none: "Aucun à venir.", "None to come.";
    changes_recurs: "se répète", "recurs";
    changes_of_file: "dans le fichier de station", "in the station file";
    changes_take_back: "Retirer", "Take back";
    changes_taken_back: "direct retiré", "live event taken back";
    changes_new_live: "Entrer un direct", "Enter a live event";
    changes_minutes: "Minutes", "Minutes";
    changes_look: "Voir ce qu’il déplace", "See what it displaces";
    changes_overrun: "Débordement admis (min)", "Overrun allowed (min)";
    changes_hard_end: "Fin de rigueur", "Hard end";
    changes_where: "Seulement à ces sites (aucun : le réseau entier)", "Only at these sites (none: the whole network)";
    changes_under: "Ce qu’il déplace", "What it displaces";
    changes_opt_outs: "Décrochages suspendus", "Opt-outs suspended";
    changes_propose: "Préparer", "Prepare";
    changes_at_once: "Mettre en vigueur", "Put in force";
    changes_seasons: "Grilles spéciales", "Seasons";
    changes_no_season: "Aucune en vigueur ni à venir.", "None in force or to come.";
    changes_season: "Grille", "Season";
    changes_from: "Du", "From";
    changes_until: "Au", "Until";
    changes_lift: "Lever", "Lift";
    changes_feasts: "Fêtes lunaires", "Feasts of the moon";
    changes_feasts_lead: "Prévues par le calcul, confirmées la veille par la commission du croissant, à un jour près.", "Predicted by computation, confirmed on the eve by the moon commission, within a day.";
    changes_predicted: "prévue", "predicted";
    changes_confirmed: "confirmée", "confirmed";
    changes_confirm: "Confirmer", "Confirm";
    changes_moon_said: "annonce de la commission d’observation du croissant", "word of the moon-sighting commission";
    day_short: "j", "d";
    live_speech: "Discours, point de presse", "Address, press point";
    live_debate: "Débat", "Debate";
    live_match: "Match", "Match";
    live_news: "Édition spéciale", "Special news";
    live_ceremony: "Cérémonie", "Ceremony";
    live_alert: "Alerte", "Alert";
    fate_join: "rejoint en cours s’il en reste assez", "joined in progress when enough is left";
    fate_drop: "supprimé", "dropped";
    fate_after: "diffusé entier juste après", "aired whole right after";
    fate_move: "reporté à la place de…", "moved, in place of…";
    season_sunday: "Grille du dimanche (jour férié)", "Sunday’s grid (holiday)";
    season_by_calendar: "selon le calendrier", "by the calendar";
    ready_title: "Préparation", "Readiness";
    ready_lead: "Ce qui manque aux jours que chaque site doit pouvoir jouer seul, qui doit le fournir, depuis quand.", "What the days lack that each site must be able to play alone, who is to bring it, since when.";
    ready_all: "Rien ne manque : {} h d’avance.", "Nothing is missing: {} h ahead.";
    ready_hours: "{} h d’avance à tenir", "{} h ahead to hold";
    ready_missing: "manque", "missing";
    ready_when: "Passe à", "Airs at";
    ready_who: "À fournir par", "To be brought by";
    ready_network: "rédaction du réseau", "the network’s newsroom";
    ready_since: "Manque depuis", "Missing since";
    ready_instead: "À la place", "Instead";
    ready_bed: "tapis", "bed";
    ready_h24: "moins de 24 h", "under 24 h";
    ready_h2: "moins de 2 h", "under 2 h";
    ready_h10: "moins de 10 min", "under 10 min";
    decimal: ",", ".";
    cover_title: "Couverture", "Coverage";
    cover_lead: "Minutes parlées de 06:00 à 22:00 et, en petit, éditions d’information par langue, lieu et jour. La musique n’est pas de la parole.", "Minutes spoken from 06:00 to 22:00 and, small, news editions by language, place and day. Music is no speech.";
    cover_week: "Semaine du {}", "Week of {}";
    cover_share: "Part de la semaine", "Share of the week";
    cover_bound: "Règle", "Rule";
    cover_cell: "{} min parlées, {} éditions d’information", "{} min spoken, {} news editions";
    feeds_title: "Flux publics : agendas, guides, récepteurs", "Public feeds: calendars, guides, receivers";
    feeds_lead: "Ce que chaque site diffuse dans les sept jours ; ces adresses n’exigent aucun mot de passe.", "What each site airs within seven days; these addresses ask for no password.";
    feeds_all: "Tous les sites (XMLTV)", "All sites (XMLTV)";
    feeds_programme: "Agenda de cette émission", "This programme’s calendar";
    paper_hotline: "droits de l’homme", "human rights";
    paper_missing: "son manquant", "sound missing";
    paper_slots: "cases", "slots";
    paper_print: "Imprimer", "Print";
    paper_sheet: "Feuille à imprimer", "Sheet to print";
    ready_alarm: "Son manquant", "Missing sound";
    rules_title: "Règles", "Rules";
    rules_lead: "Ce que disent les règles de la semaine d’un site : conducteurs, fiches, et ce qui en fut diffusé. Les plus graves d’abord.", "What the rules say of a site’s week: running orders, cards, and what was aired of it. The gravest first.";
    rules_silent: "{} règles n’ont rien à redire à cette semaine, ou rien à y mesurer.", "{} rules have nothing to say of this week, or nothing to measure in it.";
    side: "Parle pour", "Speaks for";
    side_unsaid: "pour personne", "for nobody";
    side_government: "gouvernement", "government";
    side_signatories: "mouvements signataires", "signatory movements";
    side_opposition: "opposition", "opposition";
    side_civil: "société civile", "civil society";
}

impl GridWords {
    /// The name of a sensibility.
    pub(crate) const fn side(&self, of: Sensibility) -> &'static str {
        match of {
            Sensibility::Unsaid => self.side_unsaid,
            Sensibility::Government => self.side_government,
            Sensibility::Signatories => self.side_signatories,
            Sensibility::Opposition => self.side_opposition,
            Sensibility::CivilSociety => self.side_civil,
        }
    }
}
