//! Lists from outside are followed line by line, or told with their line.
use crate::catalogue::{everything, station};
use scheduler::exchange::playlist::{Known, Line, csv, m3u};
use scheduler::{Changes, Station};

fn said(lines: &[Line]) -> Vec<String> {
    let one = |l: &Line| match &l.asked {
        Ok(p) => {
            format!("{} {} {} {} {}", l.number, p.site.map_or("-".into(), |s| s.to_string()), p.day, p.start, p.asset)
        }
        Err((fr, _)) => format!("{}! {fr}", l.number),
    };
    lines.iter().map(one).collect()
}

fn with(check: impl FnOnce(&Station, Known<'_>)) {
    let (station, changes) = (station(), Changes::default());
    let assets = everything(&station);
    check(&station, Known { station: &station, changes: &changes, assets: &assets });
}

#[test]
fn each_line_of_a_table_is_placed_or_told_with_its_number() {
    with(|_, known| {
        let debat = known.assets.iter().find(|a| a.id.as_str().starts_with("debat.")).unwrap().id.to_string();
        let text = format!(
            "jour;début;site;élément\r\n2026-11-24;13:00;;{debat}\n\n# note\n2026-11-24,08:10,GAO,{debat}\n2026-11-24;13:07;;{debat}\n\
             2026-11-24;13:15;ZZZ;{debat}\n2026-11-24;13:15;;personne\n24/11/2026;13:15;;{debat}\n2026-11-24;13:00;reseau;{debat}\n2026-11-24"
        );
        let lines = said(&csv(&text, known));
        assert_eq!(lines[0], format!("2 - 2026-11-24 13:00:00 {debat}"));
        assert_eq!(lines[1], format!("5 GAO 2026-11-24 08:10:00 {debat}"));
        for (n, start) in [
            (2, "6! aucune case ne commence à 13:07"),
            (3, "7! il n'y a pas de site ZZZ"),
            (4, "8! « personne » n'est pas prêt"),
            (5, "9! « 24/11/2026 » n'est pas un jour"),
            (6, "10! la ligne 2 remplit déjà"),
            (7, "11! il faut quatre champs"),
        ] {
            assert!(lines[n].starts_with(start), "{}", lines[n]);
        }
    });
}

#[test]
fn a_list_of_files_fills_the_slots_one_by_one() {
    with(|station, known| {
        let gao = "GAO".parse().unwrap();
        let (day, start) = ("2026-11-24".parse().unwrap(), "22:00".parse().unwrap());
        let id = known.assets.iter().find(|a| a.programme.is_some()).unwrap().id.to_string();
        let text = format!("#EXTM3U\n#EXTINF:3600,Débat\nC:\\sons\\{id}.flac\nsons/{id}\n{id}\n{id}\nautre.mp3");
        let lines = m3u(&text, (Some(gao), day, start), known);
        let slots = station.programmes_on(gao, day, known.changes);
        let left = slots.iter().filter(|s| s.start_s >= 79_200).count();
        assert_eq!(lines.iter().filter(|l| l.asked.is_ok()).count(), left.min(4), "{:?}", said(&lines));
        assert_eq!(said(&lines)[0], format!("3 GAO 2026-11-24 22:00:00 {id}"));
        assert!(lines.last().unwrap().asked.is_err());
    });
}
