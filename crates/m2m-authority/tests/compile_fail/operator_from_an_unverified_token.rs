//! A token that nobody verified proves nothing.

use m2m_authority::flow::*;
use m2m_jwt::Unverified;

fn forge(token: &Unverified<'_>) -> Option<Operator> {
    Operator::of(token)
}

fn main() {}
