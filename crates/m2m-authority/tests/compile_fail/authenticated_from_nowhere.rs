//! Only `authenticate` and `vouched` create an `Authenticated`.

use m2m_authority::flow::*;

fn forge() -> Authenticated<'static> {
    Authenticated { client_id: "thief".into() }
}

fn main() {}
