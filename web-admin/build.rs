//! Says in a sentence when the front end was not built; the crate then still compiles, and its pages say so too.

use std::path::Path;

fn main() {
    let dist = Path::new("ui/dist");
    println!("cargo::rerun-if-changed=ui/dist");
    if !dist.join("app.js").is_file() {
        // rust-embed needs the folder to be there; an empty one makes pages without style, which say what to do.
        if let Err(e) = std::fs::create_dir_all(dist) {
            println!("cargo::warning=web-admin/ui/dist cannot be made: {e}");
        }
        println!("cargo::warning=the front end is not built: run `npm ci && npm run build` in web-admin/ui");
    }
}
