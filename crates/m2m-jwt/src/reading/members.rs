//! The members of a header and the claims, and remarks on their types.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::UnixTime;
use crate::json::{JsonValue, Piece, Pieces, Rounding, whole_value};

use super::remark::{Remark, excerpt};

/// The members of a JSON object, up to the first place where it is not one: each name, and the text of the value.
pub(super) struct Members<'b>(Option<Pieces<'b>>);

impl<'b> Members<'b> {
    pub(super) fn of(text: &'b [u8]) -> Self {
        Self(Pieces::of_document(text.trim_ascii_start(), b'{'))
    }
}

impl<'b> Iterator for Members<'b> {
    type Item = (Cow<'b, str>, Cow<'b, str>);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, value) = self.0.as_mut()?.member().ok()??;
        let text = |piece: Piece<'b>| String::from_utf8_lossy(piece.text);
        let name = match name.as_string() {
            Some(name) => name.to_str(),
            None => text(name),
        };
        Some((name, text(value)))
    }
}

/// The type that a member has to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Text,
    Scope,
    Strings,
    Audience,
    Time,
}

impl Type {
    fn of_claim(name: &str) -> Option<Self> {
        Some(match name {
            "iss" | "sub" | "jti" | "client_id" | "azp" | "org_code" => Self::Text,
            "scope" => Self::Scope,
            "scp" => Self::Strings,
            "aud" => Self::Audience,
            "exp" | "nbf" | "iat" => Self::Time,
            _ => return None,
        })
    }

    const fn expected(self) -> &'static str {
        match self {
            Self::Text => "a string",
            Self::Scope => "a string of scopes, separated by spaces",
            Self::Strings => "an array of strings",
            Self::Audience => "a string or an array of strings",
            Self::Time => "a number of seconds since 1970 (RFC 7519, section 2)",
        }
    }

    fn accepts(self, value: JsonValue<'_>) -> bool {
        let strings = || {
            value
                .as_array()
                .is_some_and(|array| array.contains_only_strings())
        };
        match self {
            Self::Text | Self::Scope => value.as_string().is_some(),
            Self::Strings => strings(),
            Self::Audience => value.as_string().is_some() || strings(),
            Self::Time => value
                .as_number()
                .is_some_and(|number| number.to_time(Rounding::Down).is_some()),
        }
    }
}

/// Remarks on claims of another type, on those that are repeated, and on times in another unit.
pub(super) fn remark_on_claims(members: Members<'_>, remarks: &mut Vec<Remark>) {
    let mut times = BTreeMap::new();
    for (name, value) in unrepeated(members, "payload", remarks) {
        let Some(expected) = Type::of_claim(&name) else {
            continue;
        };
        if !whole_value(&value).is_some_and(|value| expected.accepts(value)) {
            let found = kind(&value, expected);
            remarks.push(Remark::new(name.into_owned(), found, expected.expected()));
        } else if expected == Type::Time
            && let Some(time) = time(&value)
        {
            if let Some(unit) = probable_unit(time) {
                let found = format!("is {}, which is probably in {unit}", excerpt(&value));
                remarks.push(Remark::new(name.into_owned(), found, expected.expected()));
            } else {
                times.insert(name, time);
            }
        }
    }
    if let (Some(from), Some(to)) = (times.get("iat"), times.get("exp")) {
        let days = to.as_seconds().saturating_sub(from.as_seconds()) / SECONDS_OF_A_DAY;
        if days > MAX_USUAL_DAYS {
            let found = format!("is {days} days after iat");
            remarks.push(Remark::new("exp", found, "a lifetime of minutes to days"));
        }
    }
}

/// Remarks on header parameters of another type, on those that verifiers of access tokens refuse, and on a missing signature.
pub(super) fn remark_on_header(
    members: Members<'_>,
    is_encrypted: bool,
    remarks: &mut Vec<Remark>,
) {
    let mut has_algorithm = false;
    for (name, value) in unrepeated(members, "header", remarks) {
        has_algorithm |= name == "alg";
        let string = whole_value(&value).and_then(JsonValue::as_string);
        match &*name {
            "alg" | "typ" | "kid" if string.is_none() => {
                let found = kind(&value, Type::Text);
                remarks.push(Remark::new(name.into_owned(), found, "a string"));
            }
            "alg" if string.is_some_and(|name| name.read(is_unsigned)) => remarks.push(Remark::new(
                "alg",
                "has the value \"none\": the token is not signed, and anyone can have written it",
                "the algorithm of a signature",
            )),
            "crit" => remarks.push(Remark::new(
                "crit",
                format!("requires extensions: {}", excerpt(&value)),
                "a header without crit",
            )),
            "b64" if value == "false" => {
                remarks.push(Remark::new("b64", "is false", "a payload in base64url"));
            }
            "zip" if !is_encrypted => {
                remarks.push(Remark::new(
                    "zip",
                    "is there",
                    "a payload without compression",
                ));
            }
            _ => {}
        }
    }
    if !has_algorithm {
        remarks.push(Remark::new(
            "alg",
            "is missing",
            "the algorithm of the token",
        ));
    }
}

fn is_unsigned(algorithm: &str) -> bool {
    algorithm.eq_ignore_ascii_case("none")
}

/// Returns the members with the last value of each name, and remarks on names that are there several times.
fn unrepeated<'b>(
    members: Members<'b>,
    part: &str,
    remarks: &mut Vec<Remark>,
) -> Vec<(Cow<'b, str>, Cow<'b, str>)> {
    let mut places: BTreeMap<Cow<'b, str>, (usize, u32)> = BTreeMap::new();
    let mut last: Vec<(Cow<'b, str>, Cow<'b, str>)> = Vec::new();
    for (name, value) in members {
        match places.get_mut(&name) {
            Some((place, count)) => {
                *count += 1;
                if let Some((_, earlier)) = last.get_mut(*place) {
                    *earlier = value;
                }
            }
            None => {
                places.insert(name.clone(), (last.len(), 1));
                last.push((name, value));
            }
        }
    }
    for (name, _) in &last {
        if let Some((_, count @ 2..)) = places.get(name) {
            let found = format!("is in the {part} {count} times");
            remarks.push(Remark::new(excerpt(name), found, "each name once"));
        }
    }
    last
}

/// Describes a value of another type than expected.
fn kind(value: &str, expected: Type) -> String {
    match value.as_bytes().first() {
        Some(b'"') => format!("is the string {}", excerpt(value)),
        Some(b'{') => "is an object".to_owned(),
        Some(b'[') if matches!(expected, Type::Strings | Type::Audience) => {
            "is an array with other values than strings".to_owned()
        }
        Some(b'[') => "is an array".to_owned(),
        Some(b't' | b'f' | b'n') => format!("is {}", excerpt(value)),
        Some(_) if expected == Type::Time && is_number(value) => {
            format!("is the number {}, which is out of range", excerpt(value))
        }
        Some(_) => format!("is the number {}", excerpt(value)),
        None => "is empty".to_owned(),
    }
}

fn is_number(value: &str) -> bool {
    whole_value(value).is_some_and(|value| value.as_number().is_some())
}

/// Returns the time, if the JSON value is a number that can be one.
pub(super) fn time(value: &str) -> Option<UnixTime> {
    whole_value(value)?.as_number()?.to_time(Rounding::Down)
}

/// Returns the unit in which this number is a time of our age, if it is not seconds.
pub(super) const fn probable_unit(time: UnixTime) -> Option<&'static str> {
    match time.as_seconds() {
        0..100_000_000_000 => None,
        100_000_000_000..100_000_000_000_000 => Some("milliseconds"),
        100_000_000_000_000..100_000_000_000_000_000 => Some("microseconds"),
        _ => Some("nanoseconds"),
    }
}

const SECONDS_OF_A_DAY: u64 = 86_400;

/// A lifetime beyond this is remarked on. A year is that of long-lived tokens of Kubernetes.
const MAX_USUAL_DAYS: u64 = 366;
