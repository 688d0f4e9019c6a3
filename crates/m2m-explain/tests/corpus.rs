//! The seeds of the fuzz target, replayed on every run of the tests.

use std::path::Path;

#[test]
fn explain() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/explain");
    let Ok(entries) = std::fs::read_dir(folder) else {
        println!("skipped: there is no corpus here, as in a published crate");
        return;
    };
    let mut seeds = 0;
    for entry in entries {
        let path = entry.expect("an entry").path();
        println!("{}", path.display());
        m2m_explain::fuzzing::explain(&std::fs::read(&path).expect("a seed can be read"));
        seeds += 1;
    }
    assert!(seeds >= 30, "{seeds} seeds");
}
