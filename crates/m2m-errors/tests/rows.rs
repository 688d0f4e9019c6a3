//! Every row of the seed documents is answered.

#[path = "support/table.rs"]
mod table;

use std::collections::{BTreeMap, HashSet};

use m2m_errors::{Cause, ErrorCode, Profile, Status};
use table::{ROWS, answers};

/// The rows that name an error, in the order of the documents. The others (K21 and on) are answers of success and pages.
fn rows_with_an_error() -> Vec<String> {
    let k = (1..=20)
        .chain([32, 33, 35])
        .map(|number| format!("K{number}"));
    let g = (1..=18).map(|number| format!("G{number}"));
    let t = (1..=10).map(|number| format!("T{number}"));
    k.chain(g).chain(t).collect()
}

/// All rows that an entry answers.
fn answered() -> HashSet<&'static str> {
    let tables = [&ROWS.status, &ROWS.code, &ROWS.cause];
    let rows = tables.into_iter().flat_map(BTreeMap::values).flatten();
    rows.map(String::as_str).collect()
}

/// Returns true if one of the causes that a caller reads under this code contains all these words, in any case.
fn explains(code: ErrorCode, words: &[&str]) -> bool {
    code.entry().advice.causes.iter().any(|text| {
        let text = text.to_lowercase();
        words.iter().all(|word| text.contains(word))
    })
}

#[test]
fn every_row_with_an_error_is_answered() {
    let answered = answered();
    for row in rows_with_an_error() {
        assert!(answered.contains(row.as_str()), "{row}");
    }
}

#[test]
fn no_entry_names_a_row_that_there_is_not() {
    let rows = rows_with_an_error();
    for row in answered() {
        assert!(rows.iter().any(|known| known == row), "{row}");
    }
}

#[test]
fn every_entry_of_the_table_is_one_of_the_catalogue() {
    for status in ROWS.status.keys() {
        assert!(
            status
                .parse()
                .is_ok_and(|code| Status::from_code(code).is_some()),
            "{status}"
        );
    }
    for code in ROWS.code.keys() {
        assert!(code.parse::<ErrorCode>().is_ok(), "{code}");
    }
    for cause in ROWS.cause.keys() {
        assert!(cause.parse::<Cause>().is_ok(), "{cause}");
    }
}

#[test]
fn every_row_but_the_one_explained_only_is_provoked_by_a_cause() {
    let by_cause: HashSet<&str> = ROWS.cause.values().flatten().map(String::as_str).collect();
    for row in rows_with_an_error() {
        // T8 provokes G10's error.
        assert!(by_cause.contains(row.as_str()) || row == "G10", "{row}");
    }
}

#[test]
fn g1_to_g7_stand_at_the_status_that_they_are_about() {
    for (row, number) in [
        ("G1", 400),
        ("G2", 401),
        ("G3", 403),
        ("G4", 404),
        ("G5", 405),
        ("G6", 500),
        ("G7", 503),
    ] {
        let status = Status::from_code(number).expect("one of the seven");
        assert!(answers(&number.to_string(), row), "{row}");
        assert!(
            status.causes(Profile::Generic).next().is_some(),
            "{row}: nothing leads to {number}"
        );
    }
}

#[test]
fn g8_to_g18_stand_at_the_code_that_they_are_about() {
    for (row, code) in [
        ("G8", ErrorCode::InvalidRequest),
        ("G9", ErrorCode::InvalidClient),
        ("G10", ErrorCode::InvalidGrant),
        ("G11", ErrorCode::UnauthorizedClient),
        ("G12", ErrorCode::UnsupportedGrantType),
        ("G13", ErrorCode::InvalidScope),
        ("G14", ErrorCode::AccessDenied),
        ("G15", ErrorCode::ServerError),
        ("G16", ErrorCode::TemporarilyUnavailable),
        ("G17", ErrorCode::InvalidToken),
        ("G18", ErrorCode::InsufficientScope),
    ] {
        assert!(answers(code.as_str(), row), "{row}");
    }
}

#[test]
fn g10_g14_and_g17_answers_of_other_servers_are_explained() {
    assert!(explains(
        ErrorCode::InvalidGrant,
        &["authorization code", "expired"]
    ));
    assert!(explains(
        ErrorCode::InvalidGrant,
        &["refresh token", "revoked"]
    ));
    assert!(explains(ErrorCode::InvalidGrant, &["redirect uri"]));
    assert!(explains(ErrorCode::AccessDenied, &["user", "declined"]));
    assert!(explains(
        ErrorCode::InvalidToken,
        &["refresh token", "expired", "revoked"]
    ));
}
