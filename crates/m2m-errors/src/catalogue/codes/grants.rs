//! The codes of other grants and of extensions of the token endpoint.

use crate::{Advice, CodeEntry, Source};

pub(crate) const AUTHORIZATION_PENDING: CodeEntry = CodeEntry {
    code: "authorization_pending",
    meaning: "The user has not finished the authorization on the other device yet.",
    advice: Advice {
        causes: &[
            "The user has not opened the verification page, or has not entered the code and confirmed yet.",
            "The client polls the token endpoint faster than the user can act, which is expected in the device flow.",
        ],
        fixes: &[
            "Keep polling, and wait between two requests for the interval from the device authorization response, or 5 seconds if it has none.",
            "Show the user the verification address and the code again.",
            "If the caller is a service without a user, use the client credentials grant instead of the device flow.",
        ],
    },
    sources: &[Source::rfc("RFC 8628", "3.5")],
};

pub(crate) const SLOW_DOWN: CodeEntry = CodeEntry {
    code: "slow_down",
    meaning: "The user has not finished the authorization yet, and the client polls too often.",
    advice: Advice {
        causes: &[
            "The client polls the token endpoint more often than the interval of the device authorization response allows.",
            "Several processes poll with the same device code.",
        ],
        fixes: &[
            "Add 5 seconds to the interval, for this request and all later ones.",
            "Poll with one process for each device code.",
        ],
    },
    sources: &[Source::rfc("RFC 8628", "3.5")],
};

pub(crate) const EXPIRED_TOKEN: CodeEntry = CodeEntry {
    code: "expired_token",
    meaning: "The device code has expired, and the device flow has to start again.",
    advice: Advice {
        causes: &[
            "The user did not confirm before the time in expires_in of the device authorization response was over.",
            "The client continued to poll with an old device code.",
            "Some APIs return this code for an access token that has expired.",
        ],
        fixes: &[
            "Request a new device code, and show the user the new code.",
            "If the request was a call to an API, request a new access token, and use it before it expires.",
        ],
    },
    sources: &[Source::rfc("RFC 8628", "3.5")],
};

pub(crate) const INVALID_AUTHORIZATION_DETAILS: CodeEntry = CodeEntry {
    code: "invalid_authorization_details",
    meaning: "The parameter authorization_details is malformed, has an unknown type, or does not match that type.",
    advice: Advice {
        causes: &[
            "A type in authorization_details is misspelled, or the server does not support it.",
            "A member of a type is missing, unknown, or has an invalid value.",
            "The value is not a JSON array, or is not percent-encoded in the form.",
            "The client may not use this type.",
        ],
        fixes: &[
            "Check authorization_details_types_supported in the server's metadata for the supported types.",
            "Send a JSON array of objects, each with a type, and let a library encode the form.",
            "Ask the operator to allow the type for the client.",
        ],
    },
    sources: &[Source::rfc("RFC 9396", "5")],
};

pub(crate) const UNSUPPORTED_POP_KEY: CodeEntry = CodeEntry {
    code: "unsupported_pop_key",
    meaning: "The API cannot process the key that the client wants to prove possession of.",
    advice: Advice {
        causes: &[
            "The client sent an asymmetric key, and the API supports only symmetric keys.",
            "The type or the curve of the key is not supported.",
        ],
        fixes: &[
            "Send a key of a type that the API supports, or let the authorization server generate one.",
            "If the API does not need a bound token, request a token without a key.",
        ],
    },
    sources: &[Source::rfc("RFC 9200", "5.8.3")],
};

pub(crate) const INCOMPATIBLE_ACE_PROFILES: CodeEntry = CodeEntry {
    code: "incompatible_ace_profiles",
    meaning: "The client and the API have no profile of ACE in common.",
    advice: Advice {
        causes: &[
            "The client requests a profile of ACE that the API does not support.",
            "The API is registered with the wrong profile at the authorization server.",
        ],
        fixes: &[
            "Use a profile that the API supports, such as coap_dtls or coap_oscore.",
            "Ask the operator to compare the profiles that are registered for the API.",
        ],
    },
    sources: &[Source::rfc("RFC 9200", "5.8.3")],
};
