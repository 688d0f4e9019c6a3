//! Licences, bans, sources and advisories, by `deny.toml`.

use std::path::Path;

use xtask::command::{self, cargo};
use xtask::failure::Outcome;

use super::needs;

/// Checks the dependencies.
pub(super) fn run(root: &Path) -> Outcome {
    needs("deny")?;
    command::run(
        cargo(&[
            "deny",
            "--all-features",
            "check",
            "bans",
            "licenses",
            "sources",
        ])
        .current_dir(root),
        "replace the dependency, or change deny.toml and state the reason there",
    )?;
    // The database of advisories is a repository that not every machine reaches.
    if command::succeeds(cargo(&["deny", "fetch", "db"]).current_dir(root)) {
        return command::run(
            cargo(&["deny", "--all-features", "check", "advisories"]).current_dir(root),
            "update the dependency; an advisory that does not concern us is listed in deny.toml with the reason",
        );
    }
    println!("advisories: NOT CHECKED, because the database cannot be fetched from this machine");
    Ok(())
}
