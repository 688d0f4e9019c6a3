//! The evidence and the fixes that the operator gets in addition to the cause.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "what a test takes for granted it may unwrap, in its helpers too"
)]

use m2m_authority::registry::{SecretHash, generate_secret};
use m2m_errors::{Cause, Profile};
use m2m_testkit::{BILLING, ORDERS, PLAIN_ID, Request, SECRET, TRUSTED_ID, World};

#[track_caller]
fn check(request: &Request, evidence: &str, fix: &str) {
    let mut world = World::standard(Profile::Rfc);
    let answer = world.send(request);
    assert_ne!(answer.status(), 200);
    let found = answer.evidence();
    assert!(
        found.iter().any(|text| text.contains(evidence)),
        "{evidence:?} is not among {found:#?}"
    );
    let fixes: Vec<String> = answer
        .remedies()
        .into_iter()
        .map(|remedy| remedy.text + "\n" + remedy.command.as_deref().unwrap_or_default())
        .collect();
    assert!(
        fixes.iter().any(|text| text.contains(fix)),
        "{fix:?} is not among {fixes:#?}"
    );
}

fn good() -> Request {
    Request::token(PLAIN_ID).audience(ORDERS)
}

#[test]
fn an_unknown_client_id_with_a_secret_of_a_similar_one_has_one_fix() {
    let mut world = World::standard(Profile::Rfc);
    let answer = world.send(&Request::token("plain-di").audience(ORDERS));
    assert_eq!(answer.cause(), Some(Cause::ClientUnknown));
    let fixes: Vec<String> = answer
        .remedies()
        .into_iter()
        .map(|remedy| remedy.text)
        .collect();
    assert_eq!(fixes, [format!("send {PLAIN_ID:?} as client_id")]);
}

#[test]
fn a_secret_with_a_usual_mistake_is_recognized() {
    check(
        &good().secret(&format!("{SECRET}\n")),
        "the secret \"current\" except for a line break at the end",
        "without a line break",
    );
    check(
        &good().secret(&format!(" {SECRET}")),
        "except for whitespace around it",
        "without whitespace",
    );
    check(
        &good().secret(&format!("\"{SECRET}\"")),
        "except for quotation marks around it",
        "without quotation marks",
    );
}

#[test]
fn swapped_credentials_are_recognized() {
    let swapped = Request::token(SECRET).secret(PLAIN_ID).audience(ORDERS);
    check(
        &swapped,
        "the client id and the secret are swapped",
        "send \"plain-id\" as client_id",
    );
}

#[test]
fn the_nearest_client_id_is_named() {
    check(
        &good().replacing("client_id", "plain-di"),
        "the most similar client id is \"plain-id\"",
        "plain-id",
    );
    check(
        &good().replacing("client_id", "Plain-ID"),
        "except for letter case",
        "plain-id",
    );
    check(
        &good().replacing("client_id", "plain-id\n"),
        "except for a line break at the end",
        "plain-id",
    );
}

#[test]
fn the_secret_of_another_application_is_recognized() {
    let mut world = World::standard(Profile::Rfc);
    world.set_records(|records| {
        records.applications[0].secrets[0].hash = SecretHash::of(b"its own");
    });
    let answer = world.send(&good());
    assert!(
        answer.evidence()[0].contains("belongs to the application"),
        "{:?}",
        answer.evidence()
    );
}

#[test]
fn k3_the_actor_and_time_of_a_deletion_are_named() {
    let request = good().replacing("client_id", "deleted");
    check(
        &request,
        "deleted at 2026-01-01T00:00:00Z by \"operator\"",
        "",
    );
}

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
fn g12_the_nearest_grant_type_is_named() {
    let request = good().replacing("grant_type", "client_credential");
    check(
        &request,
        "the most similar grant type is \"client_credentials\"",
        "send grant_type=client_credentials",
    );
}

#[test]
fn g12_a_known_grant_type_that_is_not_supported_is_named() {
    let request = good().replacing("grant_type", "password");
    check(
        &request,
        "the grant type of the request is password",
        "send grant_type=client_credentials",
    );
}

#[test]
fn g5_the_method_that_was_used_is_named() {
    check(
        &good().method("PUT"),
        "the request used PUT, and the path supports only POST",
        "request tokens with POST",
    );
    check(
        &good().method("BREW"),
        "the request used another method than POST",
        "request tokens with POST",
    );
}

#[test]
fn k12_the_missing_credential_is_named() {
    check(
        &good().without("client_id"),
        "client_id is missing",
        "send the parameter client_id",
    );
    check(
        &good().without("client_secret"),
        "client_secret is missing",
        "send the parameter client_secret",
    );
}

#[test]
fn the_client_is_named_even_if_the_request_is_refused_before_the_lookup() {
    let mut world = World::standard(Profile::Rfc);
    for request in [
        good().without("grant_type"),
        good().without("client_secret"),
        good().query("client_secret=x"),
    ] {
        let answer = world.send(&request);
        assert_eq!(
            answer.diagnosis().unwrap().client_id.as_deref(),
            Some(PLAIN_ID)
        );
    }
    let swapped = world.send(&Request::token(SECRET).secret(PLAIN_ID).audience(ORDERS));
    assert_eq!(swapped.diagnosis().unwrap().client_id, None);
}

#[test]
fn k14_the_position_of_an_error_in_the_body_is_named() {
    check(
        &good().body(b"grant_type=client_credentials&scope=%zz"),
        "malformed at byte 36",
        "",
    );
    let twice = good().body(b"grant_type=client_credentials&scope=a&scope=b");
    check(&twice, "\"scope\" is repeated at byte 38", "");
}

#[test]
fn g14_the_organization_and_the_address_are_named() {
    check(
        &good().replacing("client_id", "of-suspended"),
        "\"org_suspended\" is suspended",
        "",
    );
    let request = good()
        .replacing("client_id", "from-ten")
        .from_address("192.0.2.1".parse().unwrap());
    check(
        &request,
        "the address 192.0.2.1 is not allowed; the allowed addresses are: 10.0.0.0/8",
        "",
    );
}

/// Sends this value as the secret of an application whose secret is `own`.
#[track_caller]
fn check_mangled(own: &str, sent: &str, evidence: &str, fix: &str) {
    let mut world = World::standard(Profile::Rfc);
    world.set_records(|records| {
        let application = records.applications.iter_mut();
        let mut application = application.filter(|application| *application.client_id == *PLAIN_ID);
        application.next().unwrap().secrets[0].hash = SecretHash::of(own.as_bytes());
    });
    let answer = world.send(&good().secret(sent));
    assert_eq!(answer.cause(), Some(Cause::SecretWrong), "{sent}");
    let found = answer.evidence().join("\n");
    assert!(found.contains(evidence), "{sent}: {found}");
    let remedies = answer.remedies();
    assert!(remedies[0].text.contains(fix), "{sent}: {remedies:?}");
    let all = format!("{remedies:?}{found}{:?}", answer.diagnosis());
    assert!(!all.contains(own), "{all}");
    assert!(
        sent == own || !all.contains(sent) || fix.contains("variable"),
        "{all}"
    );
}

#[test]
fn f8_a_mangled_secret_is_recognized_by_what_happened_to_it() {
    let own = "S3cr3t+of/a%job&<x>'=";
    for (sent, evidence, fix) in [
        (
            "S3cr3t of/a%job&<x>'=",
            "a space in the place of each plus sign",
            "%2B",
        ),
        (
            "S3cr3t%2Bof%2Fa%25job%26%3Cx%3E%27%3D",
            "except for percent-encoding",
            "without percent-encoding",
        ),
        (
            "S3cr3t+of/a%job&amp;&lt;x&gt;&#39;=",
            "except for HTML entities",
            "without HTML entities",
        ),
        (
            "\u{201c}S3cr3t+of/a%job&<x>'=\u{201d}",
            "except for quotation marks",
            "without quotation marks",
        ),
        (
            "`S3cr3t+of/a%job&<x>'=`",
            "except for quotation marks",
            "without quotation marks",
        ),
    ] {
        check_mangled(own, sent, evidence, fix);
    }
}

#[test]
fn f8_a_secret_is_restored_from_the_bytes_of_the_body() {
    for (own, sent, evidence, fix) in [
        ("ab&cd", "ab&cd", "from an ampersand on", "as %26"),
        ("ab&cd=", "ab&cd=&x=y", "from an ampersand on", "as %26"),
        ("a b&c+d=e", "a%20b&c+d=e", "from an ampersand on", "as %26"),
        ("ab&", "ab&", "from an ampersand on", "as %26"),
        (
            "ab%2Bcd",
            "ab%2Bcd",
            "a percent sign that is not encoded",
            "as %25",
        ),
        (
            "Ab+cd ef",
            "Ab+cd%20ef",
            "a space in the place of each plus sign",
            "as %2B",
        ),
    ] {
        let body = format!(
            "grant_type=client_credentials&client_id={PLAIN_ID}&client_secret={sent}&audience=x"
        );
        let mut world = World::standard(Profile::Rfc);
        world.set_records(|records| {
            records.applications[0].secrets[0].hash = SecretHash::of(own.as_bytes());
        });
        let answer = world.send(&form(&body));
        assert_eq!(answer.cause(), Some(Cause::SecretWrong), "{sent}");
        let found = answer.evidence().join("\n");
        assert!(found.contains(evidence), "{sent}: {found}");
        assert!(answer.remedies()[0].text.contains(fix), "{sent}");
        assert!(!format!("{:?}", answer.diagnosis()).contains(own), "{sent}");
    }
}

#[test]
fn f8_a_secret_that_was_encoded_twice_in_a_header_is_recognized() {
    for own in ["S3cr3t+of/a%job", "with a space", "a&b=c"] {
        let once = {
            let mut writer = oauth_proto::FormWriter::new();
            writer.append("", own);
            writer.finish().split_off(1)
        };
        let mut world = World::standard(Profile::Rfc);
        world.set_records(|records| {
            records.applications[0].secrets[0].hash = SecretHash::of(own.as_bytes());
        });
        let answer = world.send(&Request::token_by_header(PLAIN_ID, &once).audience(ORDERS));
        let found = answer.evidence().join("\n");
        assert!(found.contains("except for percent-encoding"), "{found}");
    }
}

#[test]
fn f8_a_value_that_programs_send_in_place_of_a_secret_is_named() {
    for (sent, evidence) in [
        ("undefined", "is the word \"undefined\""),
        ("null", "is the word \"null\""),
        ("[object Object]", "is the word \"[object object]\""),
        ("{{client_secret}}", "a variable that was not expanded"),
        ("${CLIENT_SECRET}", "a variable that was not expanded"),
        ("$CLIENT_SECRET", "a variable that was not expanded"),
    ] {
        check_mangled(
            "another-secret",
            sent,
            evidence,
            "the variable or the setting",
        );
    }
}

#[test]
fn f8_the_stored_hash_and_a_cut_secret_are_recognized() {
    let own = "another-secret";
    let hash = SecretHash::of(own.as_bytes()).to_base64();
    check_mangled(own, &hash, "is the stored hash", "instead of its hash");
    let generated = generate_secret(&[7; 32]);
    check_mangled(
        own,
        &generated[..40],
        "13 characters are missing",
        "the whole secret",
    );
    let changed = generated.replace('B', "C");
    check_mangled(own, &changed, "a wrong checksum", "the whole secret");
}

/// Returns a request with this body.
fn form(body: &str) -> Request {
    Request::empty().body(body.as_bytes())
}

/// Returns the cause, the observations and the fixes of a request.
fn observed(request: &Request) -> (Cause, String, Vec<String>) {
    let mut world = World::standard(Profile::Rfc);
    let answer = world.send(request);
    let texts = answer.evidence();
    let remedies: Vec<String> = answer
        .remedies()
        .into_iter()
        .map(|remedy| remedy.text)
        .collect();
    (answer.cause().unwrap(), texts.join("\n"), remedies)
}

#[test]
fn f7a_the_content_type_that_was_sent_is_named() {
    for (content_type, body, evidence) in [
        (
            Some("application/json"),
            "{\"grant_type\":\"x\"}",
            "is application/json\nthe body looks like JSON, with grant_type",
        ),
        (
            Some("multipart/form-data; boundary=x"),
            "--x",
            "is multipart/form-data, with parameters",
        ),
        (Some("text/unheard-of"), "a=b", "is not a usual one"),
        (None, "", "no Content-Type header\nthe body is empty"),
    ] {
        let request = good().content_type(content_type).body(body.as_bytes());
        let (cause, found, remedies) = observed(&request);
        assert_eq!(cause, Cause::ContentTypeWrong);
        assert!(found.contains(evidence), "{found}");
        assert!(
            remedies[0].contains("application/x-www-form-urlencoded"),
            "{remedies:?}"
        );
    }
}

#[test]
fn f7b_the_mistake_in_a_basic_header_is_named() {
    for (credentials, evidence) in [
        ("plain-id:secret", "not encoded in base64"),
        ("cGxhaW4taWQ6c2Vj-mV0", "URL-safe characters"),
        ("cGxhaW4taWQ6c2VjcmV", "multiple of four"),
        ("cGxhaW4taWQ6 c2VjcmV0", "contains whitespace"),
        ("cGxhaW4taWQ66Q==", "are not UTF-8"),
        ("cGxhaW4taWQ=", "have no colon"),
    ] {
        let request = form("grant_type=client_credentials")
            .authorization(format!("Basic {credentials}").as_bytes());
        let (cause, found, remedies) = observed(&request);
        assert_eq!(cause, Cause::BasicMalformed, "{credentials}");
        assert!(found.contains(evidence), "{credentials}: {found}");
        assert_eq!(remedies.len(), 1, "{remedies:?}");
    }
}

#[test]
fn f7c_a_grant_type_elsewhere_is_named() {
    for (query, body, evidence) in [
        (
            None,
            "{\"grant_type\":\"client_credentials\"}",
            "looks like JSON",
        ),
        (
            Some("grant_type=client_credentials"),
            "",
            "grant_type is in the URL",
        ),
        (
            None,
            "'grant_type=client_credentials'",
            "begins with a quotation mark",
        ),
        (
            None,
            "\u{feff}grant_type=client_credentials",
            "a byte order mark",
        ),
        (None, "Grant_Type=client_credentials", "nearly grant_type"),
        (
            None,
            "?grant_type=client_credentials",
            "begins with a question mark",
        ),
        (
            None,
            "a=b&amp;grant_type=client_credentials",
            "&amp; instead of &",
        ),
    ] {
        let request = match query {
            Some(query) => form(body).query(query),
            None => form(body),
        };
        let (cause, found, _) = observed(&request);
        assert_eq!(cause, Cause::GrantTypeMissing, "{body}");
        assert!(found.contains(evidence), "{body}: {found}");
    }
}

#[test]
fn f7h_missing_credentials_are_named_with_their_similar_names() {
    let request = form("grant_type=client_credentials&clientId=a&clientSecret=b");
    let (cause, found, _) = observed(&request);
    assert_eq!(cause, Cause::CredentialsMissing);
    for expected in [
        "client_id is missing",
        "client_secret is missing",
        "nearly client_id",
        "nearly client_secret",
    ] {
        assert!(found.contains(expected), "{found}");
    }
}

#[test]
fn f7i_the_methods_of_authentication_that_met_are_named() {
    let request = good().authorization(b"Bearer abc");
    let (cause, found, remedies) = observed(&request);
    assert_eq!(cause, Cause::AuthenticationMethodsSeveral);
    assert!(
        found.contains("an Authorization: Bearer header, client_secret in the body"),
        "{found}"
    );
    assert!(
        remedies[0].contains("no other Authorization header"),
        "{remedies:?}"
    );
}

#[test]
fn f7f_a_compressed_body_is_recognized() {
    let request = Request::empty().body(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xff, 0xfe]);
    let (_, found, remedies) = observed(&request);
    assert!(found.contains("the body is compressed"), "{found}");
    assert!(
        remedies[0].contains("send the parameters in the body"),
        "{remedies:?}"
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
