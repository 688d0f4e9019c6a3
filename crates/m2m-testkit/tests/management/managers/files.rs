//! The registry files that are applied.

use m2m_admin::Prune;
use m2m_admin::management::SCOPES;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use super::steps::{Step, application, field, scope};

/// A registry file.
#[derive(Debug, Clone)]
pub(crate) enum File {
    /// A file with this text.
    Made(String),
    /// An export without the block at this position, counted modulo their number.
    WithoutBlock(usize),
    /// An export without the line at this position, counted modulo their number.
    WithoutLine(usize),
    /// An export with another line at the end of the application at this position.
    WithLine(usize, String),
}

/// A file with the initial records of sequences: two organizations, and applications that manage the server in whole or in part.
pub(crate) fn beginning() -> impl Strategy<Value = Step> {
    let applications = prop::collection::vec(declared_application(), 0..=5);
    applications.prop_map(|applications| {
        let mut text = String::new();
        for code in ["one", "two"] {
            text.push_str(&format!(
                "[[organization]]\nname = \"{code}\"\ncode = \"{code}\"\n"
            ));
        }
        let mut seen = Vec::new();
        for application in applications {
            let name = application.lines().nth(2).map(str::to_owned);
            // The application that manages the server from its start stays as it is.
            if !application.contains("\"manager\"") && !seen.contains(&name) {
                seen.push(name);
                text.push_str(&application);
            }
        }
        Step::Apply {
            file: File::Made(text),
            prune: Prune::Keep,
        }
    })
}

pub(crate) fn file() -> impl Strategy<Value = File> {
    prop_oneof![
        6 => made_file().prop_map(File::Made),
        2 => any::<usize>().prop_map(File::WithoutBlock),
        1 => any::<usize>().prop_map(File::WithoutLine),
        2 => (any::<usize>(), field()).prop_map(|(at, (_, name, text, _))| File::WithLine(at, format!("{name} = {text}\n"))),
    ]
}

/// A small file: an application with scopes of the management API, an organization, or an API.
fn made_file() -> impl Strategy<Value = String> {
    let organization = || {
        (select(vec!["one", "two"]), any::<bool>()).prop_map(|(code, suspended)| {
            format!(
                "[[organization]]\nname = \"{code}\"\ncode = \"{code}\"\nsuspended = {suspended}\n"
            )
        })
    };
    prop_oneof![
        6 => declared_application(),
        1 => (declared_application(), organization()).prop_map(|(one, two)| two + &one),
        1 => organization(),
        1 => declared_api(),
    ]
}

fn declared_application() -> impl Strategy<Value = String> {
    let all: Vec<&str> = SCOPES.iter().map(|(scope, _)| *scope).collect();
    let some = prop::sample::subsequence(all.clone(), 0..=all.len());
    let scopes = prop_oneof![
        2 => Just(all),
        2 => some,
        1 => scope().prop_map(|scope| vec![scope]),
    ];
    let audience = select(vec!["{issuer}/api", "{issuer}/api", "{issuer}/api/v1"]);
    let fields = prop::collection::vec(field(), 0..=2);
    (application(), audience, scopes, fields).prop_map(|(id, audience, scopes, fields)| {
        let fields = fields.into_iter();
        let fields: String = fields
            .map(|(_, name, value, _)| format!("{name} = {value}\n"))
            .collect();
        let scopes = json!(scopes);
        format!(
            "[[application]]\nname = \"{id}\"\nclient_id = \"{id}\"\n{fields}\
             authorize = [{{ audience = \"{audience}\", scopes = {scopes} }}]\n"
        )
    })
}

fn declared_api() -> impl Strategy<Value = String> {
    let all: Vec<&str> = SCOPES.iter().map(|(scope, _)| *scope).collect();
    let scopes = select(vec![json!(all), json!(["read:apis"])]);
    let names = select(vec![
        "audience = \"{issuer}/api\"",
        "audience = \"{issuer}/api\"\naliases = [\"{issuer}/api/v1\"]\nsigning_alg = \"EdDSA\"",
        "audience = \"{issuer}/api\"\naliases = []",
        "audience = \"{issuer}/api/v1\"",
        "audience = \"https://issuer.example/api\"",
        "audience = \"https://orders.example\"",
    ]);
    (names, scopes).prop_map(|(names, scopes)| {
        format!("[[api]]\nname = \"API\"\n{names}\nscopes = {scopes}\n")
    })
}
