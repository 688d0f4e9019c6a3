//! Vectors from other projects, in the folder that `M2M_VECTORS` names, and the known differences.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// Returns the folder; `None` if the variable is not set.
#[expect(
    clippy::disallowed_methods,
    reason = "an environment variable names the folder of the vectors"
)]
pub(crate) fn folder() -> Option<PathBuf> {
    std::env::var_os("M2M_VECTORS").map(PathBuf::from)
}

/// Reasons by name, of one of the sections of `exceptions.json`.
pub(crate) fn exceptions(section: &str) -> BTreeMap<String, String> {
    let text = include_str!("../vectors/exceptions.json");
    let mut sections: BTreeMap<String, BTreeMap<String, String>> =
        serde_json::from_str(text).expect("the exceptions are JSON");
    sections.remove(section).expect("there is such a section")
}
