//! `m2m export`: the content of a data directory, as a file.

use m2m_authority::registry::SecretHash;

use crate::data::{Data, WORLD};
use crate::support::{Serving, registry_file, text};

#[test]
fn an_export_is_applied_without_a_change_and_exported_again_the_same() {
    let data = Data::with(&registry_file());
    for more in [[].as_slice(), &["--with-secret-hashes"]] {
        let exported = data.good(&[&["export"], more].concat());
        let output = data.apply(&exported, &["--prune", "--yes"]);
        assert!(
            text(&output.stdout).starts_with("nothing to do"),
            "{output:?}"
        );
        assert_eq!(data.good(&[&["export"], more].concat()), exported);
        let hash = SecretHash::of(crate::support::SECRET.as_bytes()).to_base64();
        assert_eq!(exported.contains(&hash), !more.is_empty());
    }
}

#[test]
fn an_export_with_hashes_makes_the_same_registry_elsewhere() {
    let data = Data::with(WORLD);
    let exported = data.good(&["export", "--with-secret-hashes"]);
    let copy = Data::with(&exported);
    assert_eq!(copy.good(&["export", "--with-secret-hashes"]), exported);
}

#[test]
fn an_export_is_a_world_that_a_server_serves() {
    let data = Data::with(&registry_file());
    let exported = data.good(&["export", "--with-secret-hashes"]);
    let server = Serving::of(&exported, &[]);
    let token = server.token("plain-id", crate::support::SECRET, "");
    assert_eq!(token.access_token().split('.').count(), 3);
}
