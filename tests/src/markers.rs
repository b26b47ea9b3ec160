//! Which tone tells which sound of the demonstration: `demo/markers.csv`.

use crate::repository::read;

/// One row: kind (`programme`, `spot`, `jingle`, `bed`), identifier, its own tone and that of its language or site, in hertz.
#[derive(Clone, Debug)]
struct Row {
    kind: String,
    id: String,
    own_hz: f64,
    second_hz: f64,
}

/// The table.
#[derive(Debug)]
pub struct Markers(Vec<Row>);

impl Markers {
    /// Reads it.
    pub fn read() -> Self {
        let text = read("demo/markers.csv");
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some("kind,id,marker_hz,second_hz"), "demo/markers.csv has these columns");
        let row = |line: &str| {
            let [kind, id, own, second] = line.split(',').collect::<Vec<_>>().try_into().expect("four columns");
            let hz = |text: &str| text.parse().expect("a marker is a number of hertz");
            Row { kind: kind.to_owned(), id: id.to_owned(), own_hz: hz(own), second_hz: hz(second) }
        };
        Self(lines.map(row).collect())
    }

    /// Every marker of one kind with its identifier.
    pub fn of(&self, kind: &str) -> Vec<(String, f64)> {
        self.0.iter().filter(|r| r.kind == kind).map(|r| (r.id.clone(), r.own_hz)).collect()
    }

    /// The second tones that programmes have: one per language.
    pub fn languages_hz(&self) -> Vec<(u32, f64)> {
        let mut all: Vec<u32> = self.0.iter().filter(|r| r.kind == "programme").map(|r| r.second_hz as u32).collect();
        all.sort_unstable();
        all.dedup();
        all.into_iter().map(|hz| (hz, f64::from(hz))).collect()
    }

    /// The tones of one sound: its own and its language's or site's.
    pub fn hz(&self, kind: &str, id: &str) -> (f64, f64) {
        let found = self.0.iter().find(|r| r.kind == kind && r.id == id);
        let row = found.unwrap_or_else(|| panic!("demo/markers.csv knows no {kind} {id}"));
        (row.own_hz, row.second_hz)
    }
}
