//! A step consumes its argument: one authentication authorizes once.

use m2m_authority::flow::*;
use m2m_authority::{Authority, Policy};

fn twice(authenticated: Authenticated<'_>, policy: &Policy, authority: &Authority) {
    let _ = authorize(authenticated, policy, Usage::default(), authority);
    let _ = authorize(authenticated, policy, Usage::default(), authority);
}

fn main() {}
