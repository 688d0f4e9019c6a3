//! The report of what is not used, and what expires next, against a model of the requests.

use std::collections::BTreeMap;

use m2m_authority::registry::time_text;
use m2m_jwt::UnixTime;
use m2m_store::MAX_PAGE_BYTES;
use serde_json::{Value, json};

use crate::server::{Made, ManagementCalls as _, OPERATOR, OPERATOR_SECRET, Server, encoded};

const DAY: u64 = 24 * 60 * 60;
const A: &str = "https://a.example";
const B: &str = "https://b.example";

/// Returns all pages of a report, merged, and the number of pages.
fn report(server: &Server, query: &str) -> (Value, usize) {
    // The time moves further than a token is valid.
    let token = server.management_token(OPERATOR, OPERATOR_SECRET);
    let get = |more: &str| {
        let path = format!("/api/v1/report?{query}{more}");
        let answer = server.call_as(&token, "GET", &path, &Value::Null);
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(answer.body.len() < MAX_PAGE_BYTES + MAX_PAGE_BYTES / 8);
        answer.json()
    };
    let mut all = get("");
    let mut pages = 1;
    while let Some(token) = all["next_token"].as_str() {
        let page = get(&format!("&next_token={token}"));
        let mut found = all["applications"].as_array().unwrap().clone();
        found.extend(page["applications"].as_array().unwrap().iter().cloned());
        all = page;
        all["applications"] = found.into();
        pages += 1;
    }
    (all, pages)
}

/// The applications of a report.
fn all(report: &Value) -> impl Iterator<Item = &Value> {
    report["applications"].as_array().unwrap().iter()
}

/// Returns the applications of a report without the one that manages the server.
fn findings(server: &Server, query: &str) -> Vec<Value> {
    let (report, _) = report(server, query);
    all(&report)
        .filter(|application| application["client_id"] != OPERATOR)
        .cloned()
        .collect()
}

fn audience(audience: &str) -> String {
    format!("&audience={}", encoded(audience))
}

/// Returns a server with two APIs, and an application with scopes of both.
fn server() -> (Server, Made) {
    let server = Server::in_folder();
    let a = server.api(A, &["read:a", "write:a", "shared"]);
    let b = server.api(B, &["read:b", "shared"]);
    let application = server.application(&json!({}));
    server.authorize(&a, &application.id, &["read:a", "write:a", "shared"]);
    server.authorize(&b, &application.id, &["read:b", "shared"]);
    (server, application)
}

#[test]
fn a_used_scope_is_reported_neither_before_nor_after_a_clean_stop() {
    let (server, application) = server();
    server.advance(90 * DAY);
    let [found] = findings(&server, "").try_into().unwrap();
    assert_eq!(found["dormant"], true);
    assert_eq!(found["last_used_at"], Value::Null);
    let scopes = |found: &Value, audience: &str| -> BTreeMap<String, Value> {
        let apis = found["unused_scopes"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let api = apis.into_iter().find(|api| api["audience"] == audience);
        let scopes = api.map(|api| api["scopes"].as_array().unwrap().clone());
        let scopes = scopes.unwrap_or_default().into_iter();
        scopes
            .map(|scope| {
                let name = scope["scope"].as_str().unwrap().to_owned();
                (name, scope["last_requested_at"].clone())
            })
            .collect()
    };
    assert_eq!(scopes(&found, A).len() + scopes(&found, B).len(), 5);
    // One scope by name, on both APIs that define it, and all of them without a name.
    let both = format!("{}{}&scope=shared", audience(A), audience(B));
    server.ask(&application, &both).access_token();
    server.advance(61);
    server.ask(&application, &audience(A)).access_token();
    let used_at = server.now();
    let server = server.restart();
    let [found] = findings(&server, "").try_into().unwrap();
    assert_eq!(found.get("dormant"), None);
    assert_eq!(found["last_used_at"], json!(time_text(used_at)));
    let names = |found: &Value, audience| scopes(found, audience).into_keys().collect::<Vec<_>>();
    assert_eq!(names(&found, A), ["read:a", "write:a"]);
    assert_eq!(names(&found, B), ["read:b"]);
    let of_a = &found["unused_scopes"][0];
    assert_eq!(
        of_a["last_token_with_all_scopes_at"],
        json!(time_text(used_at))
    );
    assert_eq!(
        found["unused_scopes"][1].get("last_token_with_all_scopes_at"),
        None
    );
    // After further ninety days, the last uses are still known.
    server.advance(90 * DAY);
    let [found] = findings(&server, "").try_into().unwrap();
    let of_shared = json!(time_text(used_at.saturating_sub_seconds(61)));
    assert_eq!(scopes(&found, A)["shared"], of_shared);
    assert_eq!(scopes(&found, B)["shared"], of_shared);
    assert_eq!(found["last_used_at"], json!(time_text(used_at)));
}

#[test]
fn a_test_token_of_an_operator_uses_nothing() {
    let (mut server, application) = server();
    server.advance(90 * DAY);
    server.token = server.management_token(OPERATOR, OPERATOR_SECRET);
    let path = format!("/api/v1/applications/{}/test_token", application.id);
    server.done("POST", &path, &json!({ "audience": A, "scope": "read:a" }));
    server.write_counts();
    let [found] = findings(&server, "").try_into().unwrap();
    assert_eq!(found["dormant"], true);
    assert_eq!(
        found["unused_scopes"][0]["scopes"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
}

#[test]
fn findings_about_secrets_need_the_scope_for_secrets() {
    let (mut server, application) = server();
    let path = format!("/api/v1/applications/{}/secrets", application.id);
    server.done("POST", &path, &json!({ "overlap_seconds": 3 * DAY }));
    server.advance(2 * DAY);
    server.token = server.management_token(OPERATOR, OPERATOR_SECRET);
    let reader = server.application(&json!({}));
    let apis = server.get("/api/v1/apis?page_size=500");
    let own = apis["apis"].as_array().unwrap().iter();
    let own = own
        .clone()
        .find(|api| api["is_management_api"] == true)
        .unwrap();
    server.authorize(
        own["id"].as_str().unwrap(),
        &reader.id,
        &["read:applications"],
    );
    let token = server.management_token(&reader.client_id, &reader.secret);
    let with_all = server.get("/api/v1/report?days=2");
    assert_eq!(with_all["secrets_included"], true);
    assert!(
        with_all.to_string().contains("unused_secrets"),
        "{with_all}"
    );
    assert!(with_all.to_string().contains("expiring"), "{with_all}");
    let ask = |query: &str| {
        let path = format!("/api/v1/report?days=2{query}");
        server.call_as(&token, "GET", &path, &Value::Null)
    };
    let without = ask("").json();
    assert_eq!(without["secrets_included"], false);
    assert!(without.to_string().contains("unused_scopes"), "{without}");
    for part in ["unused_secrets", "expiring"] {
        assert!(!without.to_string().contains(part), "{without}");
    }
    for kind in ["secrets", "expiring", "%73ecrets"] {
        let refused = ask(&format!("&kind={kind}"));
        assert_eq!(refused.status, 403, "{kind}: {refused:?}");
    }
    assert_eq!(ask("&kind=scopes").status, 200);
}

/// The scopes of the APIs of the model, by name.
const ALL_OF_A: [&str; 3] = ["read:a", "shared", "write:a"];
const ALL_OF_B: [&str; 2] = ["read:b", "shared"];

/// The number of applications of the model.
const APPLICATIONS: usize = 10_000;

/// A generator of numbers that are the same in each run (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(bound).unwrap()).unwrap()
    }
}

/// The model of an application: what it has, and when it used it.
#[derive(Default)]
struct Model {
    client_id: String,
    secret: String,
    created_at: u64,
    used_at: Option<u64>,
    /// The scopes by audience, each with the last time of a request for it.
    scopes: BTreeMap<&'static str, BTreeMap<&'static str, Option<u64>>>,
    /// The last time of a request for all scopes, by audience.
    all: BTreeMap<&'static str, u64>,
}

impl Model {
    /// Returns the application as a report of these days has it, without the findings about secrets.
    fn expected(&self, now: UnixTime, days: u64) -> Option<Value> {
        let begin = now.as_seconds() - days * DAY;
        let text = |at: u64| time_text(UnixTime::from_seconds(at));
        let unused = |used: &Option<u64>| used.unwrap_or(self.created_at) <= begin;
        let mut apis = Vec::new();
        for (audience, scopes) in &self.scopes {
            let scopes: Vec<Value> = scopes
                .iter()
                .filter(|(_, used)| unused(used))
                .map(|(scope, used)| match used {
                    Some(at) => json!({ "scope": scope, "last_requested_at": text(*at) }),
                    None => json!({ "scope": scope }),
                })
                .collect();
            if scopes.is_empty() {
                continue;
            }
            let mut api = json!({ "audience": audience, "scopes": scopes });
            if let Some(at) = self.all.get(audience) {
                api["last_token_with_all_scopes_at"] = text(*at).into();
            }
            apis.push(api);
        }
        let dormant = unused(&self.used_at);
        if !dormant && apis.is_empty() {
            return None;
        }
        let mut expected =
            json!({ "client_id": self.client_id, "last_used_at": self.used_at.map(text) });
        if dormant {
            expected["dormant"] = true.into();
            // The only secret of the application was used as the application was.
            expected["secrets"] = 1.into();
        }
        if !apis.is_empty() {
            expected["unused_scopes"] = apis.into();
        }
        Some(expected)
    }
}

/// Returns an application of a report without its ids, with its secrets as a number.
fn comparable(found: &Value) -> Value {
    let mut comparable = json!({});
    for member in ["client_id", "last_used_at", "dormant", "unused_scopes"] {
        if let Some(value) = found.get(member) {
            comparable[member] = value.clone();
        }
    }
    if let Some(secrets) = found.get("unused_secrets") {
        let secrets = secrets.as_array().unwrap();
        assert_eq!(secrets[0]["last_used_at"], found["last_used_at"]);
        comparable["secrets"] = secrets.len().into();
    }
    comparable
}

/// Creates the applications of the model, a thousand in a file.
fn create(server: &mut Server, numbers: &mut Numbers) -> Vec<Model> {
    let mut models = Vec::new();
    for batch in 0..APPLICATIONS / 1000 {
        let mut file = String::new();
        for number in batch * 1000..(batch + 1) * 1000 {
            let mut model = Model {
                client_id: format!("job-{number}"),
                secret: format!("secret-of-the-job-{number:05}-0123456789abcdef"),
                created_at: server.now().as_seconds(),
                ..Model::default()
            };
            let mut authorize = Vec::new();
            for (audience, all) in [(A, &ALL_OF_A[..]), (B, &ALL_OF_B)] {
                let scopes = all.iter().copied().filter(|_| numbers.below(4) > 0);
                let scopes: Vec<&str> = scopes.collect();
                if !scopes.is_empty() {
                    authorize.push(format!(
                        "{{ audience = \"{audience}\", scopes = {scopes:?} }}"
                    ));
                    let unused = scopes.into_iter().map(|scope| (scope, None));
                    model.scopes.insert(audience, unused.collect());
                }
            }
            let hash = m2m_authority::registry::SecretHash::of(model.secret.as_bytes()).to_base64();
            file += &format!(
                "[[application]]\nname = \"Job {number}\"\nclient_id = \"{}\"\nsecret_sha256 = \"{hash}\"\nauthorize = [{}]\n",
                model.client_id,
                authorize.join(", ")
            );
            models.push(model);
        }
        server.token = server.management_token(OPERATOR, OPERATOR_SECRET);
        let applied = server.apply("", &file);
        assert_eq!(applied.status, 200, "{applied:?}");
        server.advance(7 * DAY);
    }
    models
}

/// Sends a request of an application, and notes it in the model if it is granted.
fn request(server: &Server, model: &mut Model, numbers: &mut Numbers) -> bool {
    let now = server.now().as_seconds();
    let audiences: Vec<&'static str> = model.scopes.keys().copied().collect();
    if audiences.is_empty() {
        return false;
    }
    let audience_name = audiences[numbers.below(audiences.len())];
    let scopes: Vec<&'static str> = model.scopes[audience_name].keys().copied().collect();
    let mut more = audience(audience_name);
    let (asked, secret) = match numbers.below(8) {
        // A wrong secret and a scope that is not assigned use nothing.
        0 => (Vec::new(), "wrong"),
        1 => (vec!["none:such"], &*model.secret),
        2 => (Vec::new(), &*model.secret),
        _ => (vec![scopes[numbers.below(scopes.len())]], &*model.secret),
    };
    if !asked.is_empty() {
        more += &format!("&scope={}", encoded(&asked.join(" ")));
    }
    let answer = server.ask_with(&model.client_id, secret, &more);
    if answer.status != 200 {
        return false;
    }
    model.used_at = Some(now);
    if asked.is_empty() {
        model.all.insert(audience_name, now);
    }
    for scope in asked {
        let times = model.scopes.get_mut(audience_name).unwrap();
        times.insert(scope, Some(now));
    }
    true
}

#[test]
fn the_report_of_ten_thousand_applications_equals_a_model_of_their_requests() {
    let mut server = Server::in_folder();
    server.api(A, &ALL_OF_A);
    server.api(B, &ALL_OF_B);
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let mut models = create(&mut server, &mut numbers);
    let mut tokens = 0;
    for round in 0..6 {
        for _ in 0..1_500 {
            let model = numbers.below(APPLICATIONS);
            // Some applications are never used.
            if !model.is_multiple_of(3) && request(&server, &mut models[model], &mut numbers) {
                tokens += 1;
            }
            if numbers.below(50) == 0 {
                server.advance(1 + u64::try_from(numbers.below(2 * 3600)).unwrap());
            }
        }
        // A clean stop writes the counts, as every minute does.
        if round % 2 == 0 {
            server = server.restart();
        } else {
            server.write_counts();
        }
        server.advance(5 * DAY);
    }
    assert!(tokens > 3_000, "{tokens}");
    for days in [1, 20, 30, 60, 90] {
        let (report, pages) = report(&server, &format!("days={days}&page_size=500"));
        assert_eq!(pages, 1 + APPLICATIONS / 500);
        let found: Vec<Value> = all(&report)
            .filter(|found| found["client_id"] != OPERATOR)
            .map(comparable)
            .collect();
        let now = server.now();
        let expected = models.iter().filter_map(|model| model.expected(now, days));
        let by_client_id = |all: &mut dyn Iterator<Item = Value>| -> BTreeMap<String, Value> {
            all.map(|one| (one["client_id"].as_str().unwrap().to_owned(), one))
                .collect()
        };
        let number = found.len();
        let found = by_client_id(&mut found.into_iter());
        assert_eq!(found.len(), number, "each application once");
        let expected = by_client_id(&mut { expected });
        assert_eq!(found.len(), expected.len(), "{days} days");
        for (found, expected) in found.values().zip(expected.values()) {
            assert_eq!(found, expected, "{days} days");
        }
        let created: Vec<&Value> = all(&report).map(|found| &found["created_on"]).collect();
        let created: Vec<&str> = created.iter().filter_map(|at| at.as_str()).collect();
        assert!(created.is_sorted(), "the oldest first");
    }
}

#[test]
fn the_number_of_rows_written_does_not_grow_with_the_tokens() {
    let (server, application) = server();
    server.write_counts();
    let rows = |tokens: u64| {
        for number in 0..tokens {
            let asked = if number % 2 == 0 {
                "&scope=read:a+shared"
            } else {
                ""
            };
            let answer = server.ask(&application, &format!("{}{asked}", audience(A)));
            answer.access_token();
            // Several seconds of one minute.
            server.advance(u64::from(number % 10 == 0 && number < 50));
        }
        server.write_counts()
    };
    // The tokens of the API, the secret, all scopes together, and two scopes by name.
    assert_eq!([rows(2), rows(20), rows(400)], [5, 5, 5]);
    assert_eq!(rows(0), 0);
}

#[test]
fn the_last_use_is_right_to_the_second_under_load_and_across_writes() {
    let (server, application) = server();
    let mut requested_at = BTreeMap::new();
    let scopes = ["read:a", "write:a", "shared"];
    let mut numbers = Numbers(0x0123_4567_89ab_cdef);
    for number in 0..600 {
        let scope = scopes[numbers.below(scopes.len())];
        let more = format!("{}&scope={scope}", audience(A));
        server.ask(&application, &more).access_token();
        requested_at.insert(scope, server.now());
        if number % 7 == 0 {
            server.advance(13);
        }
        if number % 50 == 0 {
            server.write_counts();
        }
    }
    let server = server.restart();
    server.advance(400 * DAY);
    let [found] = findings(&server, "").try_into().unwrap();
    for scope in found["unused_scopes"][0]["scopes"].as_array().unwrap() {
        let at = requested_at[scope["scope"].as_str().unwrap()];
        assert_eq!(scope["last_requested_at"], json!(time_text(at)));
    }
    let latest = requested_at.values().max().unwrap();
    assert_eq!(found["last_used_at"], json!(time_text(*latest)));
    assert_eq!(
        found["unused_secrets"][0]["last_used_at"],
        json!(time_text(*latest))
    );
}

#[test]
fn x25_a_page_of_a_report_is_bounded_and_its_tokens_lead_to_all() {
    let mut server = Server::in_folder();
    let scopes: Vec<String> = (0..60)
        .map(|number| format!("s{number:03}{}", "x".repeat(50)))
        .collect();
    let names: Vec<&str> = scopes.iter().map(|scope| &**scope).collect();
    server.api(A, &names);
    let mut file = String::new();
    for number in 0..500 {
        file += &format!(
            "[[application]]\nname = \"{number}\"\nclient_id = \"job-{number}\"\nclient_type = \"public\"\n\
             authorize = [{{ audience = \"{A}\", scopes = {scopes:?} }}]\n"
        );
    }
    let applied = server.apply("", &file);
    assert_eq!(applied.status, 200, "{applied:?}");
    server.advance(90 * DAY);
    server.token = server.management_token(OPERATOR, OPERATOR_SECRET);
    for kind in ["", "&kind=scopes"] {
        let (report, pages) = report(&server, &format!("page_size=500{kind}"));
        assert!(pages > 2, "{pages}");
        let mut jobs: Vec<&str> = all(&report)
            .filter_map(|found| found["client_id"].as_str())
            .filter(|client_id| client_id.starts_with("job-"))
            .collect();
        jobs.sort_unstable();
        jobs.dedup();
        assert_eq!(jobs.len(), 500);
    }
    server.write_counts();
    let (dormant, _) = report(&server, "kind=dormant&page_size=70");
    assert_eq!(all(&dormant).count(), 500, "the operator was used");
    assert!(all(&dormant).all(|found| found.get("unused_scopes").is_none()));
    for wrong in [
        "days=0",
        "days=3651",
        "days=x",
        "kind=other",
        "page_size=501",
        "next_token=zz",
    ] {
        let path = format!("/api/v1/report?{wrong}");
        assert_eq!(
            server.call("GET", &path, &Value::Null).status,
            400,
            "{wrong}"
        );
    }
}
