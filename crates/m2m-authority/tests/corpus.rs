//! The seeds of the fuzz targets, replayed.

use std::fs;
use std::path::Path;

#[test]
fn every_seed_of_the_flow_is_answered() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/flow");
    let Ok(seeds) = fs::read_dir(&folder) else {
        println!(
            "no seeds in {}; the published crate does not contain them",
            folder.display()
        );
        return;
    };
    let mut count = 0;
    for seed in seeds {
        m2m_authority::fuzzing::flow(&fs::read(seed.unwrap().path()).unwrap());
        count += 1;
    }
    assert!(count >= 30, "{count} seeds");
}
