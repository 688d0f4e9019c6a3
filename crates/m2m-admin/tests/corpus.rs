//! The seeds of the fuzz targets, replayed: what the fuzzer starts from holds on every run of the tests.

use std::path::Path;

/// The seeds of a target; `None` where there is no corpus.
fn seeds(target: &str) -> Option<Vec<Vec<u8>>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/corpus")
        .join(target);
    let entries = std::fs::read_dir(folder).ok()?;
    let read = |entry: std::io::Result<std::fs::DirEntry>| std::fs::read(entry?.path());
    Some(
        entries
            .map(|entry| read(entry).expect("a seed can be read"))
            .collect(),
    )
}

macro_rules! replay {
    ($($target:ident)*) => {
        $(
            #[test]
            fn $target() {
                let Some(seeds) = seeds(stringify!($target)) else {
                    println!("skipped: there is no corpus, as in a published crate");
                    return;
                };
                assert!(seeds.len() >= 30, "{} seeds", seeds.len());
                for seed in seeds {
                    m2m_admin::http_api::fuzzing::$target(&seed);
                }
            }
        )*
    };
}

replay!(management world);
