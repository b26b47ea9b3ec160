//! The arrows between the crates are those that ARCHITECTURE.md draws, and no other.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise and says where")]

use std::collections::BTreeSet;

use tests::repository::{CRATES, fenced, read};

type Arrow = (String, String);

/// The arrows of the fenced block: `a -> b c` draws two.
fn drawn() -> BTreeSet<Arrow> {
    let text = read("ARCHITECTURE.md");
    let mut arrows = BTreeSet::new();
    for line in fenced(&text, "arrows") {
        let (from, to) = line.split_once("->").unwrap_or_else(|| panic!("ARCHITECTURE.md: “{line}” draws no arrow"));
        for target in to.split_whitespace() {
            for name in [from.trim(), target] {
                assert!(CRATES.contains(&name), "ARCHITECTURE.md draws an arrow at {name}, which is no crate");
            }
            arrows.insert((from.trim().to_owned(), target.to_owned()));
        }
    }
    assert!(!arrows.is_empty(), "ARCHITECTURE.md has no block ```arrows");
    arrows
}

/// The arrows of the manifests; `kinds` are the tables that count.
fn in_manifests(kinds: &[&str]) -> BTreeSet<Arrow> {
    let mut arrows = BTreeSet::new();
    for name in CRATES {
        let manifest: toml::Table = read(&format!("{name}/Cargo.toml")).parse().unwrap();
        let mut tables: Vec<&toml::Table> = vec![&manifest];
        if let Some(targets) = manifest.get("target").and_then(toml::Value::as_table) {
            tables.extend(targets.values().filter_map(toml::Value::as_table));
        }
        for table in tables {
            for kind in kinds {
                let used = table.get(*kind).and_then(toml::Value::as_table);
                for (key, value) in used.into_iter().flatten() {
                    let package = value.get("package").and_then(toml::Value::as_str).unwrap_or(key);
                    if CRATES.contains(&package) {
                        arrows.insert((name.to_owned(), package.to_owned()));
                    }
                }
            }
        }
    }
    arrows
}

#[test]
fn an_arrow_that_is_not_drawn_does_not_exist() {
    let drawn = drawn();
    // A test may look at nothing that the room itself may not; the crate of tests stands outside.
    for (from, to) in in_manifests(&["dependencies", "build-dependencies", "dev-dependencies"]) {
        assert!(
            drawn.contains(&(from.clone(), to.clone())),
            "{from}/Cargo.toml uses {to}, and ARCHITECTURE.md draws no arrow {from} -> {to}"
        );
    }
}

#[test]
fn an_arrow_that_is_drawn_exists() {
    let real = in_manifests(&["dependencies", "dev-dependencies"]);
    for (from, to) in drawn() {
        assert!(
            real.contains(&(from.clone(), to.clone())),
            "ARCHITECTURE.md draws {from} -> {to}, and {from}/Cargo.toml does not use it"
        );
    }
}

#[test]
fn the_arrows_make_no_circle_and_nothing_uses_the_tests() {
    let mut left = drawn();
    assert!(left.iter().all(|(_, to)| to != "tests"), "nothing may depend on the tests");
    while !left.is_empty() {
        let sources: BTreeSet<String> = left.iter().map(|(from, _)| from.clone()).collect();
        let before = left.len();
        left.retain(|(_, to)| sources.contains(to));
        assert!(left.len() < before, "a circle of arrows: {left:?}");
    }
}

#[test]
fn every_member_is_a_known_room() {
    let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
    let members: BTreeSet<&str> =
        manifest["workspace"]["members"].as_array().unwrap().iter().filter_map(toml::Value::as_str).collect();
    assert_eq!(members, CRATES.into_iter().collect());
}
