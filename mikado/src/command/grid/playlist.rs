//! `mikado grid playlist`: a list from outside, all of it or nothing, with every line that cannot be followed.

use jiff::Span;
use scheduler::exchange::playlist::{BYTES_MAX, Known, Line, csv, m3u};
use serde_json::json;

use crate::args::{Args, PlaylistArgs};
use crate::command::Answer;
use crate::command::studio::{Studio, catalogue_error, store_error};
use crate::error::Error;
use crate::speech::Said;

pub(super) fn run(args: &Args, what: &PlaylistArgs) -> Result<Answer, Error> {
    let studio = Studio::open(args)?;
    let (station, now) = (studio.station()?, studio.clock.now());
    let text = text_of(what)?;
    let today = station.day_of(now);
    let changes = studio.store.changes(today, today.saturating_add(Span::new().days(400))).map_err(store_error)?;
    let assets = studio.catalogue.ready().map_err(catalogue_error)?;
    let known = Known { station: &station, changes: &changes, assets: &assets };
    let ending = what.file.extension().map(std::ffi::OsStr::to_ascii_lowercase).unwrap_or_default();
    let lines = if ending == "m3u" || ending == "m3u8" {
        let day = what.day.ok_or_else(|| {
            Error::usage("une liste M3U ne dit pas de jour : ajoutez --day.", "an M3U list names no day: add --day.")
        })?;
        m3u(&text, (what.site, day, what.from), known)
    } else {
        csv(&text, known)
    };
    let bad = lines.iter().filter(|l| l.asked.is_err()).count();
    let lay = bad == 0 && !what.check;
    if lay {
        let who = crate::command::ingest::who();
        for placement in lines.iter().filter_map(|l| l.asked.as_ref().ok()) {
            studio.store.place(placement, &who, now).map_err(store_error)?;
        }
    }
    tell(args, &lines, (bad, lay));
    Ok(Answer::findings_if(bad > 0))
}

fn text_of(what: &PlaylistArgs) -> Result<String, Error> {
    let length = std::fs::metadata(&what.file).map_err(|e| Error::file(&what.file, e))?.len();
    if length > BYTES_MAX as u64 {
        let (name, most) = (what.file.display(), BYTES_MAX >> 20);
        return Err(Error::usage(
            format!("« {name} » est trop grand pour une liste : au plus {most} Mio."),
            format!("“{name}” is too large for a playlist: at most {most} MiB."),
        ));
    }
    let bytes = std::fs::read(&what.file).map_err(|e| Error::file(&what.file, e))?;
    // Spreadsheets write Windows-1252: its letters stand in comments and headings, identifiers are plain.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn tell(args: &Args, lines: &[Line], (bad, laid): (usize, bool)) {
    let voice = args.voice();
    let count = lines.len() - bad;
    if voice.json {
        let errors = lines.iter().filter_map(|l| {
            let (fr, en) = l.asked.as_ref().err()?;
            Some(json!({ "line": l.number, "fr": fr, "en": en }))
        });
        voice.json(&json!({ "laid": laid, "followed": count, "errors": errors.collect::<Vec<_>>() }));
        return;
    }
    for l in lines {
        if let Err((fr, en)) = &l.asked {
            voice.say(&Said::new(format!("ligne {} : {fr}", l.number), format!("line {}: {en}", l.number)));
        }
    }
    let said = if bad > 0 {
        Said::new(
            format!("Rien n'est mis dans la grille : lignes à corriger {bad}, lignes bonnes {count}."),
            format!("Nothing is put into the grid: lines to mend {bad}, good lines {count}."),
        )
    } else if laid {
        Said::new(format!("Cases remplies : {count}."), format!("Slots filled: {count}."))
    } else {
        Said::new(format!("Liste saine, lignes {count}."), format!("A sound list, lines {count}."))
    };
    voice.say(&said);
}
