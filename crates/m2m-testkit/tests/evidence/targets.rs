//! Audiences and scopes.

use m2m_testkit::{BILLING, ORDERS, PLAIN_ID, Request, SECRET, TRUSTED_ID};

use crate::{check, good, observed};

#[test]
fn k6_the_nearest_audience_is_named() {
    let near = good().replacing("audience", "https://order.example/api");
    check(
        &near,
        "the most similar audience is \"https://orders.example/api\"",
        "request the audience \"https://orders.example/api\"",
    );
}

#[test]
fn x6_a_missing_slash_of_an_audience_is_named() {
    let request = Request::token(TRUSTED_ID).audience("https://erp.example");
    check(
        &request,
        "matches \"https://erp.example/\" except for a slash at the end",
        "request the audience \"https://erp.example/\"",
    );
}

#[test]
fn k5_the_api_that_is_not_authorized_is_named() {
    let request = Request::token(PLAIN_ID).audience("https://invoices.example/api");
    check(
        &request,
        "the API \"Invoices\", for which the application is not authorized",
        "m2m application authorize plain-id --audience https://invoices.example/api",
    );
}

#[test]
fn k8_the_nearest_scope_and_the_api_that_defines_it_are_named() {
    check(
        &good().scope("read:order"),
        "the most similar scope is \"read:orders\"",
        "request the scope \"read:orders\"",
    );
    check(
        &good().scope("read:invoices"),
        "is defined by another API, \"https://invoices.example/api\"",
        "together with",
    );
}

#[test]
fn k35_the_api_on_which_a_scope_is_not_assigned_is_named() {
    let request = Request::token(BILLING)
        .audience(ORDERS)
        .audience("https://invoices.example/api")
        .scope("shared:list");
    check(
        &request,
        "\"https://invoices.example/api\" defines the scope \"shared:list\"",
        "m2m application authorize billing-job --audience https://invoices.example/api --scope shared:list",
    );
}

#[test]
fn f7g_commas_and_letter_case_are_named() {
    for (request, evidence, fix) in [
        (
            good().scope("read:orders,write:orders"),
            "values of scope are separated by commas",
            "with spaces",
        ),
        (
            good().scope("READ:ORDERS"),
            "matches \"read:orders\" except for letter case",
            "request the scope \"read:orders\"",
        ),
        (
            good().replacing(
                "audience",
                "https://orders.example/api,https://invoices.example/api",
            ),
            "values of audience are separated by commas",
            "once for each value",
        ),
    ] {
        let (_, found, remedies) = observed(&request);
        assert!(found.contains(evidence), "{found}");
        assert!(remedies[0].contains(fix), "{remedies:?}");
    }
}

#[test]
fn x29_a_secret_in_the_scope_or_the_audience_is_not_in_the_evidence() {
    let long = format!("https://orders.example/{}", "a".repeat(200));
    for (request, value) in [
        (good().scope(SECRET), SECRET),
        (good().scope(&"read:orders".repeat(6)), "read:ordersread"),
        (good().replacing("audience", SECRET), SECRET),
        (good().replacing("audience", &long), &long),
    ] {
        let (_, found, remedies) = observed(&request);
        let all = format!("{found}{remedies:?}");
        assert!(!all.contains(value), "{all}");
    }
}
