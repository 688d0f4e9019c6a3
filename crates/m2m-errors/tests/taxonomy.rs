//! The shape of every cause: its title, its answer in each profile, its related causes and its tasks. `catalogue.rs` checks its texts.

use std::collections::HashSet;

use m2m_errors::{Cause, Disclosure, ErrorCode, Profile, Status, Task, Wire};

/// Every answer to a caller, with the name of its profile.
fn answers(cause: Cause) -> impl Iterator<Item = (Profile, &'static Wire)> {
    let wire = &cause.entry().wire;
    Profile::ALL.into_iter().flat_map(move |profile| {
        [
            (profile, wire.of(profile)),
            (profile, wire.of_resource(profile)),
        ]
    })
}

/// The words that are written with capital letters inside a title.
const NAMES: &[&str] = &[
    "API",
    "HTTP",
    "HTTP/2",
    "IP",
    "JWT",
    "TLS",
    "URL",
    "Authorization",
    "Basic",
    "Content-Type",
];

#[test]
fn a_title_is_a_short_heading_that_no_other_cause_has() {
    let mut seen = HashSet::new();
    for cause in Cause::ALL {
        let title = cause.entry().title;
        assert!(seen.insert(title.to_lowercase()), "{cause}: {title}");
        let words: Vec<&str> = title.split(' ').collect();
        assert!((2..=6).contains(&words.len()), "{cause}: {title}");
        assert!(title.is_ascii() && title.len() <= 50, "{cause}: {title}");
        assert!(!title.ends_with(['.', ':']), "{cause}: {title}");
        let [first, others @ ..] = &words[..] else {
            panic!("{cause}: a title has words")
        };
        assert!(
            first.starts_with(|c: char| c.is_ascii_uppercase()),
            "{title}"
        );
        for word in others {
            let is_plain = word.bytes().all(|b| b.is_ascii_lowercase() || b == b'\'');
            assert!(is_plain || NAMES.contains(word), "{cause}: {title}");
        }
    }
}

#[test]
fn every_cause_has_one_to_four_related_causes_and_is_not_among_them() {
    for cause in Cause::ALL {
        let related = cause.entry().related;
        assert!((1..=4).contains(&related.len()), "{cause}: {related:?}");
        assert!(!related.contains(cause), "{cause}: {related:?}");
        let distinct: HashSet<_> = related.iter().collect();
        assert_eq!(distinct.len(), related.len(), "{cause}: {related:?}");
    }
}

#[test]
fn x8_the_answer_for_a_concealed_cause_contains_neither_its_title_nor_a_related_cause() {
    let concealed = |cause: &&Cause| cause.entry().disclosure == Disclosure::Concealed;
    for &cause in Cause::ALL.iter().filter(concealed) {
        let entry = cause.entry();
        let ids = entry
            .related
            .iter()
            .filter(concealed)
            .map(|related| related.id());
        let words: Vec<&str> = ids.chain([entry.title, entry.id]).collect();
        let caller = entry.for_caller;
        let texts = caller.causes.iter().chain(caller.fixes).copied();
        let descriptions = answers(cause).flat_map(|(_, wire)| {
            let text = wire.description;
            [Some(text.plain), text.with_value].into_iter().flatten()
        });
        for text in texts.chain(descriptions) {
            for word in &words {
                assert!(!text.contains(word), "{cause}: {text}");
            }
        }
    }
}

/// Returns true if a code belongs to the class of its status.
fn fits(error: ErrorCode, status: u16) -> bool {
    // RFC 6749, section 4.1.2.1: errors of the server. RFC 6585, section 4: too many requests.
    let of_the_server = matches!(
        error,
        ErrorCode::ServerError | ErrorCode::TemporarilyUnavailable
    );
    of_the_server == (status >= 500 || status == 429)
}

#[test]
fn an_answer_has_a_status_of_the_right_class_and_a_code_in_every_profile() {
    for &cause in Cause::ALL {
        for (profile, wire) in answers(cause) {
            let status = wire.status.code();
            // Answers of the management API have codes of their own.
            if cause.is_of_an_operation() && wire.error.is_none() {
                continue;
            }
            let Some(error) = wire.error else {
                // RFC 6750, section 3.1: a request without credentials gets no code.
                assert_eq!(cause, Cause::TokenMissing, "{profile}");
                assert_eq!(wire.status, Status::Unauthorized, "{profile}");
                continue;
            };
            assert!(
                fits(error, status),
                "{cause} in {profile}: {status} {error}"
            );
        }
    }
}

#[test]
fn g7_throttling_has_the_status_of_an_overload_only_in_the_generic_profile() {
    for &cause in Cause::ALL {
        for (profile, wire) in answers(cause) {
            let is_generic = profile == Profile::Generic;
            assert!(
                wire.status != Status::TooManyRequests || !is_generic,
                "{cause} in {profile}"
            );
        }
    }
}

/// Returns true if a text names a command, a flag or a file of this product.
fn names_the_product(text: &str) -> bool {
    // An option of curl, and the lines of a PEM file.
    let text = text.replace("--data-urlencode", "").replace("-----", "");
    ["m2m ", "m2m-", "m2m_", "world.toml", " --"]
        .iter()
        .any(|word| text.contains(word))
}

#[test]
fn no_text_names_a_command_or_a_file_of_this_product() {
    let causes = Cause::ALL.iter().flat_map(|cause| {
        let entry = cause.entry();
        let advice = [entry.for_caller, entry.for_operator];
        let advice = advice
            .into_iter()
            .flat_map(|advice| [advice.causes, advice.fixes]);
        let descriptions = answers(*cause).flat_map(|(_, wire)| {
            let text = wire.description;
            [Some(text.plain), text.with_value].into_iter().flatten()
        });
        let texts = advice.flatten().copied().chain(descriptions);
        texts
            .chain([entry.operator, entry.title])
            .collect::<Vec<_>>()
    });
    let codes = ErrorCode::ALL
        .iter()
        .map(|code| (code.entry().meaning, code.entry().advice));
    let statuses = Status::ALL
        .iter()
        .map(|status| (status.entry().meaning, status.entry().advice));
    let others = codes.chain(statuses).flat_map(|(meaning, advice)| {
        let texts = advice.causes.iter().chain(advice.fixes).copied();
        texts.chain([meaning]).collect::<Vec<_>>()
    });
    for text in causes.chain(others) {
        assert!(!names_the_product(text), "{text}");
    }
}

#[test]
fn a_task_is_named_at_most_once_by_a_cause_and_helps_with_one_at_least() {
    let mut used: HashSet<&Task> = HashSet::new();
    for cause in Cause::ALL {
        let tasks = cause.entry().tasks;
        let distinct: HashSet<_> = tasks.iter().collect();
        assert_eq!(distinct.len(), tasks.len(), "{cause}: {tasks:?}");
        used.extend(tasks);
    }
    for task in Task::ALL {
        assert!(used.contains(task), "{task:?} helps with no cause");
    }
}

#[test]
fn tasks_have_the_names_of_their_variants() {
    for task in Task::ALL {
        let name = task.as_str();
        assert_eq!(
            name.replace('_', ""),
            format!("{task:?}").to_lowercase(),
            "{name}"
        );
        assert!(
            name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'),
            "{name}"
        );
    }
}

#[test]
fn a_change_to_a_record_is_followed_by_the_task_that_applies_the_registry_file() {
    for cause in Cause::ALL {
        let tasks = cause.entry().tasks;
        let last_change = tasks.iter().rposition(|task| {
            matches!(
                task,
                Task::AuthorizeApplication
                    | Task::AssignScope
                    | Task::SetSecretHash
                    | Task::EnableApplication
                    | Task::SetTokenFormat
            )
        });
        let applied = tasks
            .iter()
            .position(|task| *task == Task::ApplyRegistryFile);
        assert!(last_change <= applied, "{cause}: {tasks:?}");
    }
}
