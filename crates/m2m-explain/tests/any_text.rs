//! Properties of every text.

use m2m_explain::fuzzing;
use proptest::prelude::*;

/// Pieces of the forms that are recognized, so that their combinations are reached.
fn piece() -> impl Strategy<Value = String> {
    let known = [
        "HTTP/1.1 401 Unauthorized\r\n",
        "HTTP/2 200\n",
        "\r\n",
        "\n",
        "< ",
        "> ",
        "* ",
        "<",
        "{",
        "}",
        "[",
        "]",
        "\"error\":",
        "\"",
        "'",
        "WWW-Authenticate: ",
        "Bearer ",
        "Basic ",
        "error=",
        "error_description=",
        ",",
        " = ",
        "invalid_token",
        "curl: (60) ",
        "<html>",
        "<title>",
        "</title>",
        "--:--:--",
        "eyJhbGciOiJub25lIn0.eyJpc3MiOiJ4In0.",
        "é",
        "\u{feff}",
        "&error=",
        "?error=",
        "%zz",
        "401 ",
        "status ",
    ];
    prop_oneof![
        3 => proptest::sample::select(known.to_vec()).prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}

proptest! {
    #[test]
    fn any_text_is_read_within_bounds(pieces in proptest::collection::vec(piece(), 0..40)) {
        fuzzing::explain(pieces.concat().as_bytes());
    }

    #[test]
    fn any_bytes_are_read_within_bounds(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        fuzzing::explain(&bytes);
    }
}
