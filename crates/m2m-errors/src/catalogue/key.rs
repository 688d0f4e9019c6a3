//! Problems with a key that is to be used. They are found at startup or at an import, never by a request.

use super::inside::{Inside, operators};
use crate::{Cause, Entry, Source, Task};

pub(crate) const KEY_MALFORMED: Entry = operators(Inside {
    id: "key-malformed",
    title: "Malformed key or key set",
    meaning: "A key or a JWK set cannot be parsed.",
    causes: &[
        "The file is not a JWK, a JWK set or a PKCS #8 key, or it was truncated.",
        "A member of the JWK is missing, is repeated, or is not valid base64url (padding is not allowed).",
        "The private key and the public key do not match.",
    ],
    fixes: &[
        "Export the key again, as a JWK or as PKCS #8.",
        "Check that the file was copied completely, and that the file of a signing key contains the private key.",
    ],
    tasks: &[Task::ImportKey],
    related: &[Cause::KeyUnsupported, Cause::KeyNotForSigning],
    sources: &[
        Source::rfc("RFC 7517", "4"),
        Source::rfc("RFC 7517", "5"),
        Source::rfc("RFC 7518", "6"),
    ],
});

pub(crate) const KEY_UNSUPPORTED: Entry = operators(Inside {
    id: "key-unsupported",
    title: "Unsupported key",
    meaning: "The key's type, curve, size or algorithm is not supported.",
    causes: &[
        "The key uses a curve such as secp256k1, or is an RSA key with fewer than 2048 bits, or more than 4096 for signing and 8192 for verifying.",
        "The key's alg is a symmetric algorithm, such as HS256, or does not match the key's type.",
        "This build cannot generate RSA keys.",
    ],
    fixes: &[
        "Use a key for ES256, ES384, EdDSA, RS256 or PS256. RSA signing keys must have 2048 to 4096 bits.",
        "If this build cannot generate RSA keys, generate the key with another tool, such as openssl genpkey.",
    ],
    tasks: &[Task::ImportKey],
    related: &[
        Cause::KeyMalformed,
        Cause::KeyNotForSigning,
        Cause::SigningKeyMissing,
    ],
    sources: &[
        Source::rfc("RFC 7518", "3.1"),
        Source::rfc("RFC 7518", "3.3"),
        Source::rfc("RFC 8725", "3.2"),
    ],
});

pub(crate) const KEY_NOT_FOR_SIGNING: Entry = operators(Inside {
    id: "key-not-for-signing",
    title: "Key not meant for signatures",
    meaning: "The member use or key_ops of the JWK does not permit signatures.",
    causes: &[
        "The key was created for encryption: the member use of the JWK is enc.",
        "The member key_ops of the JWK contains neither sign nor verify.",
    ],
    fixes: &[
        "Use a JWK whose member use is sig.",
        "Create a key for signatures; do not edit the members use and key_ops of an encryption key.",
    ],
    tasks: &[Task::ImportKey],
    related: &[Cause::KeyUnsupported, Cause::KeyMalformed],
    sources: &[
        Source::rfc("RFC 7517", "4.2"),
        Source::rfc("RFC 7517", "4.3"),
    ],
});

pub(crate) const KEY_ALGORITHM_UNCLEAR: Entry = operators(Inside {
    id: "key-algorithm-unclear",
    title: "Algorithm of key unclear",
    meaning: "The key fits several algorithms and none is named, or does not fit the one that is named.",
    causes: &[
        "An RSA key fits RS256 and PS256, so that one of them has to be named.",
        "The algorithm that is named is for another type of key, such as ES256 for an RSA key.",
    ],
    fixes: &[
        "Name the algorithm that the APIs expect, and that fits the type of the key.",
        "If the APIs expect another algorithm, create a key for that algorithm.",
    ],
    tasks: &[Task::ImportKey],
    related: &[Cause::KeyUnsupported, Cause::KeyUnusable],
    sources: &[Source::rfc("RFC 7518", "3.1")],
});

pub(crate) const KEY_ID_INVALID: Entry = operators(Inside {
    id: "key-id-invalid",
    title: "Key id invalid",
    meaning: "The key id is too long, or has characters other than visible ASCII characters.",
    causes: &[
        "The key id contains a space, or was derived from a text in another script.",
        "The member kid of the JWK has such a value.",
    ],
    fixes: &[
        "Choose a short key id of letters and digits, or omit it to use the thumbprint of the key.",
    ],
    tasks: &[Task::ImportKey],
    related: &[Cause::KeyIdTaken, Cause::KeyMalformed],
    sources: &[Source::rfc("RFC 7517", "4.5")],
});
