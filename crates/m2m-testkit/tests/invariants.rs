//! Invariants 2, 6, 7 and 8 of docs/architecture.md, over generated registries and requests.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use std::collections::{BTreeMap, BTreeSet};

use m2m_authority::Check;
use m2m_authority::registry::{
    Api, Application, Authorization, ClientType, Records, SecretHash, StoredSecret,
};
use m2m_errors::Profile;
use m2m_testkit::{ORDERS, PLAIN_ID, Request, SECRET, WRONG_SECRET, World};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

const SCOPES: [&str; 5] = ["a", "b", "c", "d", "e"];
const AUDIENCES: [&str; 4] = [
    "https://1.example",
    "https://2.example",
    "https://3.example",
    "https://nowhere.example",
];

/// The scopes that each API defines, and those of them that are assigned; `None` if the application is not authorized.
type Definitions = BTreeMap<usize, (BTreeSet<&'static str>, Option<BTreeSet<&'static str>>)>;

fn scope_set() -> impl Strategy<Value = BTreeSet<&'static str>> {
    btree_set(select(SCOPES.to_vec()), 0..=SCOPES.len())
}

fn definitions() -> impl Strategy<Value = Definitions> {
    let api = (scope_set(), proptest::option::weighted(0.8, scope_set())).prop_map(
        |(defined, assigned)| {
            let assigned =
                assigned.map(|assigned| assigned.intersection(&defined).copied().collect());
            (defined, assigned)
        },
    );
    btree_map(0..3_usize, api, 1..=3)
}

#[derive(Debug, Clone)]
struct Case {
    definitions: Definitions,
    audiences: Vec<&'static str>,
    scope: Vec<&'static str>,
    enabled: bool,
    confidential: bool,
    right_secret: bool,
    profile: Profile,
}

fn case() -> impl Strategy<Value = Case> {
    (
        definitions(),
        subsequence(AUDIENCES.to_vec(), 0..=3),
        vec(select(SCOPES.to_vec()), 0..4),
        proptest::bool::weighted(0.9),
        proptest::bool::weighted(0.9),
        proptest::bool::weighted(0.9),
        select(Profile::ALL.to_vec()),
    )
        .prop_map(
            |(definitions, audiences, scope, enabled, confidential, right_secret, profile)| Case {
                definitions,
                audiences,
                scope,
                enabled,
                confidential,
                right_secret,
                profile,
            },
        )
}

impl Case {
    fn records(&self) -> Records {
        let mut application = Application::new("Generated", "generated");
        application.spec.system_user =
            (self.profile == Profile::TrustedApplication).then(|| "svc".into());
        application.spec.system_user_allowed = true;
        application.secrets = vec![StoredSecret::new(
            "s",
            SecretHash::of(SECRET.as_bytes()),
            World::BEGINNING,
        )];
        if !self.enabled {
            application.spec.enabled = false;
        }
        if !self.confidential {
            application.spec.client_type = ClientType::Public;
        }
        let mut records = Records::default();
        for (index, (defined, assigned)) in &self.definitions {
            let defined: Vec<&str> = defined.iter().copied().collect();
            records
                .apis
                .push(Api::new("Generated", AUDIENCES[*index]).with_scopes(&defined));
            if let Some(assigned) = assigned {
                let scopes = assigned.iter().map(|scope| (*scope).into()).collect();
                application.spec.authorize.push(Authorization {
                    audience: AUDIENCES[*index].into(),
                    scopes,
                });
            }
        }
        records.applications.push(application);
        records
    }

    fn request(&self) -> Request {
        let mut request = Request::token("generated");
        for audience in &self.audiences {
            request = request.audience(audience);
        }
        if !self.scope.is_empty() {
            request = request.scope(&self.scope.join(" "));
        }
        if self.right_secret {
            request
        } else {
            request.secret(WRONG_SECRET)
        }
    }

    /// Returns the audiences and scopes of the token; `None` if the request was refused.
    fn granted(&self) -> Option<(BTreeSet<String>, BTreeSet<String>)> {
        let mut world = World::new(self.profile, self.records());
        let answer = world.send(&self.request());
        if answer.status() != 200 {
            return None;
        }
        let claims = world.claims(&answer);
        let text = |audience: &serde_json::Value| audience.as_str().unwrap().to_owned();
        let audiences = match claims["aud"].as_array() {
            Some(several) => several.iter().map(text).collect(),
            None => BTreeSet::from([text(&claims["aud"])]),
        };
        let scope = claims["scope"].as_str().unwrap_or_default();
        Some((
            audiences,
            scope
                .split(' ')
                .filter(|scope| !scope.is_empty())
                .map(str::to_owned)
                .collect(),
        ))
    }

    fn definition(
        &self,
        audience: &str,
    ) -> &(BTreeSet<&'static str>, Option<BTreeSet<&'static str>>) {
        let index = AUDIENCES.iter().position(|own| *own == audience).unwrap();
        &self.definitions[&index]
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    /// Invariant 2: no token without an authenticated application, an authorized audience and assigned scopes.
    #[test]
    fn invariant_2_a_token_contains_only_what_is_assigned_to_the_authenticated_application(case in case()) {
        if let Some((audiences, scopes)) = case.granted() {
            prop_assert!(case.right_secret && case.enabled && case.confidential);
            prop_assert!(!audiences.is_empty());
            for audience in &audiences {
                prop_assert!(case.audiences.is_empty() || case.audiences.contains(&&**audience));
                let (defined, assigned) = case.definition(audience);
                let assigned = assigned.as_ref().expect("only an authorized audience is granted");
                for scope in &scopes {
                    // For this API, the token does not contain a scope that was not assigned on it.
                    prop_assert!(!defined.contains(&**scope) || assigned.contains(&**scope));
                }
            }
            for scope in &scopes {
                prop_assert!(audiences.iter().any(|audience| case.definition(audience).0.contains(&**scope)));
                prop_assert!(case.scope.is_empty() || case.scope.contains(&&**scope));
            }
            if !case.scope.is_empty() {
                prop_assert_eq!(scopes, case.scope.iter().map(|scope| (*scope).to_owned()).collect());
            }
        }
    }

    /// Invariant 6: every refusal has exactly one cause, and every cause has a fix.
    #[test]
    fn invariant_6_every_refusal_has_one_cause_with_a_fix(case in case()) {
        let mut world = World::new(case.profile, case.records());
        let answer = world.send(&case.request());
        prop_assert_eq!(answer.cause().is_some(), answer.status() != 200);
        if let Some(cause) = answer.cause() {
            prop_assert!(!cause.entry().for_caller.fixes.is_empty());
            let diagnosis = answer.diagnosis().expect("every refusal has a diagnosis");
            prop_assert_eq!(diagnosis.cause, cause);
            prop_assert!(!answer.remedies().is_empty());
        }
    }

    /// Invariant 8: shrinking what is assigned never widens what is granted.
    #[test]
    fn invariant_8_fewer_assigned_scopes_never_grant_more(case in case(), victim in 0..3_usize, scope in select(SCOPES.to_vec())) {
        let mut shrunk = case.clone();
        if let Some((_, Some(assigned))) = shrunk.definitions.get_mut(&victim) {
            assigned.remove(scope);
        }
        if let Some((audiences, scopes)) = shrunk.granted() {
            let (before_audiences, before_scopes) = case.granted().expect("what is granted now was granted before");
            prop_assert_eq!(audiences, before_audiences);
            prop_assert!(scopes.is_subset(&before_scopes));
        }
    }

    /// Invariant 8, for whole APIs: without an authorization, no request that names its audiences gets more.
    #[test]
    fn invariant_8_fewer_authorizations_never_grant_more(case in case(), victim in 0..3_usize) {
        prop_assume!(!case.audiences.is_empty());
        let mut shrunk = case.clone();
        if let Some((_, assigned)) = shrunk.definitions.get_mut(&victim) {
            *assigned = None;
        }
        if let Some(granted) = shrunk.granted() {
            prop_assert_eq!(Some(granted), case.granted());
        }
    }

    /// Invariant 7: any bytes get an answer, and a refusal is one of the request.
    #[test]
    fn invariant_7_any_bytes_are_answered(
        body in vec(any::<u8>(), 0..300),
        query in proptest::option::of("[ -~]{0,60}"),
        authorization in proptest::option::of(vec(any::<u8>(), 0..100)),
        content_type in proptest::option::of("[ -~]{0,60}"),
        method in "[A-Z]{1,8}",
        profile in select(Profile::ALL.to_vec()),
    ) {
        let mut world = World::standard(profile);
        let mut request = Request::empty().body(&body);
        if let Some(query) = query {
            request = request.query(&query);
        }
        if let Some(authorization) = authorization {
            request = request.authorization(&authorization);
        }
        let answer = world.send(&request);
        prop_assert!((400..=431).contains(&answer.status()));
        let answer = world.send(&request.content_type(content_type.as_deref()).method(&method));
        prop_assert!((400..=431).contains(&answer.status()));
    }
}

/// A mistake, the check that finds it, and a function that creates it.
type Mistake = (Check, fn(Request) -> Request);

/// One mistake for each check that a request alone can fail.
fn mistakes() -> Vec<Mistake> {
    vec![
        (Check::Method, |request| request.method("PUT")),
        (Check::ContentType, |request| {
            request.content_type(Some("text/plain"))
        }),
        (Check::Repeats, |request| {
            request
                .with("scope", "read:orders")
                .with("scope", "read:orders")
        }),
        (Check::CredentialsInUrl, |request| {
            request.query("client_secret=x")
        }),
        (Check::AuthenticationMethods, |request| {
            let request = if request
                .body_bytes()
                .windows(13)
                .any(|part| part == b"client_secret")
            {
                request
            } else {
                request.with("client_secret", SECRET)
            };
            request.authorization(b"Basic YTpi")
        }),
        (Check::GrantType, |request| {
            request.replacing("grant_type", "password")
        }),
        (Check::CredentialsPresent, |request| {
            request.without("client_id")
        }),
        (Check::Authentication, |request| {
            request.secret(WRONG_SECRET)
        }),
        (Check::Audience, |request| {
            request.audience("https://nowhere.example")
        }),
        (Check::Scope, |request| {
            request.replacing("scope", "nothing")
        }),
    ]
}

/// The checks have one order: of several mistakes, the answer names the first in it.
#[test]
fn of_several_mistakes_the_first_in_the_order_is_answered() {
    let mistakes = mistakes();
    let mut world = World::standard(Profile::Rfc);
    for (first, (earlier, make_earlier)) in mistakes.iter().enumerate() {
        for (later, make_later) in &mistakes[first..] {
            let request = Request::token(PLAIN_ID).audience(ORDERS);
            let answer = world.send(&make_earlier(make_later(request)));
            let found = answer.cause().and_then(Check::of);
            assert_eq!(
                found,
                Some(*earlier),
                "{earlier:?} and {later:?}: {:?}",
                answer.cause()
            );
        }
    }
}

#[test]
fn the_order_of_checks_is_the_order_of_the_list() {
    assert!(Check::ORDER.is_sorted());
    for cause in m2m_errors::Cause::ALL {
        if let Some(check) = Check::of(*cause) {
            assert!(Check::ORDER.contains(&check), "{cause}");
        }
    }
}
