//! Every cause and every fix of the seed documents is in the catalogue, in its own words.

#[path = "support/table.rs"]
mod table;

use std::collections::HashSet;

use m2m_errors::{Advice, Cause, ErrorCode, Status};
use table::{ROWS, answers};

/// The causes and the fixes of some rows, at the entry that answers them.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Seed {
    rows: Vec<String>,
    entry: String,
    causes: Vec<String>,
    fixes: Vec<String>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Seeds {
    row: Vec<Seed>,
}

fn seeds() -> Vec<Seed> {
    let seeds: Seeds = toml::from_str(include_str!("seeds.toml")).expect("the table can be read");
    seeds.row
}

/// The advice of a status, a code or a cause, for all of its readers.
fn advice(entry: &str) -> Vec<Advice> {
    if let Ok(status) = entry.parse::<Status>() {
        return vec![status.entry().advice];
    }
    if let Ok(code) = entry.parse::<ErrorCode>() {
        return vec![code.entry().advice];
    }
    let cause: Cause = entry.parse().expect("a status, a code or a cause");
    vec![cause.entry().for_caller, cause.entry().for_operator]
}

/// Checks that one of the texts contains all words.
fn check(seed: &Seed, words: &str, texts: &[&str]) {
    let contains = |text: &&str| {
        let text = text.to_lowercase();
        words
            .split(", ")
            .all(|word| text.contains(&word.to_lowercase()))
    };
    assert!(
        texts.iter().any(contains),
        "{:?}: {} does not say {words:?}: {texts:#?}",
        seed.rows,
        seed.entry
    );
}

#[test]
fn k1_to_k35_g1_to_g18_and_t1_to_t10_every_cause_and_every_fix_is_in_the_catalogue() {
    for seed in seeds() {
        let advice = advice(&seed.entry);
        let causes: Vec<&str> = advice.iter().flat_map(|own| own.causes).copied().collect();
        let fixes: Vec<&str> = advice.iter().flat_map(|own| own.fixes).copied().collect();
        assert!(
            !seed.causes.is_empty() && !seed.fixes.is_empty(),
            "{:?}",
            seed.rows
        );
        seed.causes
            .iter()
            .for_each(|words| check(&seed, words, &causes));
        seed.fixes
            .iter()
            .for_each(|words| check(&seed, words, &fixes));
    }
}

#[test]
fn every_row_has_words_at_an_entry_that_answers_it() {
    let seeds = seeds();
    let mut seen: HashSet<&str> = HashSet::new();
    for seed in &seeds {
        for row in &seed.rows {
            assert!(answers(&seed.entry, row), "{row}: {}", seed.entry);
            seen.insert(row);
        }
    }
    let tables = [&ROWS.status, &ROWS.code, &ROWS.cause];
    for row in tables
        .into_iter()
        .flat_map(|table| table.values())
        .flatten()
    {
        assert!(seen.contains(&**row), "{row} has no words");
    }
}

#[test]
fn g6_g14_and_g15_where_the_fix_is_support_the_advice_says_so() {
    let support = |advice: Advice| {
        let mut fixes = advice.fixes.iter().map(|fix| fix.to_lowercase());
        fixes.any(|fix| fix.contains("contact the operator or the support of the"))
    };
    for entry in ["500", "server_error", "access_denied"] {
        assert!(advice(entry).into_iter().all(support), "{entry}");
    }
    for cause in [
        Cause::AddressNotAllowed,
        Cause::ChangeUnknown,
        Cause::InternalError,
        Cause::KeysUnavailable,
        Cause::OrganizationSuspended,
        Cause::SigningFailed,
        Cause::SigningKeyMissing,
        Cause::StoreUnavailable,
    ] {
        assert!(support(cause.entry().for_caller), "{cause}");
    }
}
