//! The house stays tidy: names, sizes, words and papers.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise and says where")]

use tests::repository::{Written, read, root, written};

/// Stops when any line is a complaint.
fn none(complaints: &[String]) {
    assert!(complaints.is_empty(), "{} untidy:\n{}", complaints.len(), complaints.join("\n"));
}

/// One complaint per line of `file` of which `wrong` says what is wrong.
fn lines_of<'a>(file: &'a Written, wrong: impl Fn(&str) -> Option<String> + 'a) -> impl Iterator<Item = String> + 'a {
    let told = move |(n, line): (usize, &str)| wrong(line).map(|what| format!("{}:{}: {what}", file.path, n + 1));
    file.text.lines().enumerate().filter_map(told)
}

#[test]
fn no_file_of_code_passes_500_lines() {
    let long = |f: &Written| f.text.lines().count() > 500;
    let files = written(&[".rs", ".js", ".mjs", ".ts", ".css", ".sh", "Makefile"]);
    none(
        &files
            .iter()
            .filter(|f| long(f))
            .map(|f| format!("{}: {} lines", f.path, f.text.lines().count()))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn no_file_or_folder_is_called_after_nothing() {
    let empty_names = ["core", "common", "util", "utils", "helper", "helpers", "manager", "managers", "misc", "shared"];
    let mut complaints = Vec::new();
    for file in written(&[".rs", ".js", ".mjs", ".ts", ".css", ".html"]) {
        for part in file.path.split('/') {
            let stem = part.split('.').next().unwrap_or(part);
            if empty_names.contains(&stem) {
                complaints.push(format!("{}: “{stem}” says nothing of what is inside", file.path));
            }
        }
    }
    none(&complaints);
}

#[test]
fn nothing_is_left_for_later_in_the_code() {
    let words = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X:"),
        concat!("to", "do!("),
        concat!("unimplemented", "!("),
        concat!("#[", "ignore"),
    ];
    let found = |line: &str| words.iter().find(|w| line.contains(*w)).map(|w| format!("holds {w}"));
    let files = written(&[".rs", ".js", ".mjs", ".ts", ".css", ".html", ".sh", ".toml", ".md", "Makefile"]);
    none(&files.iter().flat_map(|f| lines_of(f, found)).collect::<Vec<_>>());
}

#[test]
fn the_repository_speaks_of_the_project_alone() {
    // Paths of one developer's machine and words of how the work was handed out have no meaning to a reader.
    let words = [concat!("/wo", "rk/"), concat!("/tmp/", "brief"), concat!("/home", "/")];
    let found = |line: &str| words.iter().find(|w| line.contains(*w)).map(|w| format!("names {w}"));
    let files = written(&[".rs", ".js", ".mjs", ".ts", ".css", ".html", ".sh", ".toml", ".md", "Makefile"]);
    none(&files.iter().flat_map(|f| lines_of(f, found)).collect::<Vec<_>>());
}

#[test]
fn every_lint_of_the_workspace_says_why() {
    let manifest = read("Cargo.toml");
    let mut complaints = Vec::new();
    let (mut in_lints, mut reason) = (false, false);
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            in_lints = line.starts_with("[workspace.lints.");
            reason = false;
        } else if line.starts_with('#') {
            reason = true;
        } else if line.is_empty() {
            reason = false;
        } else if in_lints && !reason {
            complaints.push(format!("Cargo.toml: the lint “{line}” has no reason above it"));
        }
    }
    none(&complaints);
}

#[test]
fn every_crate_keeps_the_lints_and_the_edition_of_the_workspace() {
    for name in tests::repository::CRATES {
        let manifest: toml::Table = read(&format!("{name}/Cargo.toml")).parse().unwrap();
        assert_eq!(
            manifest["lints"]["workspace"].as_bool(),
            Some(true),
            "{name}/Cargo.toml keeps the workspace's lints"
        );
        assert_eq!(manifest["package"]["edition"]["workspace"].as_bool(), Some(true), "{name}/Cargo.toml");
        let used = manifest.get("dependencies").and_then(toml::Value::as_table);
        for (dependency, value) in used.into_iter().flatten() {
            let shared = value.get("workspace").and_then(toml::Value::as_bool);
            assert_eq!(
                shared,
                Some(true),
                "{name}/Cargo.toml: the version of {dependency} belongs in the root manifest"
            );
        }
    }
}

/// What a document quotes between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    let outside_fences = text.split("```").step_by(2);
    outside_fences.flat_map(|part| part.split('`').skip(1).step_by(2))
}

fn documents() -> Vec<Written> {
    let documents = written(&[".md"]);
    let kept = ["README.md", "ARCHITECTURE.md", "GLOSSARY.md", "CHANGELOG.md"];
    documents.into_iter().filter(|d| kept.contains(&d.path.as_str()) || d.path.contains('/')).collect()
}

#[test]
fn every_path_that_a_document_names_exists() {
    let mut complaints = Vec::new();
    let tops: Vec<String> = std::fs::read_dir(root())
        .unwrap()
        .map(|e| e.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|n| !["target", "node_modules", "demo-station", ".git"].contains(&n.as_str()))
        .collect();
    for document in documents() {
        for word in quoted(&document.text) {
            let plain = word.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-/".contains(&b));
            let Some((top, _)) = word.split_once('/') else { continue };
            if plain && tops.iter().any(|t| t == top) && !word.contains("/dist") && !root().join(word).exists() {
                complaints.push(format!("{}: `{word}` does not exist", document.path));
            }
        }
        for link in document.text.split("](").skip(1).filter_map(|l| l.split([')', '#']).next()) {
            let folder = document.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            if !link.is_empty() && !link.contains("://") && !root().join(folder).join(link).exists() {
                complaints.push(format!("{}: the link to {link} leads nowhere", document.path));
            }
        }
    }
    none(&complaints);
}

#[test]
fn every_claim_that_a_document_names_is_a_test() {
    let code: String = written(&[".rs"]).into_iter().map(|f| f.text).collect();
    let mut complaints = Vec::new();
    for document in documents() {
        for word in quoted(&document.text) {
            let is_claim = word.matches('_').count() >= 3
                && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
            if is_claim && !code.contains(&format!("fn {word}(")) {
                complaints.push(format!("{}: no test is called `{word}`", document.path));
            }
        }
    }
    none(&complaints);
}

#[test]
fn every_test_that_a_rule_leans_on_is_a_test() {
    let code: String = written(&[".rs"]).into_iter().map(|f| f.text).collect();
    let mut complaints = Vec::new();
    for file in written(&[".rs"]).iter().filter(|f| f.path.starts_with("scheduler/src/rules/")) {
        for source in ["Built(", "Kept(", "Said("] {
            for name in file.text.split(source).skip(1).filter_map(|rest| rest.split('"').nth(1)) {
                if !code.contains(&format!("fn {name}(")) {
                    complaints.push(format!("{}: no test is called {name}", file.path));
                }
            }
        }
    }
    none(&complaints);
}

#[test]
fn every_decision_names_what_it_refused() {
    for page in written(&[".md"]).iter().filter(|d| d.path.starts_with("design/")) {
        let refused = page.text.lines().any(|l| l.starts_with('#') && l.to_lowercase().contains("refused"));
        assert!(refused, "{}: a decision has a heading that names the alternatives refused", page.path);
    }
}
