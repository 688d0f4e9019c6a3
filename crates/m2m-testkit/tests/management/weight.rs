//! The size of answers is bounded, whatever the records are: X25.

use m2m_authority::registry::Api;
use m2m_jwt::UnixTime;
use m2m_store::{MAX_PAGE_BYTES, RecordId, Stored, Write};
use serde_json::{Value, json};

use crate::managed::{MANAGER, ManagedServer};

/// The number of APIs. Four of them fit into a page.
const APIS: usize = 9;

/// Returns a server with large APIs: each has 110 scopes of 2,000 characters, nearly the maximum for a record.
fn server() -> ManagedServer {
    let mut server = ManagedServer::new();
    for number in 0..APIS {
        let scopes: Vec<Value> = (0..110)
            .map(
                |scope| json!({ "key": format!("scope-{scope}"), "description": "x".repeat(2000) }),
            )
            .collect();
        let api = json!({
            "name": format!("API {number}"),
            "audience": format!("https://{number}.example"),
            "scopes": scopes,
        });
        let (status, answer) = server.call(MANAGER, "POST", "/api/v1/apis", &api);
        assert_eq!(status, 201, "{answer}");
    }
    server
}

/// Returns all pages of a list. `next` is the member with the place of the next page, and `parameter` the parameter that takes it.
fn pages(server: &mut ManagedServer, path: &str, next: &str, parameter: &str) -> Vec<Value> {
    let mut pages = Vec::new();
    let mut address = path.to_owned();
    loop {
        let (status, page) = server.call(MANAGER, "GET", &address, &Value::Null);
        assert_eq!(status, 200, "{page}");
        let bytes = page.to_string().len();
        assert!(
            bytes < MAX_PAGE_BYTES + MAX_PAGE_BYTES / 8,
            "{path}: {bytes}"
        );
        let token = page.get(next).cloned().unwrap_or_default();
        pages.push(page);
        if token.is_null() {
            return pages;
        }
        // A page token is a text, while the number of an entry is not.
        let token = token
            .as_str()
            .map_or_else(|| token.to_string(), ToOwned::to_owned);
        address = format!("{path}&{parameter}={token}");
    }
}

fn count(pages: &[Value], list: &str) -> usize {
    let lists = pages.iter().filter_map(|page| page.get(list)?.as_array());
    lists.map(Vec::len).sum()
}

#[test]
fn x25_a_page_of_large_events_is_bounded_in_bytes_and_its_tokens_lead_to_all() {
    let mut server = server();
    let path = "/api/v1/events?page_size=500&subject=api";
    let events = pages(&mut server, path, "next", "before");
    assert!(events.len() > 2, "{} pages", events.len());
    // The event of the management API is the first.
    assert_eq!(count(&events, "events"), APIS + 1);
    let numbers: Vec<u64> = events
        .iter()
        .filter_map(|page| page.get("events")?.as_array())
        .flatten()
        .filter_map(|event| event.get("number")?.as_u64())
        .collect();
    assert!(numbers.is_sorted_by(|one, next| one > next), "{numbers:?}");
    // A document is returned as it was written.
    let key = events
        .iter()
        .find_map(|page| page.pointer("/events/0/after/scopes/0/key"));
    assert_eq!(key, Some(&json!("scope-0")));
}

#[test]
fn x25_a_page_of_large_apis_is_bounded_in_bytes_and_its_tokens_lead_to_all() {
    let mut server = server();
    for path in [
        "/api/v1/apis?page_size=500&expand=scopes",
        "/api/v1/apis?page_size=500&expand=scopes&sort=name_desc",
    ] {
        let apis = pages(&mut server, path, "next_token", "next_token");
        assert!(apis.len() > 2, "{} pages", apis.len());
        assert_eq!(count(&apis, "apis"), APIS + 1);
    }
}

#[test]
fn x25_an_export_that_is_too_large_is_refused_with_the_command_to_use() {
    let mut server = ManagedServer::new();
    let (status, _) = server.call(MANAGER, "GET", "/api/v1/export", &Value::Null);
    assert_eq!(status, 200);
    let audience = format!("https://large.example/{}", "x".repeat(17 * 1024 * 1024));
    let api = Api::new("large", &audience);
    let id = RecordId::from_bytes([7; 16]);
    server.write(vec![Write::PutApi(Stored::new(
        id,
        api,
        UnixTime::from_seconds(1),
    ))]);
    let (status, refused) = server.call(MANAGER, "GET", "/api/v1/export", &Value::Null);
    assert_eq!(status, 409);
    let error = refused.pointer("/errors/0").unwrap();
    assert_eq!(error.get("code"), Some(&json!("REGISTRY_TOO_LARGE")));
    let cause = server.refused().unwrap().cause;
    assert_eq!(cause, m2m_errors::Cause::RegistryTooLarge);
    assert!(error.to_string().contains("m2m export --data"), "{error}");
}
