//! Whose slot a second lies in: the network's, the site's own, a season's, a holiday's or a live event's, and what that
//! left.

use domain::Origin;

use super::Teller;
use crate::changes::{LiveKind, Override, Scope};
use crate::grid::{DAY_S, GridSlot, hms, second_of};
use crate::season::Season;
use crate::station::{Day, Turning};
use crate::timetable::How;

impl Teller<'_, '_> {
    /// The layer of the grid that has the word, and the layers beneath it.
    pub(super) fn slot(&mut self) {
        if self.stretch.instead_of.is_some() {
            self.given_up();
        } else {
            match self.stretch.how {
                How::Live(event) => return self.event(event),
                How::Filling(event) => return self.filling(event),
                How::Withheld(season) => return self.withheld(season),
                _ if self.stretch.slot.origin == Origin::Network => self.network(),
                _ => self.opt_out(),
            }
        }
        self.after_an_event();
        self.other_than_usual();
    }

    /// An opt-out or an insertion that has no sound.
    fn given_up(&mut self) {
        let Some(given_up) = &self.stretch.instead_of else { return };
        let (site, title) = (self.draft.inputs.site, &self.stretch.programme.title);
        let (fr, en) = if given_up.window.is_some() {
            ("son décrochage n'a pas de fichier prêt à diffuser", "its opt-out has no file ready to air")
        } else {
            (
                "ce qui devait s'y insérer n'a pas de fichier prêt à diffuser",
                "what was to be inserted has no file ready to air",
            )
        };
        let fr = format!("{site} reste sur le réseau, « {title} »: {fr}.");
        self.because("R-OPT-04", fr, format!("{site} stays on the network, “{title}”: {en}."));
        let id = given_up.programme.clone();
        self.lost(
            id.as_str(),
            "R-OPT-04",
            "aucune édition prête à diffuser à temps",
            "no edition ready to air in time",
        );
        self.refused(&id);
    }

    fn network(&mut self) {
        let (slot, day) = (&self.stretch.slot, Day::of(self.draft.inputs.day));
        let (at, format, title) = (hms(slot.start_s), &slot.clock_format, &self.stretch.programme.title);
        let (day_fr, day_en) = (day.fr(), day.en());
        let fr = format!("La grille du réseau porte « {title} » le {day_fr} à {at} (horloge {format}).");
        let en = format!("The network's grid carries “{title}” on {day_en} at {at} (clock format {format}).");
        self.because("R-GRID-01", fr, en);
    }

    fn opt_out(&mut self) {
        let (slot, site, day) = (&self.stretch.slot, self.draft.inputs.site, Day::of(self.draft.inputs.day));
        let (at, format, title) = (hms(slot.start_s), &slot.clock_format, &self.stretch.programme.title);
        let (day_fr, day_en) = (day.fr(), day.en());
        let window = slot.window.as_deref().unwrap_or_default();
        let fr =
            format!("{site} décroche dans la fenêtre {window}: « {title} » le {day_fr} à {at} (horloge {format}).");
        let en = format!("{site} opts out in window {window}: “{title}” on {day_en} at {at} (clock format {format}).");
        self.because("R-OPT-01", fr, en);
        let (grid, ruled) = self.ruling();
        let covered = |n: &&GridSlot| n.start_s < slot.end_s() && slot.start_s < n.end_s();
        let ids: Vec<_> = grid.network(ruled).iter().filter(covered).map(|n| n.programme.clone()).collect();
        for id in ids {
            let (fr, en) =
                ("programme du réseau, quitté par le décrochage", "the network's programme, left by the opt-out");
            self.lost(id.as_str(), "R-OPT-01", fr, en);
        }
    }

    /// A live event or an insertion, over what the grid says.
    fn event(&mut self, event: &Override) {
        let (spec, title, site) = (event.spec(), &self.stretch.programme.title, self.draft.inputs.site);
        let from_s = self.stretch.day_s;
        let (from, to) = (hms(from_s), hms((from_s + self.length_s()).min(DAY_S)));
        let sun = spec.anchor.map(|a| format!(" ({a}, {site})")).unwrap_or_default();
        let (code, fr, en) = match spec.kind {
            LiveKind::Insert => (
                "plan.insert",
                format!("« {title} » est inséré de {from} à {to}{sun}; le programme continue dessous."),
                format!("“{title}” is inserted from {from} to {to}{sun}; the programme goes on beneath."),
            ),
            LiveKind::Alerte => (
                "plan.alert",
                format!("L'alerte « {title} » passe par-dessus tout de {from} à {to}."),
                format!("The alert “{title}” passes over everything from {from} to {to}."),
            ),
            _ => (
                "R-LIVE-01",
                format!(
                    "Le direct « {title} » (priorité {}) passe avant la grille de {from} à {to}{sun}.",
                    spec.priority
                ),
                format!(
                    "The live event “{title}” (priority {}) comes before the grid from {from} to {to}{sun}.",
                    spec.priority
                ),
            ),
        };
        self.because(code, fr, en);
        if *event.scope() != Scope::Network {
            let fr = format!("Il n'est pas pour tout le réseau: {}.", spec.scope);
            self.because(code, fr, format!("It is not for the whole network: {}.", spec.scope));
        }
        for id in self.beneath() {
            self.lost(&id, code, "la grille, sous cet événement", "the grid, beneath this event");
        }
        let inputs = &self.draft.inputs;
        let others =
            inputs.changes.on(inputs.station, inputs.site, inputs.day).into_iter().filter(|o| o.id() != event.id());
        let span = from_s..from_s + self.length_s();
        let meets = |o: &&Override| {
            let own = inputs.station.site(inputs.site).and_then(|s| o.seconds(inputs.station, s, inputs.day));
            own.is_some_and(|(s, _)| s.start < span.end && span.start < s.end)
        };
        let weaker: Vec<_> = others.filter(meets).map(|o| (o.id().to_string(), o.spec().priority)).collect();
        for (id, priority) in weaker {
            let (fr, en) = (format!("direct de priorité {priority}"), format!("live event of priority {priority}"));
            self.lost(&id, "R-LIVE-01", &fr, &en);
        }
    }

    /// What is left of a slot that an event has displaced.
    fn filling(&mut self, event: &Override) {
        let (title, live) = (&self.stretch.programme.title, &event.spec().title);
        let fr = format!("« {title} » remplit ce que « {live} » a laissé de la case qu'il a déplacée.");
        let en = format!("“{title}” fills what “{live}” has left of the slot that it displaced.");
        self.because("R-LIVE-05", fr, en);
        for id in self.beneath() {
            let (fr, en) =
                ("déplacé, supprimé, ou trop peu en reste", "displaced, dropped, or too little of it is left");
            self.lost(&id, "R-LIVE-05", fr, en);
        }
    }

    /// A programme that rests in a season.
    fn withheld(&mut self, season: &Season) {
        let (title, name) = (&self.stretch.programme.title, &season.spec().name_fr);
        let fr = format!(
            "La grille spéciale « {name} » laisse reposer le programme de cette case; « {title} » le remplace."
        );
        let en = format!("The season “{name}” lets the programme of this slot rest; “{title}” fills it.");
        self.because("plan.season", fr, en);
        for id in self.beneath() {
            self.lost(&id, "plan.season", "repose pendant cette grille spéciale", "rests during this season");
        }
    }

    /// A slot that begins late, in its middle or later than ever because of an event before it.
    fn after_an_event(&mut self) {
        let at = hms(self.stretch.day_s);
        let (code, live, fr, en) = match self.stretch.how {
            How::Joined(event) => ("R-LIVE-05", event, "il est joint en cours à", "it is joined in progress at"),
            How::Shortened(event) => {
                ("R-LIVE-03", event, "il commence en retard, raccourci, à", "it begins late, shortened, at")
            }
            How::Shifted(event) => ("R-LIVE-05", event, "il passe en entier, décalé à", "it airs whole, moved to"),
            _ => return,
        };
        let title = &live.spec().title;
        let fr = format!("Après « {title} », {fr} {at}.");
        self.because(code, fr, format!("After “{title}” {en} {at}."));
    }

    /// What makes this day's slot another one than the usual week's.
    fn other_than_usual(&mut self) {
        let inputs = &self.draft.inputs;
        let (station, changes, day) = (inputs.station, inputs.changes, inputs.day);
        let slot = self.stretch.instead_of.as_ref().unwrap_or(&self.stretch.slot);
        let on_air = if slot.origin == Origin::Network {
            station.grid().network(Day::of(day))
        } else {
            station.grid().site(inputs.site, Day::of(day)).unwrap_or_default()
        };
        let usual = on_air.iter().find(|s| (s.start_s..s.end_s()).contains(&self.stretch.day_s));
        let Some(usual) = usual.filter(|u| (u.start_s, &u.programme) != (slot.start_s, &slot.programme)) else {
            return;
        };
        let turns = |t: &&Turning| t.programmes.contains(&slot.programme) && t.programmes.contains(&usual.programme);
        let turned = station.file().rotation.iter().find(turns).filter(|_| slot.start_s == usual.start_s);
        let moved = changes.moved_to(station, day).into_iter();
        let moved = moved.filter_map(|(to, from)| Some((station.slot(to)?, from)));
        let moved =
            moved.into_iter().find(|(to, _)| second_of(to.start) == slot.start_s).map(|(_, from)| from.to_owned());
        let season = station.seasons_on(changes, day).into_iter().find(|s| s.grid().is_some());
        let (_, holiday) = station.ruling(changes, day);
        let (code, fr, en) = if let Some(turning) = turned {
            let (id, n) = (&turning.id, turning.turns(day));
            (
                "R-LANG-04",
                format!("L'ordre « {id} » a tourné de {n} rang(s)."),
                format!("The order “{id}” has turned by {n} rank(s)."),
            )
        } else if let Some(from) = moved {
            (
                "R-LIVE-05",
                format!("Il est reporté ici depuis la case {from}."),
                format!("It is moved here from slot {from}."),
            )
        } else if holiday {
            ("R-CAL-01", "Jour férié: grille du dimanche.".to_owned(), "A holiday: Sunday's grid.".to_owned())
        } else if let Some(season) = season {
            let name = &season.spec().name_fr;
            (
                "plan.season",
                format!("La grille spéciale « {name} » est en vigueur."),
                format!("The season “{name}” is in force."),
            )
        } else {
            return;
        };
        let id = usual.programme.to_string();
        self.because(code, fr, en);
        self.lost(&id, code, "la semaine habituelle, remplacée ce jour-là", "the usual week, replaced on this day");
    }

    /// The week that rules on this day, and which of its days.
    fn ruling(&self) -> (&crate::grid::Grid, Day) {
        let inputs = &self.draft.inputs;
        inputs.station.ruled(inputs.changes, inputs.day)
    }

    /// Seconds of the slot that sound here.
    fn length_s(&self) -> u32 {
        self.stretch.part_s.end - self.stretch.part_s.start
    }

    /// The programmes of the ruling week that lie under this stretch, at this site.
    fn beneath(&self) -> Vec<String> {
        let (grid, day) = self.ruling();
        let span = self.stretch.day_s..self.stretch.day_s + self.length_s();
        let slots = grid.site(self.draft.inputs.site, day).unwrap_or_default();
        let under = slots.iter().filter(|s| s.start_s < span.end && span.start < s.end_s());
        under.map(|s| s.programme.to_string()).collect()
    }
}
