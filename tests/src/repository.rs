//! The repository as text: its files, its manifests, its documents.

use std::fs;
use std::path::{Path, PathBuf};

/// The eight crates, in the order in which an arrow may point back.
pub const CRATES: [&str; 8] = ["domain", "media", "scheduler", "playout", "hardware", "web-admin", "mikado", "tests"];

/// Folders that hold what was built or fetched, never what was written.
const NOT_WRITTEN: [&str; 5] = ["target", "node_modules", "dist", "demo-station", ".git"];

/// One written file.
#[derive(Clone, Debug)]
pub struct Written {
    /// Its path from the root, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl Written {
    /// Whether it is Rust.
    pub fn is_rust(&self) -> bool {
        Path::new(&self.path).extension().is_some_and(|e| e == "rs")
    }

    /// Whether all of it is test, example or benchmark: code that never runs on the air.
    pub fn is_test_code(&self) -> bool {
        self.path.starts_with("tests/")
            || self.path.split('/').any(|part| matches!(part, "tests" | "examples" | "benches"))
            || self.path.ends_with("/tests.rs")
    }
}

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The text of one file of the repository.
pub fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// Every file that somebody wrote and whose name ends in one of `endings`, sorted by path. Files that are not text are
/// not given.
pub fn written(endings: &[&str]) -> Vec<Written> {
    let mut found = Vec::new();
    walk(&root(), "", endings, &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!found.is_empty(), "no file ends in {endings:?}");
    found
}

fn walk(dir: &Path, prefix: &str, endings: &[&str], found: &mut Vec<Written>) {
    for entry in fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            if !NOT_WRITTEN.contains(&name.as_str()) {
                walk(&entry.path(), &path, endings, found);
            }
        } else if kind.is_file()
            && endings.iter().any(|e| name.ends_with(e))
            && let Ok(text) = fs::read_to_string(entry.path())
        {
            found.push(Written { path, text });
        }
    }
}

/// The lines of the first fenced block of `text` whose fence says `kind`.
pub fn fenced<'a>(text: &'a str, kind: &str) -> Vec<&'a str> {
    let fence = format!("```{kind}");
    text.lines().skip_while(|l| l.trim() != fence).skip(1).take_while(|l| l.trim() != "```").collect()
}
