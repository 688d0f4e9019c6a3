//! Only `authorize` creates an `Authorized`.

use m2m_authority::flow::*;

fn forge() -> Authorized<'static> {
    Authorized { client_id: "thief".into() }
}

fn main() {}
