//! A token that was not verified does not authenticate an operator.

use m2m_authority::flow::*;
use m2m_jwt::Unverified;

fn forge(token: &Unverified<'_>) -> Option<Operator> {
    Operator::of(token)
}

fn main() {}
