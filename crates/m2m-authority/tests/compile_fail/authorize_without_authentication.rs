//! An accepted request is not yet an authenticated one.

use m2m_authority::flow::*;
use m2m_authority::{Authority, Policy};

fn grant(accepted: Accepted<'_>, policy: &Policy, authority: &Authority) {
    let _ = authorize(accepted, policy, Usage::default(), authority);
}

fn main() {}
