//! Wrong secrets, recognized by what happened to the right one.

use m2m_authority::registry::{SecretHash, generate_secret};
use m2m_errors::{Cause, Profile};
use m2m_testkit::{ORDERS, PLAIN_ID, Request, SECRET, World};

use crate::{check, form, good};

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
