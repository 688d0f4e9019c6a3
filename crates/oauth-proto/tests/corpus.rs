//! Replays the seeds of the fuzz targets, so that they are tested without a fuzzer.

use std::{fs, path::Path};

use oauth_proto::fuzzing;

#[expect(
    clippy::print_stdout,
    reason = "a failing seed is the last one that is printed"
)]
fn replay(target: &str, run: fn(&[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    if !corpus.exists() {
        println!("skipped: the package does not contain {}", corpus.display());
        return;
    }
    let mut seeds = 0;
    for entry in fs::read_dir(corpus.join(target)).expect("a folder of seeds") {
        let path = entry.expect("an entry").path();
        println!("{}", path.display());
        run(&fs::read(&path).expect("a seed"));
        seeds += 1;
    }
    assert!(seeds >= 30, "{target} has {seeds} seeds");
}

#[test]
fn form() {
    replay("form", fuzzing::form);
}

#[test]
fn token_request() {
    replay("token_request", fuzzing::token_request);
}

#[test]
fn basic() {
    replay("basic", fuzzing::basic);
}

#[test]
fn bearer() {
    replay("bearer", fuzzing::bearer);
}

#[test]
fn scope() {
    replay("scope", fuzzing::scope);
}

#[test]
fn challenge() {
    replay("challenge", fuzzing::challenge);
}

#[test]
fn resource() {
    replay("resource", fuzzing::resource);
}

#[test]
fn metadata() {
    replay("metadata", fuzzing::metadata);
}

#[test]
fn introspection() {
    replay("introspection", fuzzing::introspection);
}
