//! What a file that has taken the decoder over could still do.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod sound;

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

#[test]
fn behind_the_walls_there_are_two_files_and_little_else() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    for name in ["input", "output", "other"] {
        fs::write(path(name), b"x").unwrap();
    }
    let program = sound::decoder().with_file_name("confined");
    let output = Command::new(program).args([path("input"), path("output"), path("other")]).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let could: BTreeMap<&str, &str> = said.lines().filter_map(|l| l.split_once(' ')).collect();
    for (what, allowed) in [("read-input", true), ("write-output", true), ("gigabyte", false)] {
        assert_eq!(could[what], allowed.to_string(), "{what}: {said}");
    }
    if !could["gaps"].contains("seccomp") {
        for what in ["socket", "connect", "thread", "signal", "more-memory", "run"] {
            assert_eq!(could[what], "false", "{what}: {said}");
        }
    }
    // Where the kernel has no Landlock the report says so, and these walls are missing.
    if !could["gaps"].contains("Landlock") {
        for what in ["read-other", "write-other", "write-input", "create", "connect", "run"] {
            assert_eq!(could[what], "false", "{what}: {said}");
        }
    }
}
