//! Lists, page by page.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::server::ManagementCalls as _;
use crate::server::{Server, encoded};

/// The number of applications in addition to the one that manages the server.
const APPLICATIONS: usize = 125;

/// Applications whose order by name differs from that by age, with some names that differ only in case, or are not ASCII.
fn server() -> Server {
    let server = Server::start();
    let applications: Vec<Value> = (0..APPLICATIONS)
        .map(|number| {
            let name = match number {
                7..=9 => "Twin".to_owned(),
                10 => "twin".to_owned(),
                11 => "Überweisung".to_owned(),
                12 => "100 % of_it".to_owned(),
                number => format!("Job {:03}", (number * 37) % 1000),
            };
            json!({ "name": name, "client_id": format!("job-{number}"), "secret_sha256": SHA256 })
        })
        .collect();
    server.done(
        "POST",
        "/api/v1/apply",
        &json!({ "application": applications }),
    );
    server
}

/// The SHA-256 of an empty text, as base64.
const SHA256: &str = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

/// Returns all pages of a list, and checks that each but the last has the requested size.
fn pages(server: &Server, query: &str, size: usize) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut next = String::new();
    loop {
        let path = format!("/api/v1/applications?page_size={size}{query}{next}");
        let page = server.get(&path);
        let records = page["applications"].as_array().unwrap();
        let text = |record: &Value, name: &str| record[name].as_str().unwrap().to_owned();
        all.extend(
            records
                .iter()
                .map(|record| (text(record, "name"), text(record, "id"))),
        );
        let Some(token) = page["next_token"].as_str() else {
            assert!(records.len() <= size);
            return all;
        };
        assert_eq!(records.len(), size);
        next = format!("&next_token={token}");
    }
}

#[test]
fn every_application_is_on_one_page_in_every_order_and_page_size() {
    let server = server();
    let by_age = pages(&server, "", 500);
    assert_eq!(by_age.len(), APPLICATIONS + 1);
    let ids: BTreeSet<&String> = by_age.iter().map(|(_, id)| id).collect();
    assert_eq!(ids.len(), by_age.len());
    let mut ascending = Vec::new();
    for (query, size) in [("", 7), ("", 50), ("", 126), ("", 1)] {
        assert_eq!(pages(&server, query, size), by_age, "{size}");
    }
    for size in [1, 9, 50, 125, 126, 127] {
        let up = pages(&server, "&sort=name_asc", size);
        let mut down = pages(&server, "&sort=name_desc", size);
        down.reverse();
        assert_eq!(up, down, "{size}");
        assert!(up.is_sorted(), "by name, then by age: {up:?}");
        assert_eq!(up.len(), by_age.len());
        if ascending.is_empty() {
            ascending = up;
        } else {
            assert_eq!(up, ascending, "{size}");
        }
    }
    // Without a size, a page has fifty records.
    let page = server.get("/api/v1/applications?sort=name_asc");
    assert_eq!(page["applications"].as_array().unwrap().len(), 50);
    assert_eq!(page["applications"][49]["id"], *ascending[49].1);
}

#[test]
fn a_list_continues_even_if_the_last_record_was_deleted() {
    let server = server();
    for sort in ["", "&sort=name_asc", "&sort=name_desc"] {
        let before = pages(&server, sort, 500);
        let first = server.get(&format!("/api/v1/applications?page_size=20{sort}"));
        let token = first["next_token"].as_str().unwrap();
        // The last application of the page is deleted, unless it is the manager, and a new one is created somewhere in the order.
        let last = before[19].1.clone();
        server.done(
            "DELETE",
            &format!("/api/v1/applications/{last}"),
            &Value::Null,
        );
        let added = server.application(&json!({ "name": "Job 5" })).id;
        let mut rest = Vec::new();
        let mut token = Some(token.to_owned());
        while let Some(next) = token {
            let page = server.get(&format!(
                "/api/v1/applications?page_size=33{sort}&next_token={next}"
            ));
            let records = page["applications"].as_array().unwrap();
            rest.extend(
                records
                    .iter()
                    .map(|record| record["id"].as_str().unwrap().to_owned()),
            );
            token = page["next_token"].as_str().map(ToOwned::to_owned);
        }
        rest.retain(|id| *id != added);
        let expected: Vec<String> = before[20..].iter().map(|(_, id)| id.clone()).collect();
        assert_eq!(rest, expected, "{sort}");
    }
}

#[test]
fn a_search_finds_literal_text_in_names_and_client_ids() {
    let server = server();
    let found = |text: &str| {
        let query = format!("&search={}", encoded(text));
        let small = pages(&server, &format!("{query}&sort=name_asc"), 3);
        let mut all = pages(&server, &query, 500);
        all.sort();
        assert_eq!(small, all, "{text}");
        all.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
    };
    assert_eq!(
        found("Job").len(),
        APPLICATIONS - 6 + 6,
        "in the client ids of the others"
    );
    assert_eq!(found("job-12").len(), 6, "12 and 120 to 124");
    assert_eq!(found("TWIN").len(), 4, "in either case");
    assert_eq!(found("berweis"), ["Überweisung"]);
    for pattern in ["% of_", "100 %"] {
        assert_eq!(found(pattern), ["100 % of_it"], "{pattern}");
    }
    for nothing in ["J_b", "%%", "Job*", "job-12?", "'", "\"", "\\", "Twin Twin"] {
        assert_eq!(found(nothing), [""; 0], "{nothing}");
    }
    let message = server.refused(
        (409, "FILTERS_CONFLICT"),
        "GET",
        "/api/v1/applications?search=a&organization=b",
        &Value::Null,
    );
    assert!(message.starts_with("search: "), "{message}");
}

#[test]
fn other_lists_have_pages_too() {
    let server = Server::start();
    for number in 0..5 {
        server.api(&format!("https://{number}.example"), &[]);
        server.done(
            "POST",
            "/api/v1/organization",
            &json!({ "name": format!("O {}", 9 - number), "code": format!("org_{number}") }),
        );
        let property = json!({
            "name": "P", "key": format!("p_{number}"), "type": "single_line_text", "context": if number == 2 { "org" } else { "app" }, "is_private": false,
        });
        server.done("POST", "/api/v1/properties", &property);
    }
    for (list, name, count) in [("apis", "id", 6), ("organizations", "code", 5)] {
        for sort in ["", "&sort=name_asc", "&sort=name_desc"] {
            let mut seen = Vec::new();
            let mut next = String::new();
            loop {
                let page = server.get(&format!("/api/v1/{list}?page_size=2{sort}{next}"));
                let records = page[list].as_array().unwrap();
                seen.extend(
                    records
                        .iter()
                        .map(|record| record[name].as_str().unwrap().to_owned()),
                );
                match page["next_token"].as_str() {
                    Some(token) => next = format!("&next_token={token}"),
                    None => break,
                }
            }
            assert_eq!(seen.len(), count);
            let whole = server.get(&format!("/api/v1/{list}?page_size=500{sort}"));
            let whole: Vec<&str> = whole[list]
                .as_array()
                .unwrap()
                .iter()
                .map(|record| record[name].as_str().unwrap())
                .collect();
            assert_eq!(seen, whole);
        }
    }
    let found = server.get("/api/v1/organizations?search=ORG_3");
    assert_eq!(found["organizations"].as_array().unwrap().len(), 1);
    // Pages of properties begin after an id, or end before one.
    let page = |query: &str| {
        let page = server.get(&format!("/api/v1/properties?context=app&{query}"));
        let ids = page["properties"].as_array().unwrap().iter();
        let ids: Vec<String> = ids
            .map(|own| own["id"].as_str().unwrap().to_owned())
            .collect();
        (ids, page["has_more"].as_bool().unwrap())
    };
    let (all, more) = page("");
    assert_eq!((all.len(), more), (4, false));
    assert_eq!(page("page_size=3"), (all[..3].to_vec(), true));
    let after = |id: &str| page(&format!("page_size=2&starting_after={id}"));
    assert_eq!(after(&all[0]), (all[1..3].to_vec(), true));
    assert_eq!(after(&all[1]), (all[2..].to_vec(), false));
    assert_eq!(after(&all[3]), (Vec::new(), false));
    let before = |id: &str| page(&format!("page_size=2&ending_before={id}"));
    assert_eq!(before(&all[3]), (all[1..3].to_vec(), true));
    assert_eq!(before(&all[1]), (all[..1].to_vec(), false));
    assert_eq!(before(&all[0]), (Vec::new(), false));
    // The audit log is read backwards, and no event is on two pages.
    let mut numbers = Vec::new();
    let mut before = String::new();
    loop {
        let page = server.get(&format!("/api/v1/events?page_size=4{before}"));
        let events = page["events"].as_array().unwrap();
        numbers.extend(events.iter().map(|event| event["number"].as_u64().unwrap()));
        match page["next"].as_u64() {
            Some(next) => before = format!("&before={next}"),
            None => break,
        }
    }
    assert!(numbers.is_sorted_by(|a, b| a > b), "{numbers:?}");
    assert!(numbers.len() >= 15, "{numbers:?}");
    let of_operator = server.get("/api/v1/events?actor=operator&subject=property");
    let events = of_operator["events"].as_array().unwrap();
    assert_eq!(events.len(), 5);
    assert_eq!(
        (&events[0]["name"], &events[0]["action"]),
        (&json!("p_4"), &json!("created"))
    );
    assert_eq!(events[0]["address"], "127.0.0.1");
    assert_eq!(events[0]["trace_id"].as_str().unwrap().len(), 32);
}
