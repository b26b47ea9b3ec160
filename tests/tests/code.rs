//! Laws of the code that the compiler does not know: sizes, clocks, exceptions and names, read from the syntax tree.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise and says where")]

use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use tests::repository::{Written, written};

/// Longest function, first to last line of its body and signature.
const FUNCTION_LINES_MAX: usize = 70;

/// Where the time may be asked: the edges that hand it on as `now`. Every entry says why.
const CLOCK_EDGES: &[(&str, &str)] = &[
    ("mikado/src/clock.rs", "the wall and the machine's pace enter the program here"),
    ("mikado/src/run/", "shells: they read the clock once per turn and hand it on"),
    ("mikado/src/demo", "the demo's maker measures its own speed"),
    ("media/src/ingest", "the deadline of a decoder child runs by the machine's pace"),
    ("web-admin/src/patience.rs", "a sender's silence is timed where its bytes are waited for"),
    ("hardware/src/", "a card that takes no frames is told from one that does by time passed"),
    ("playout/src/outputs/", "reconnection and write deadlines of network outputs, off the air's path"),
];

/// What one file says against the laws.
struct Reader<'a> {
    path: &'a str,
    clock_edge: bool,
    test_code: bool,
    test_depth: usize,
    complaints: Vec<String>,
}

impl Reader<'_> {
    fn complain(&mut self, at: &impl Spanned, what: &str) {
        self.complaints.push(format!("{}:{}: {what}", self.path, at.span().start().line));
    }

    /// The length counts from the signature to the closing brace: documentation above is free.
    fn function(&mut self, signature: &syn::Signature, body: &syn::Block) {
        let name = &signature.ident;
        let lines = body.brace_token.span.close().end().line - signature.span().start().line + 1;
        if lines > FUNCTION_LINES_MAX {
            self.complain(name, &format!("fn {name} has {lines} lines; at most {FUNCTION_LINES_MAX}"));
        }
    }

    fn type_name(&mut self, name: &syn::Ident) {
        let text = name.to_string();
        let empty = ["Manager", "Helper", "Utils", "Util", "Log"];
        if let Some(end) = empty.iter().find(|e| text.ends_with(*e)) {
            self.complain(name, &format!("{text}: “{end}” has no meaning of its own here, see GLOSSARY.md"));
        }
    }

    fn inside(&mut self, test: bool, visit: impl FnOnce(&mut Self)) {
        self.test_depth += usize::from(test);
        visit(self);
        self.test_depth -= usize::from(test);
    }
}

/// `#[test]` or `#[cfg(test)]`.
fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|a| {
        a.path().is_ident("test")
            || a.path().is_ident("cfg") && a.parse_args::<syn::Path>().is_ok_and(|condition| condition.is_ident("test"))
    })
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.inside(is_test(&item.attrs), |r| visit::visit_item_mod(r, item));
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig, &item.block);
        self.inside(is_test(&item.attrs), |r| visit::visit_item_fn(r, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.sig, &item.block);
        self.inside(is_test(&item.attrs), |r| visit::visit_impl_item_fn(r, item));
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.type_name(&item.ident);
        visit::visit_item_struct(self, item);
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.type_name(&item.ident);
        visit::visit_item_enum(self, item);
    }

    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        let names: Vec<String> = path.path.segments.iter().map(|s| s.ident.to_string()).collect();
        if let [.., clock, now] = names.as_slice()
            && now == "now"
            && ["Timestamp", "SystemTime", "Instant", "Zoned", "Utc", "Local"].contains(&clock.as_str())
            && !self.clock_edge
            && self.test_depth == 0
        {
            self.complain(&path.path, &format!("{clock}::now() outside the edges; take `now` as an argument"));
        }
        visit::visit_expr_path(self, path);
    }

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        let names = ["allow", "expect"];
        if names.iter().any(|n| attribute.path().is_ident(n))
            && let syn::Meta::List(list) = &attribute.meta
            && !list.tokens.to_string().contains("reason =")
            && !self.test_code
        {
            self.complain(&attribute.meta, "an exception to a lint gives its reason");
        }
    }

    fn visit_expr_unsafe(&mut self, block: &'ast syn::ExprUnsafe) {
        self.complain(&block.unsafe_token, UNSAFE);
        visit::visit_expr_unsafe(self, block);
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        if let Some(token) = &item.unsafety {
            self.complain(token, UNSAFE);
        }
        visit::visit_item_impl(self, item);
    }
}

const UNSAFE: &str = "unsafe without “SAFETY:” above it";

/// Every complaint about one file.
fn read(file: &Written) -> Vec<String> {
    let tree = syn::parse_file(&file.text).unwrap_or_else(|e| panic!("{}: {e}", file.path));
    let clock_edge = file.is_test_code() || CLOCK_EDGES.iter().any(|(edge, _)| file.path.starts_with(edge));
    let mut reader =
        Reader { path: &file.path, clock_edge, test_code: file.is_test_code(), test_depth: 0, complaints: Vec::new() };
    reader.visit_file(&tree);
    let lines: Vec<&str> = file.text.lines().collect();
    reader.complaints.retain(|complaint| !complaint.ends_with(UNSAFE) || !is_argued(complaint, &lines));
    reader.complaints
}

/// Whether one of the five lines above the complaint's line argues for it.
fn is_argued(complaint: &str, lines: &[&str]) -> bool {
    let number = complaint.split(':').nth(1).and_then(|n| n.parse::<usize>().ok()).unwrap_or(0);
    lines[number.saturating_sub(6)..number.min(lines.len())].iter().any(|l| l.contains("SAFETY:"))
}

#[test]
fn every_file_keeps_the_laws_of_the_code() {
    let complaints: Vec<String> = written(&[".rs"]).iter().flat_map(read).collect();
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
}

#[test]
fn every_edge_where_time_is_asked_still_exists() {
    let files = written(&[".rs"]);
    for (edge, why) in CLOCK_EDGES {
        let here = files.iter().any(|f| f.path.starts_with(edge) && f.text.contains("::now"));
        assert!(here, "{edge} ({why}) asks no time any more: take it off the table");
    }
}

/// A reader learns what a file is before its first line of code.
#[test]
fn every_file_opens_with_its_sentence() {
    let silent: Vec<String> = written(&[".rs"])
        .into_iter()
        .filter(|f| !f.path.ends_with("/tests.rs"))
        .filter(|f| !f.text.trim_start().starts_with("//!") && !f.text.trim_start().starts_with("#!["))
        .map(|f| f.path)
        .collect();
    assert!(silent.is_empty(), "without a sentence at the top: {silent:?}");
}
