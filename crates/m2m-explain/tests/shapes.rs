//! Errors of other providers, each modelled on a public document: what is understood, and the first cause.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails with the reason of the panic"
)]

use std::collections::BTreeSet;

use m2m_errors::Profile;
use m2m_explain::{Explanation, Input};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shape {
    id: String,
    provider: String,
    /// The address of the public document.
    source: String,
    input: String,
    /// The name of the explanation: a code, a cause, a status or a connection problem.
    expect: String,
    /// The beginning of the first cause. Empty if any cause of the explanation is as likely as the others.
    first_cause: String,
}

fn shapes() -> Vec<Shape> {
    let files = [
        include_str!("shapes/authorization_servers.json"),
        include_str!("shapes/gateways.json"),
        include_str!("shapes/apis.json"),
        include_str!("shapes/programs.json"),
    ];
    let read = |file: &&str| -> Vec<Shape> { serde_json::from_str(file).unwrap() };
    files.iter().flat_map(read).collect()
}

fn explain(input: &str) -> Option<Explanation> {
    match Input::recognize(input) {
        Input::Name(name) => Explanation::of(&name.to_ascii_lowercase(), Profile::Rfc),
        Input::Received(received) => Explanation::of_received(&received, Profile::Rfc),
    }
}

#[test]
fn every_shape_has_the_right_code_and_a_sensible_first_cause() {
    let mut wrong = Vec::new();
    for shape in shapes() {
        let Some(explanation) = explain(&shape.input) else {
            wrong.push(format!("{}: nothing is explained", shape.id));
            continue;
        };
        let first = explanation.causes.first().copied().unwrap_or_default();
        if explanation.name != shape.expect || !first.starts_with(&shape.first_cause) {
            wrong.push(format!("{}: {}, {first}", shape.id, explanation.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn there_are_60_shapes_of_12_providers_with_their_sources() {
    let shapes = shapes();
    let providers: BTreeSet<&str> = shapes.iter().map(|shape| shape.provider.as_str()).collect();
    let ids: BTreeSet<&str> = shapes.iter().map(|shape| shape.id.as_str()).collect();
    assert!(shapes.len() >= 60 && providers.len() >= 12);
    assert_eq!(ids.len(), shapes.len());
    for shape in &shapes {
        assert!(shape.source.starts_with("https://"), "{}", shape.id);
    }
}

#[test]
fn what_the_server_said_is_kept_without_credentials() {
    for shape in shapes() {
        if let Input::Received(received) = Input::recognize(&shape.input) {
            let said = format!("{received:?}");
            assert!(!received.said.is_empty(), "{}", shape.id);
            assert!(!said.contains("cGxhaW4taWQ6d3Jvbmc"), "{}", shape.id);
        }
    }
}

#[test]
fn a_shape_cut_anywhere_is_read_without_a_panic() {
    for shape in shapes() {
        for (end, _) in shape.input.char_indices().step_by(7) {
            let _ = explain(shape.input.get(..end).unwrap());
        }
    }
}
