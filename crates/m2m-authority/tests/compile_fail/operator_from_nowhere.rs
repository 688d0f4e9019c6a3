//! Only a verified management token makes an `Operator`.

use m2m_authority::flow::*;

fn forge() -> Operator {
    Operator { client_id: "thief".into() }
}

fn main() {}
