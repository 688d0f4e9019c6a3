//! K5 to K9 and K35: the audience or the scope is not granted.

use serde_json::Value;

use super::{audience, rows};
use crate::managed::claims;
use crate::rows::support::{INVOICES, ORDERS, Refused, token};

const UNAUTHORIZED: Refused = (
    400,
    "unauthorized_client",
    "The application is not authorized for the requested audience. Check the spelling, or ask the operator for access",
);

const INVALID_TARGET: Refused = (
    400,
    "invalid_target",
    "The application is not authorized for the requested resource. Check the URI, or ask the operator for access",
);

const MISSING_AUDIENCE: &str = "Missing audience. Set the audience parameter to the identifier of the API that the token is for";

const INVALID_SHARED_LIST: Refused = (
    400,
    "invalid_scope",
    "Invalid scope: shared:list. Request only scopes that are assigned to the application for every requested audience",
);

#[test]
fn k5_an_audience_that_the_application_is_not_authorized_for() {
    let rows = rows();
    let by_audience = rows.send(&token("orders-job", &audience(INVOICES)));
    let by_resource = rows.send(&token("orders-job", &format!("&resource={INVOICES}")));
    by_audience.are_refused([UNAUTHORIZED; 2]);
    by_resource.are_refused([UNAUTHORIZED, INVALID_TARGET]);
    for answers in [by_audience, by_resource] {
        answers.are_diagnosed(
            "audience-not-authorized",
            &[
                (
                    "audience_not_authorized",
                    "\"https://invoices.example/api\" is the audience of the API \"Invoices\"",
                ),
                ("authorized_for", "https://orders.example/api"),
            ],
            "authorize",
        );
    }
}

#[test]
fn k6_an_audience_that_no_api_has() {
    let rows = rows();
    let near = "https://invoice.example/api";
    let ask = |parameter: &str, value: &str| {
        rows.send(&token("orders-job", &format!("&{parameter}={value}")))
    };
    let by_audience = ask("audience", near);
    let by_resource = ask("resource", near);
    by_audience
        .are_refused([UNAUTHORIZED; 2])
        .are_the_bytes_of(&ask("audience", INVOICES));
    by_resource
        .are_refused([UNAUTHORIZED, INVALID_TARGET])
        .are_the_bytes_of(&ask("resource", INVOICES));
    for answers in [by_audience, by_resource] {
        answers.are_diagnosed(
            "audience-unknown",
            &[
                (
                    "similar_audience",
                    "the most similar audience is \"https://invoices.example/api\"",
                ),
                ("authorized_for", "https://orders.example/api"),
            ],
            "request_audience",
        );
    }
}

#[test]
fn k7_a_scope_that_is_not_assigned() {
    let rows = rows();
    let refused = rows.send(&token(
        "orders-job",
        &(audience(ORDERS) + "&scope=shared:list"),
    ));
    refused.are_refused([INVALID_SHARED_LIST; 2]);
    refused.are_diagnosed(
        "scope-not-assigned",
        &[(
            "scope_not_assigned",
            "the API \"https://orders.example/api\" defines the scope \"shared:list\"",
        )],
        "assign_scope",
    );
}

#[test]
fn k8_a_scope_that_the_api_does_not_define() {
    let rows = rows();
    let elsewhere = "&audience=https://stock.example/api&scope=shared:list";
    let elsewhere = rows.send(&token("billing-job", elsewhere));
    let not_assigned = rows.send(&token(
        "orders-job",
        &(audience(ORDERS) + "&scope=shared:list"),
    ));
    let misspelled = rows.send(&token(
        "orders-job",
        &(audience(ORDERS) + "&scope=read:order"),
    ));
    elsewhere
        .are_refused([INVALID_SHARED_LIST; 2])
        .are_the_bytes_of(&not_assigned);
    misspelled.are_refused([(
        400,
        "invalid_scope",
        "Invalid scope: read:order. Request only scopes that are assigned to the application for every requested audience",
    ); 2]);
    elsewhere.are_diagnosed(
        "scope-unknown",
        &[(
            "scope_on_other_api",
            "the scope \"shared:list\" is defined by another API, \"https://",
        )],
        "request_scope",
    );
    misspelled.are_diagnosed(
        "scope-unknown",
        &[("similar_scope", "the most similar scope is \"read:orders\"")],
        "request_scope",
    );
}

#[test]
fn k9_no_audience() {
    let rows = rows();
    let several = rows.send(&token("billing-job", ""));
    several.are_refused([
        (400, "invalid_request", MISSING_AUDIENCE),
        (400, "invalid_target", MISSING_AUDIENCE),
    ]);
    several.are_diagnosed(
        "audience-missing",
        &[(
            "authorized_for",
            "https://orders.example/api, https://invoices.example/api",
        )],
        "general",
    );
    // Empty parameters count as omitted (RFC 6749, section 3.2).
    rows.send(&token("billing-job", "&audience=&resource="))
        .are_the_bytes_of(&several);
    // The only API that the application is authorized for needs no name.
    let single = rows.send(&token("orders-job", ""));
    let [refused, granted] = single.each();
    refused.assert_refused(400, "invalid_request");
    assert_eq!(refused.member("error_description"), MISSING_AUDIENCE);
    assert_eq!(claims(&granted.access_token())["aud"], ORDERS);
}

#[test]
fn k35_a_scope_that_one_of_two_audiences_withholds() {
    let rows = rows();
    let answers = [[ORDERS, INVOICES], [INVOICES, ORDERS]].map(|audiences| {
        let both: String = audiences.map(audience).concat();
        let refused = rows.send(&token("billing-job", &format!("{both}&scope=shared:list")));
        refused.are_refused([INVALID_SHARED_LIST; 2]);
        // A request that does not ask for the scope gets the others.
        for answer in rows.send(&token("billing-job", &both)).each() {
            let claims = claims(&answer.access_token());
            assert_eq!(claims["aud"], Value::from(audiences.to_vec()));
            assert!(
                !claims["scope"].as_str().unwrap().contains("shared:list"),
                "{claims}"
            );
        }
        refused
    });
    for refused in answers {
        refused.are_diagnosed(
            "scope-not-assigned",
            &[(
                "scope_not_assigned",
                "the API \"https://invoices.example/api\" defines the scope \"shared:list\"",
            )],
            "assign_scope",
        );
    }
}
