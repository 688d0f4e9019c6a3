//! Replays the seeds of the fuzz targets, so that they are tested without a fuzzer.

use std::{fs, path::Path};

use m2m_listen::fuzzing;

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
fn proxy_protocol() {
    replay("proxy_protocol", fuzzing::proxy_protocol);
}

#[test]
fn forwarded() {
    replay("forwarded", fuzzing::forwarded);
}

#[test]
fn http_header() {
    replay("http_header", fuzzing::http_header);
}
