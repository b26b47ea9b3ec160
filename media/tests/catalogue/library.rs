//! A library of any size, as a station gathers it in years, and what people ask of it.

use std::path::Path;

use domain::{AssetKind, ProgrammeId, Status};
use media::catalogue::{Filter, Order, Search};

const WORDS: [&str; 24] = [
    "Journal",
    "édition",
    "kɔnɔ",
    "Ɲɛnajɛ",
    "Gao",
    "Ménaka",
    "santé",
    "école",
    "paix",
    "femmes",
    "marché",
    "débat",
    "songhaï",
    "peuhl",
    "الأخبار",
    "soirée",
    "causerie",
    "région",
    "eau",
    "élevage",
    "jeunesse",
    "musique",
    "mines",
    "vote",
];

/// Writes `cards` cards under the first schema, which is the quickest way in; opening brings them to today's.
pub fn fill(path: &Path, cards: u32) {
    let mut db = rusqlite::Connection::open(path).unwrap();
    db.execute_batch(include_str!("schema-1.sql")).unwrap();
    let tx = db.transaction().unwrap();
    {
        let mut insert = tx
            .prepare(
                "INSERT INTO card VALUES (?1, ?2, ?3, ?4, 'fr', ?5, '', 2880000, 1, -20.0, 5.5, -3.0, -6.0, ?6, NULL, NULL,
                 ?7, ?8, ?9, NULL, NULL, 'voix.ogg')",
            )
            .unwrap();
        let begun: jiff::Timestamp = "2016-01-01T06:00:00Z".parse().unwrap();
        for n in 0..cards {
            let pick = |salt: u32| WORDS[(n.wrapping_mul(2_654_435_761).rotate_left(salt) % 24) as usize];
            let title = format!("Journal {} {} {} n° {n}", pick(3), pick(11), pick(19));
            let programme = (n % 4 != 0).then(|| format!("programme-{}", n % 132));
            let (kind, status) =
                (if n % 10 == 0 { "spot" } else { "programme" }, if n % 20 == 0 { "draft" } else { "ready" });
            let at = (begun + jiff::Span::new().minutes(i64::from(n) * 50)).to_string();
            let ready = (status == "ready").then_some(&at);
            let hash = blake3::hash(&n.to_le_bytes()).to_string();
            let values: [&dyn rusqlite::ToSql; 9] =
                [&format!("son.{n}"), &hash, &title, &kind, &programme, &status, &at, &ready, &ready.map(|_| "awa")];
            insert.execute(values.as_slice()).unwrap();
        }
    }
    tx.commit().unwrap();
}

/// What people ask, each with its name: a rare word, common ones, the beginning of one, every filter and both orders.
pub fn questions() -> Vec<(&'static str, Filter)> {
    let words = |text: &str| Filter { search: Search::new(text), ..Filter::default() };
    let titles: Vec<(ProgrammeId, &str)> =
        (0..132).map(|n| (format!("programme-{n}").parse().unwrap(), ["Le Grand Format", "Écho"][n % 2])).collect();
    let named = Search::new("grand 77").unwrap().naming(titles.iter().map(|(id, title)| (id, *title)));
    vec![
        ("everything", Filter::default()),
        ("everything, by title", Filter { order: Order::Title, ..Filter::default() }),
        ("one card of all", words("12345")),
        ("a word of every card", words("journal")),
        ("a word of every card, by title", Filter { order: Order::Title, ..words("journal") }),
        ("the first letter", words("j")),
        ("the first digit", words("1")),
        ("two common words", words("kono gao")),
        ("three beginnings", words("jour nye sonrh")),
        ("drafts of one kind", Filter { status: Some(Status::Draft), kind: Some(AssetKind::Spot), ..words("journal") }),
        ("withdrawn, of which there are none", Filter { status: Some(Status::Withdrawn), ..words("journal") }),
        ("a programme's title", Filter { search: Some(named), ..Filter::default() }),
    ]
}
