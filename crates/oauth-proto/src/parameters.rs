//! The reader that all endpoints share: a form in which a parameter appears once.

use std::{borrow::Cow, collections::BTreeSet};

use crate::{InvalidParameters, MessageLimits, form::Reader};

/// Parameters that authenticate a client, at every endpoint (RFC 6749, section 2.3.1; RFC 7521, section 4.2).
pub(crate) const CLIENT_ID: &str = "client_id";
pub(crate) const CLIENT_SECRET: &str = "client_secret";
pub(crate) const CLIENT_ASSERTION: &str = "client_assertion";
pub(crate) const CLIENT_ASSERTION_TYPE: &str = "client_assertion_type";

/// The handling of a known parameter that is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeats {
    Refused,
    Allowed,
}

/// Reads a form and passes each parameter that has a value to `take`, with its index in `known`.
///
/// Unknown parameters are ignored, but not their repeats: RFC 6749, section 3.2 requires of all parameters that they "MUST NOT be included
/// more than once". A parameter without a value is not passed on, but counts as a repeat. The whole form is read before a repeat is
/// reported. Returns the names of the unknown parameters.
pub(crate) fn read<'a, const KNOWN: usize>(
    body: &'a [u8],
    limits: &MessageLimits,
    known: &[(&'static str, Repeats); KNOWN],
    mut take: impl FnMut(&'static str, Cow<'a, str>),
) -> Result<BTreeSet<Cow<'a, str>>, InvalidParameters> {
    let mut seen = [false; KNOWN];
    // Ordered, not hashed: hashing names that an attacker chooses would need randomness.
    let mut unknown = BTreeSet::new();
    let mut repeated = None;
    for pair in Reader::new(body, limits)? {
        let pair = pair?;
        let place = known
            .iter()
            .zip(&mut seen)
            .find(|((name, _), _)| *name == pair.name);
        match place {
            Some(((name, repeats), seen)) => {
                if *seen && *repeats == Repeats::Refused {
                    repeated.get_or_insert((Some(*name), pair.offset));
                }
                *seen = true;
                if !pair.value.is_empty() {
                    take(name, pair.value);
                }
            }
            None => {
                if !unknown.insert(pair.name) {
                    repeated.get_or_insert((None, pair.offset));
                }
            }
        }
    }
    match repeated {
        Some((name, offset)) => Err(InvalidParameters::ParameterRepeated { name, offset }),
        None => Ok(unknown),
    }
}
