//! An authenticated request is not yet an authorized one.

use m2m_authority::flow::*;
use m2m_authority::{Authority, JwtId};
use m2m_jwt::{SigningKey, UnixTime};

fn sign(authenticated: Authenticated<'_>, key: &SigningKey, authority: &Authority, id: JwtId, now: UnixTime) {
    let _ = issue(authenticated, Some(key), authority, id, now);
}

fn main() {}
