//! An `Operator` cannot be created without a verified management token.

use m2m_authority::flow::*;

fn forge() -> Operator {
    Operator { client_id: "thief".into() }
}

fn main() {}
