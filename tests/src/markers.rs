//! Which tone tells which sound of the demonstration: `demo/markers.csv`.

use crate::repository::read;

/// The table: kind (`programme`, `language`, `jingle` …), identifier, hertz.
#[derive(Debug)]
pub struct Markers(Vec<(String, String, f64)>);

impl Markers {
    /// Reads it.
    pub fn read() -> Self {
        let text = read("demo/markers.csv");
        let mut lines = text.lines().filter(|l| !l.starts_with('#'));
        let head: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
        let column =
            |names: &[&str]| head.iter().position(|h| names.contains(h)).expect("demo/markers.csv has its columns");
        let (kind, id, hz) = (column(&["kind"]), column(&["id"]), column(&["hz", "marker_hz"]));
        let row = |line: &str| {
            let cells: Vec<&str> = line.split(',').collect();
            (cells[kind].to_owned(), cells[id].to_owned(), cells[hz].parse().expect("a marker is a number of hertz"))
        };
        Self(lines.filter(|l| !l.is_empty()).map(row).collect())
    }

    /// Every marker of one kind with its identifier.
    pub fn of(&self, kind: &str) -> Vec<(String, f64)> {
        self.0.iter().filter(|(k, ..)| k == kind).map(|(_, id, hz)| (id.clone(), *hz)).collect()
    }

    /// One marker.
    pub fn hz(&self, kind: &str, id: &str) -> f64 {
        let found = self.0.iter().find(|(k, i, _)| k == kind && i == id);
        found.unwrap_or_else(|| panic!("demo/markers.csv knows no {kind} {id}")).2
    }
}
