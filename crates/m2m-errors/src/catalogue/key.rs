//! Problems with a key that is to be used. They are found at startup or at an import, never by a request; a caller that
//! meets one nevertheless gets the answer to an internal error.

use super::sentences::IMPORT_KEY;
use super::server::{BROKEN, BROKEN_ADVICE};
use crate::{Advice, Disclosure, Entry, Fault, Source};

pub(crate) const KEY_MALFORMED: Entry = Entry {
    id: "key-malformed",
    fault: Fault::Operator,
    disclosure: Disclosure::Public,
    wire: BROKEN,
    operator: "A key or a set of keys cannot be read.",
    for_caller: BROKEN_ADVICE,
    for_operator: Advice {
        causes: &[
            "The file is not a JWK, a JWK set or a key in PKCS #8, or was cut off.",
            "A member of the JWK is missing, stands twice, or is not base64url without padding.",
            "The private and the public part do not belong together.",
        ],
        fixes: &[
            "Export the key again, as a JWK or as PKCS #8.",
            "Check that the file was copied whole and holds the private key where one is needed.",
        ],
    },
    sources: &[
        Source::rfc("RFC 7517", "4"),
        Source::rfc("RFC 7517", "5"),
        Source::rfc("RFC 7518", "6"),
    ],
};

pub(crate) const KEY_UNSUPPORTED: Entry = Entry {
    id: "key-unsupported",
    fault: Fault::Operator,
    disclosure: Disclosure::Public,
    wire: BROKEN,
    operator: "The type, the curve, the size or the algorithm of a key is not offered.",
    for_caller: BROKEN_ADVICE,
    for_operator: Advice {
        causes: &[
            "The key is on a curve such as secp256k1, or is an RSA key of fewer than 2048 bits.",
            "The alg of the key is a symmetric one, such as HS256, or does not fit its type.",
            "This build makes no RSA keys.",
        ],
        fixes: &[
            "Use a key for ES256, ES384, EdDSA, RS256 or PS256, RSA with at least 2048 bits.",
            "If this build makes no RSA keys, make one elsewhere, as with openssl genpkey.",
            IMPORT_KEY,
        ],
    },
    sources: &[
        Source::rfc("RFC 7518", "3.1"),
        Source::rfc("RFC 7518", "3.3"),
        Source::rfc("RFC 8725", "3.2"),
    ],
};

pub(crate) const KEY_NOT_FOR_SIGNING: Entry = Entry {
    id: "key-not-for-signing",
    fault: Fault::Operator,
    disclosure: Disclosure::Public,
    wire: BROKEN,
    operator: "The use or the key_ops of a key says that it is not for signatures.",
    for_caller: BROKEN_ADVICE,
    for_operator: Advice {
        causes: &[
            "The key was made for encryption: its use is enc.",
            "The key_ops of the key contain neither sign nor verify.",
        ],
        fixes: &[
            "Take a key whose use is sig.",
            "Make a key for signatures instead of changing what another key says of itself.",
        ],
    },
    sources: &[
        Source::rfc("RFC 7517", "4.2"),
        Source::rfc("RFC 7517", "4.3"),
    ],
};
