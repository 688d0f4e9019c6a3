//! The registries that the benches load.

use std::fmt::Write as _;

use super::options::Case;
use super::timing::State;

/// The client of the benches, which the yardstick has too (`bench/yardstick/src/token.rs`).
pub(super) const CLIENT_ID: &str = "bench";

/// The secret of every application of a bench. A throw-away value.
pub(super) const CLIENT_SECRET: &str = "bench-secret-0123456789abcdef0123456789abcdef";

/// The output of `printf %s "$SECRET" | openssl dgst -sha256 -binary | base64` for it.
const SECRET_SHA256: &str = "INNzkiV0a+0RIu7XlXkK4Q0lesHh6hZW0hjVTIsAbsk=";

/// The hash of a secret that is never sent.
const OTHER_SHA256: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// The client and the secret in a header.
pub(super) const AUTHORIZATION: &str =
    "Basic YmVuY2g6YmVuY2gtc2VjcmV0LTAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVm";

/// The one scope.
pub(super) const SCOPE: &str = "api:read";

/// The number of applications in one file, which keeps it to some megabytes; the size of a `world.toml` is limited.
const APPLICATIONS_IN_A_FILE: u32 = 20_000;

/// Returns the audience of the API whose tokens are signed as in this case.
pub(super) fn audience(case: Case) -> &'static str {
    match case {
        Case::Es256 | Case::Basic => "https://es256.example.com",
        Case::Rs256 => "https://rs256.example.com",
        Case::EdDsa => "https://eddsa.example.com",
    }
}

/// Returns a world of one application, with an API that gives the same token again for ten minutes.
pub(super) fn with_reuse(case: Case) -> String {
    let api = api(case).trim_end().to_owned() + "\ntoken_reuse_seconds = 600\n\n";
    api + &application(CLIENT_ID, &[audience(case)])
}

/// The client id of an application among many.
pub(super) fn client_id(number: u32) -> String {
    format!("application-{number:07}")
}

/// Returns a world of one application, with an API for each algorithm.
pub(super) fn of_cases(cases: &[Case]) -> String {
    let mut audiences: Vec<&str> = Vec::new();
    let mut world = String::new();
    for case in cases {
        if !audiences.contains(&audience(*case)) {
            audiences.push(audience(*case));
            world += &api(*case);
        }
    }
    world + &application(CLIENT_ID, &audiences)
}

/// Worlds which together have this number of applications, and the same API each.
pub(super) fn of_applications(count: u32) -> Vec<String> {
    let mut worlds = Vec::new();
    for number in 1..=count {
        if (number - 1).is_multiple_of(APPLICATIONS_IN_A_FILE) {
            worlds.push(api(Case::Es256));
        }
        if let Some(world) = worlds.last_mut() {
            *world += &application(&client_id(number), &[audience(Case::Es256)]);
        }
    }
    worlds
}

/// A world with an application in each state of a client, and the client of the benches: in the first version with the deleted application and
/// with the secret that has ended, in the second without them.
pub(super) fn of_states(is_first: bool) -> String {
    let mut world = of_cases(&[Case::Es256]);
    for state in State::ALL {
        let hash = |hash: &str| format!("secret_sha256 = \"{hash}\"\n");
        let own = hash(SECRET_SHA256);
        let properties = match state {
            State::Unknown => continue,
            State::Deleted if !is_first => continue,
            State::EndedSecret if !is_first => hash(OTHER_SHA256),
            State::Disabled => own + "enabled = false\n",
            State::Expired => own + "expires_at = 2026-01-01T00:00:00Z\n",
            State::Public => "client_type = \"public\"\n".to_owned(),
            State::Deleted | State::EndedSecret | State::WrongSecret => own,
        };
        let client_id = state.client_id();
        world += &format!(
            "[[application]]\nname = \"{client_id}\"\nclient_id = \"{client_id}\"\n{properties}\n"
        );
    }
    world
}

fn api(case: Case) -> String {
    let alg = case.signing_alg();
    format!(
        "[[api]]\nname = \"Signed by {alg}\"\naudience = \"{}\"\nscopes = [\"{SCOPE}\"]\nsigning_alg = \"{alg}\"\n\n",
        audience(case),
    )
}

fn application(client_id: &str, audiences: &[&str]) -> String {
    let mut application = format!(
        "[[application]]\nname = \"{client_id}\"\nclient_id = \"{client_id}\"\nsecret_sha256 = \"{SECRET_SHA256}\"\nauthorize = [\n"
    );
    for audience in audiences {
        writeln!(
            application,
            "  {{ audience = \"{audience}\", scopes = [\"{SCOPE}\"] }},"
        )
        .expect("writing to a string cannot fail");
    }
    application + "]\n\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_an_api_for_each_algorithm_once() {
        let world: toml::Table = of_cases(&Case::ALL).parse().expect("TOML");
        assert_eq!(world["api"].as_array().map(Vec::len), Some(3));
        assert_eq!(world["application"].as_array().map(Vec::len), Some(1));
    }

    #[test]
    fn has_the_requested_number_of_applications_in_files_of_limited_size() {
        let counts = |count| -> Vec<usize> {
            of_applications(count)
                .iter()
                .map(|world| world.matches("[[application]]").count())
                .collect()
        };
        assert_eq!(counts(12), [12]);
        assert_eq!(counts(20_001), [20_000, 1]);
        let world: toml::Table = of_applications(3)[0].parse().expect("TOML");
        assert_eq!(world["api"].as_array().map(Vec::len), Some(1));
    }
}
