//! Each gate turns red for a fault that is planted in a small workspace, and is green without it.

use std::path::Path;

use tempfile::TempDir;
use xtask::failure::Outcome;

use super::{deny, docs, external_types, minimal_versions, msrv, powerset, semver};

/// A workspace with one public crate, `small`.
struct Small(TempDir);

impl Small {
    /// Writes the workspace: `more` at the end of the manifest of the crate, and `source` as its library.
    fn new(more: &str, source: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        };
        write(
            "Cargo.toml",
            "[workspace]\nresolver = \"3\"\nmembers = [\"crates/small\"]\n",
        );
        write(
            "crates/small/Cargo.toml",
            &format!(
                "[package]\nname = \"small\"\nversion = \"0.1.0\"\nedition = \"2021\"\nrust-version = \"1.70\"\nlicense = \"MIT\"\n{more}"
            ),
        );
        write("crates/small/src/lib.rs", source);
        let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deny.toml");
        write("deny.toml", &std::fs::read_to_string(own).expect("a file"));
        Self(folder)
    }

    fn root(&self) -> &Path {
        self.0.path()
    }
}

fn small() -> [String; 1] {
    ["small".to_owned()]
}

#[track_caller]
fn turns_red(green: Outcome, red: Outcome) {
    assert!(green.is_ok(), "it is red without the fault: {green:?}");
    assert!(red.is_err(), "it is green with the fault");
}

#[test]
#[ignore = "needs cargo-deny; cargo xtask gates --prove runs it"]
fn deny_refuses_a_licence_that_is_not_allowed() {
    let good = Small::new("", "");
    let bad = Small::new("", "");
    let manifest = bad.root().join("crates/small/Cargo.toml");
    let text = std::fs::read_to_string(&manifest).expect("a file");
    std::fs::write(manifest, text.replace("\"MIT\"", "\"GPL-3.0-only\"")).expect("a file");
    turns_red(deny::run(good.root()), deny::run(bad.root()));
}

#[test]
#[ignore = "takes seconds; cargo xtask gates --prove runs it"]
fn msrv_refuses_a_function_that_the_oldest_version_lacks() {
    let good = Small::new("", "pub fn f() -> u32 { 1 }");
    let newer = "pub fn f() -> usize { std::iter::repeat_n(1, 2).count() }";
    let bad = Small::new("", newer);
    turns_red(msrv::run(good.root()), msrv::run(bad.root()));
}

#[test]
#[ignore = "takes seconds; cargo xtask gates --prove runs it"]
fn docs_refuses_what_only_docs_rs_sees() {
    let feature = "[features]\nmore = []\n";
    let good = Small::new(feature, "//! A crate.");
    let bad = Small::new(
        feature,
        "//! A crate.\n#[cfg(all(docsrs, feature = \"more\"))]\n/// See [`Missing`].\npub fn f() {}",
    );
    turns_red(
        docs::run(good.root(), &small()),
        docs::run(bad.root(), &small()),
    );
}

#[test]
#[ignore = "needs cargo-check-external-types; cargo xtask gates --prove runs it"]
fn external_types_refuses_a_type_that_is_not_in_the_list() {
    let small = Small::new(
        "[dependencies]\nbytes = \"1\"\n",
        "pub fn f() -> bytes::Bytes { bytes::Bytes::new() }",
    );
    let list = |allowed: &str| {
        let file = small.root().join("allowed.toml");
        std::fs::write(&file, format!("allowed_external_types = [{allowed}]")).expect("a file");
        let manifest = small.root().join("crates/small/Cargo.toml");
        external_types::check(small.root(), &manifest, &file)
    };
    turns_red(list("\"bytes::*\""), list(""));
}

#[test]
#[ignore = "downloads an old crate; cargo xtask gates --prove runs it"]
fn minimal_versions_refuses_a_dependency_that_is_too_old() {
    let source = "pub fn f(own: &bytes::Bytes) -> bool { own.is_unique() }";
    let good = Small::new("[dependencies]\nbytes = \"1.8\"\n", source);
    let bad = Small::new("[dependencies]\nbytes = \"1.0\"\n", source);
    turns_red(
        minimal_versions::check(good.root(), &small()),
        minimal_versions::check(bad.root(), &small()),
    );
}

#[test]
#[ignore = "needs cargo-hack; cargo xtask gates --prove runs it"]
fn powerset_refuses_a_feature_that_needs_another() {
    let features = "[features]\none = []\ntwo = []\n";
    let good = Small::new(features, "#[cfg(feature = \"one\")]\npub fn f() {}");
    let bad = Small::new(
        features,
        "#[cfg(feature = \"one\")]\npub fn f() {}\n#[cfg(feature = \"two\")]\npub fn g() { f() }",
    );
    turns_red(
        powerset::run(good.root(), &small()),
        powerset::run(bad.root(), &small()),
    );
}

#[test]
#[ignore = "needs cargo-semver-checks; cargo xtask gates --prove runs it"]
fn semver_refuses_a_public_item_that_is_gone() {
    let old = Small::new("", "pub fn kept() {}\npub fn gone() {}");
    let new = Small::new("", "pub fn kept() {}");
    let compare = |change| semver::compare(new.root(), &small(), old.root(), change);
    turns_red(
        compare(semver::Change::Breaking),
        compare(semver::Change::Compatible),
    );
}
