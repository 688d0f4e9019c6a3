//! The order in which the crates are published: each after those that it uses.

use xtask::failure::Failure;
use xtask::workspace::Workspace;

/// Returns the names of the public crates in that order.
pub(super) fn of(workspace: &Workspace) -> Result<Vec<String>, Failure> {
    let public: Vec<(&str, Vec<&str>)> = workspace
        .public()
        .map(|package| {
            let used = package.dependencies.iter().filter(|own| !own.is_dev());
            (
                package.name.as_str(),
                used.map(|own| own.name.as_str()).collect(),
            )
        })
        .collect();
    sorted(&public)
}

fn sorted(crates: &[(&str, Vec<&str>)]) -> Result<Vec<String>, Failure> {
    let mut order: Vec<String> = Vec::new();
    while order.len() < crates.len() {
        let is_published = |name: &str| order.iter().any(|own| own == name);
        let is_member = |name: &str| crates.iter().any(|(own, _)| *own == name);
        let next = crates.iter().find(|(name, uses)| {
            let are_there = uses
                .iter()
                .all(|used| used == name || !is_member(used) || is_published(used));
            !is_published(name) && are_there
        });
        let (name, _) = next.ok_or_else(|| {
            Failure::new(
                "the public crates use each other in a circle",
                "cargo xtask arrows shows the allowed dependencies",
            )
        })?;
        order.push((*name).to_owned());
    }
    Ok(order)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_is_published_after_those_that_it_uses() {
        let crates = [
            ("client", vec!["errors", "proto", "client"]),
            ("errors", vec![]),
            ("proto", vec!["errors", "serde"]),
        ];
        assert_eq!(
            sorted(&crates).expect("an order"),
            ["errors", "proto", "client"]
        );
        assert!(sorted(&[("a", vec!["b"]), ("b", vec!["a"])]).is_err());
    }

    #[test]
    fn the_crates_of_this_workspace_have_an_order() {
        let order = of(&Workspace::read().expect("a workspace")).expect("an order");
        let position = |name: &str| order.iter().position(|own| own == name);
        assert!(position("m2m-errors") < position("oauth-proto"));
        assert!(position("oauth-proto") < position("m2m-guard"));
    }
}
