//! The judgement of a token as an API makes it, with a step for each part.

use m2m_errors::Cause;
use m2m_guard::{Call, Denied, Evidence, Guard, Requirement};
use m2m_host::{timestamp, token_text};
use m2m_jwt::{IssuerProfile, KeySet, Reading, TokenForm, UnixTime};
use serde_json::Value;

use super::problem::Problem;
use super::step::{Step, StepResult, Topic};
use crate::commands::jwt::token_fixes;

/// The expectations of an API for a token.
#[derive(Debug)]
pub(super) struct Expected {
    pub(super) issuer: String,
    /// Without any, the audiences of the token are expected.
    pub(super) audiences: Vec<String>,
    pub(super) scopes: Vec<String>,
    pub(super) organization: Option<String>,
    pub(super) issuer_profile: Option<IssuerProfile>,
}

/// Judges a token with the keys of its issuer, and returns the steps about its content and the problems with its times.
pub(super) fn judge(
    token: &str,
    keys: Option<&KeySet>,
    expected: &Expected,
    now: UnixTime,
) -> (Vec<Step>, Vec<Problem>) {
    let reading = Reading::of(token);
    let decoded = decoded(&reading);
    let Some(keys) = keys.filter(|_| reading.form() == TokenForm::Signed) else {
        let because = if reading.form() == TokenForm::Signed {
            "there are no keys to verify the token with"
        } else {
            "the token is not a signed JWT"
        };
        let rest = Topic::OF_TOKEN.iter().skip(1);
        let rest = rest.map(|topic| Step::not_tried(*topic, because));
        return ([decoded].into_iter().chain(rest).collect(), Vec::new());
    };
    let reasons = reasons(token, &reading, keys, expected, now);
    let others = Topic::OF_TOKEN.iter().skip(1);
    let others = others.map(|topic| passed(*topic, &reading, expected));
    let mut steps: Vec<Step> = [decoded].into_iter().chain(others).collect();
    let mut of_times = Vec::new();
    for denied in &reasons {
        let topic = topic(denied.cause());
        match steps.iter_mut().find(|step| step.topic == topic) {
            Some(step) => *step = step.clone().fails(problem(denied)),
            None => of_times.push(problem(denied)),
        }
    }
    // The claims of a token whose signature is not verified prove nothing, and often explain it.
    let own_issuer = text_claim(&reading, "iss");
    let is_unknown = reasons
        .iter()
        .any(|denied| topic(denied.cause()) == Topic::Signature);
    if let Some(own) = own_issuer.filter(|own| is_unknown && *own != expected.issuer)
        && let Some(step) = steps.iter_mut().find(|step| step.topic == Topic::Issuer)
    {
        let problem = Problem::new(format!(
            "the token says that it is from {own}, not from {}",
            expected.issuer
        ));
        let problem = problem.caused_by(Cause::IssuerMismatch);
        *step = step
            .clone()
            .fails(problem.fixes(token_fixes(Cause::IssuerMismatch, false)));
    }
    if let Some(end) = reasons
        .iter()
        .map(|denied| topic(denied.cause()))
        .find(|topic| ends(*topic))
    {
        for step in &mut steps {
            if step.topic > end && step.result == StepResult::Passed {
                *step = Step::not_tried(step.topic, "an API stops at the problem above");
            }
        }
    }
    (steps, of_times)
}

/// Returns true if nothing after a problem of this step is checked.
const fn ends(topic: Topic) -> bool {
    matches!(topic, Topic::Decoding | Topic::Signature)
}

fn reasons(
    token: &str,
    reading: &Reading,
    keys: &KeySet,
    expected: &Expected,
    now: UnixTime,
) -> Vec<Denied> {
    let own = audiences(reading);
    let audiences: Vec<&str> = match &*expected.audiences {
        [] => own.iter().map(String::as_str).collect(),
        audiences => audiences.iter().map(String::as_str).collect(),
    };
    let guard = Guard::new(&expected.issuer, &audiences);
    let guard = match expected.issuer_profile {
        Some(profile) => guard.with_issuer_profile(profile),
        None => guard,
    };
    let authorization = format!("Bearer {token}");
    let authorization = [authorization.as_bytes()];
    let scopes: Vec<&str> = expected.scopes.iter().map(String::as_str).collect();
    let required = Requirement::scopes(&scopes);
    let required = match &expected.organization {
        Some(organization) => required.in_organization(organization),
        None => required,
    };
    guard.explain(&Call::new(&authorization, None), keys, required, now)
}

/// Returns the step about the form of the token.
fn decoded(reading: &Reading) -> Step {
    let step = Step::new(Topic::Decoding, "decode the token");
    if reading.form() == TokenForm::Signed {
        let header: Vec<String> = reading
            .header()
            .filter(|(name, _)| matches!(&**name, "typ" | "alg" | "kid"))
            .map(|(name, value)| format!("{name} {value}"))
            .collect();
        return step.found(format!("a signed JWT with {}", header.join(", ")));
    }
    let step = step.found(format!("a token of the form {}", reading.form().as_str()));
    if reading.form() == TokenForm::Encrypted {
        return step.fails(
            Problem::new("the token is encrypted: only the API that has the key can read it")
                .caused_by(Cause::TokenMalformed)
                .fix("examine the token where the key is, or request one that is only signed"),
        );
    }
    if reading.form() != TokenForm::Opaque {
        let remark = reading.remarks().first().map(ToString::to_string);
        let remark = remark.unwrap_or_else(|| "a part of it is missing".to_owned());
        return step.fails(
            Problem::new(format!("the text is not a whole signed token: {remark}"))
                .caused_by(Cause::TokenMalformed)
                .fix("copy the whole token: three parts, with a dot between them"),
        );
    }
    step.fails(
        Problem::new("only the issuer can read this token: an API has to ask its introspection endpoint")
            .caused_by(Cause::TokenMalformed)
            .fix("many servers issue a JWT only for a named API: add --audience or, as RFC 8707 has it, --resource")
            .fix("m2m introspect asks the issuer about the token"),
    )
}

/// Returns the step about a part of the token that is as expected.
fn passed(topic: Topic, reading: &Reading, expected: &Expected) -> Step {
    let claim = |name: &str| claim(reading, name);
    match topic {
        Topic::Signature => Step::new(
            topic,
            "verify the signature with the key that the token names",
        ),
        Topic::Issuer => Step::new(
            topic,
            format!("compare the issuer with {}", expected.issuer),
        )
        .found(claim("iss")),
        Topic::Audience => {
            let tried = match &*expected.audiences {
                [] => "read the audience; add --audience to compare it".to_owned(),
                audiences => format!("look for {}", audiences.join(" or ")),
            };
            Step::new(topic, tried).found(claim("aud"))
        }
        Topic::Scopes => {
            let tried = match &*expected.scopes {
                [] => "read the scopes; add --scope to look for one".to_owned(),
                scopes => format!("look for {}", scopes.join(", ")),
            };
            let name = ["scope", "scp", "roles"].into_iter();
            let mut name = name.filter(|name| reading.claims().any(|(own, _)| own == *name));
            Step::new(topic, tried).found(claim(name.next().unwrap_or("scope")))
        }
        Topic::Organization => {
            let tried = match &expected.organization {
                None => "read the organization; add --organization to compare it".to_owned(),
                Some(organization) => format!("look for {organization}"),
            };
            let step = Step::new(topic, tried);
            match reading.claims().any(|(name, _)| name == "org_code") {
                true => step.found(claim("org_code")),
                false => step.found(
                    "no org_code: the application is global, or the server has no organizations",
                ),
            }
        }
        Topic::Tls
        | Topic::Discovery
        | Topic::Keys
        | Topic::TokenRequest
        | Topic::Decoding
        | Topic::Clock => Step::new(topic, ""),
    }
}

/// Returns a claim that is a text.
fn text_claim(reading: &Reading, name: &str) -> Option<String> {
    let (_, value) = reading.claims().find(|(own, _)| own == name)?;
    serde_json::from_str(&value).ok()
}

/// Returns a claim in words.
fn claim(reading: &Reading, name: &str) -> String {
    let value = reading.claims().find(|(own, _)| own == name);
    match value {
        Some((_, value)) => format!("{name} {value}"),
        None => format!("no {name}"),
    }
}

fn audiences(reading: &Reading) -> Vec<String> {
    let value = reading.claims().find(|(name, _)| name == "aud");
    let value = value.and_then(|(_, value)| serde_json::from_str(&value).ok());
    match value {
        Some(Value::String(audience)) => vec![audience],
        Some(Value::Array(audiences)) => {
            let texts = audiences.iter().filter_map(Value::as_str);
            texts.map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

/// Adds the times of a token to the step about clocks.
pub(super) fn lifetime(step: Step, token: &str) -> Step {
    let reading = Reading::of(token);
    let seconds = |time: UnixTime| time.as_seconds();
    let (issued, expires) = (reading.time("iat"), reading.time("exp"));
    let step = match (issued, expires) {
        (Some(issued), Some(expires)) => step.found(format!(
            "the token was issued at {}, and expires at {}, {} seconds later",
            timestamp::rfc3339(issued),
            timestamp::rfc3339(expires),
            seconds(expires).saturating_sub(seconds(issued)),
        )),
        _ => step.found(claim(&reading, "exp")),
    };
    // A time that no calendar has is a number of milliseconds.
    let is_usual = match expires {
        Some(expires) => {
            let issued = issued.map_or(0, seconds);
            seconds(expires).saturating_sub(issued) <= MAX_USUAL_LIFETIME
        }
        None => !reading.claims().any(|(name, _)| name == "exp"),
    };
    if is_usual {
        return step;
    }
    step.warns(
        Problem::new("the token is valid for more than a year, as if exp were in milliseconds")
            .fix("correct the lifetime of tokens on the server: iat and exp are in seconds"),
    )
}

/// A longer lifetime is a mistake. Unit: seconds.
const MAX_USUAL_LIFETIME: u64 = 366 * 24 * 3600;

fn problem(denied: &Denied) -> Problem {
    let cause = denied.cause();
    let evidence = if let Evidence::Token(error) = denied.evidence() {
        token_text::reason(error)
    } else {
        denied.evidence().to_string()
    };
    let entry = cause.entry();
    let meaning = match &*evidence {
        "" => entry.operator.to_owned(),
        evidence => format!("{}: {evidence}", entry.operator.trim_end_matches('.')),
    };
    let fixes = token_fixes(cause, cause != Cause::IssuerMismatch);
    let problem = Problem::new(meaning).caused_by(cause).fixes(fixes);
    if cause == Cause::TokenTypeWrong {
        return problem.fix(
            "if the issuer does not follow RFC 9068, name the form of its tokens, as in --issuer-profile okta",
        );
    }
    problem
}

/// Returns the step in which a denial belongs.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "whatever else is wrong with a token is found when it is read"
)]
const fn topic(cause: Cause) -> Topic {
    match cause {
        Cause::TokenKeyUnknown
        | Cause::TokenKeyAmbiguous
        | Cause::TokenSignatureWrong
        | Cause::TokenAlgorithmWrong
        | Cause::KeysUnavailable => Topic::Signature,
        Cause::IssuerMismatch => Topic::Issuer,
        Cause::AudienceMismatch => Topic::Audience,
        Cause::ScopeInsufficient => Topic::Scopes,
        Cause::OrganizationMismatch | Cause::OrganizationMissing => Topic::Organization,
        Cause::TokenExpired | Cause::TokenNotYetValid | Cause::TokenIssuedInFuture => Topic::Clock,
        _ => Topic::Decoding,
    }
}
