//! Problems with the authentication of a client, as far as the caller may know them.
//!
//! Problems that the caller may not know are in `concealed.rs`.

use super::forms::{refused, refused_naming};
use super::sentences::{APPLY_WORLD, NEW_SECRET, TRUST_PROXIES};
use crate::{Advice, Disclosure, Entry, ErrorCode, Fault, Source, Status, WireForms};

/// `invalid_client`: with 401 in every profile, since the client used the `Authorization` header (RFC 6749, section 5.2).
const fn header_refused(text: &'static str) -> WireForms {
    WireForms::same(refused(
        Status::Unauthorized,
        ErrorCode::InvalidClient,
        text,
    ))
}

pub(crate) const BASIC_MALFORMED: Entry = Entry {
    id: "basic-malformed",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: header_refused(
        "The Basic header cannot be read. Send base64 of client_id:client_secret, each form-urlencoded before",
    ),
    operator: "The credentials of the Authorization: Basic header are not base64, have no colon, or are not form-urlencoded UTF-8.",
    for_caller: Advice {
        causes: &[
            "The credentials are not base64, or are base64url, or hold a line break.",
            "There is no colon between client_id and client_secret.",
            "A percent sign in the secret is not encoded as %25 before base64 is applied.",
        ],
        fixes: &[
            "Form-urlencode client_id and client_secret, join them with a colon, and encode that as base64 without line breaks.",
            "Send client_id and client_secret in the body instead, where a form library encodes them.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The caller encodes the header by hand.",
            "A shell added a newline to the credentials before they were encoded.",
        ],
        fixes: &[
            "Ask the owner of the caller to send the credentials in the body, or to let a library make the header.",
        ],
    },
    sources: &[
        Source::rfc("RFC 6749", "2.3.1"),
        Source::rfc("RFC 7617", "2"),
    ],
};

pub(crate) const AUTHENTICATION_SCHEME_UNSUPPORTED: Entry = Entry {
    id: "authentication-scheme-unsupported",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: header_refused(
        "This scheme is not taken here. Use Authorization: Basic, or client_id and client_secret in the body",
    ),
    operator: "The Authorization header has another scheme than Basic.",
    for_caller: Advice {
        causes: &[
            "The HTTP client attaches an old access token as Authorization: Bearer to the token request.",
            "The client was set up for Digest or another scheme.",
        ],
        fixes: &[
            "Send Authorization: Basic, or no Authorization header and the credentials in the body.",
            "Take a bare HTTP client for token requests, without the interceptor that adds the token.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The caller uses one HTTP client for the token endpoint and for APIs.",
            "A proxy in front of the server adds an Authorization header of its own.",
        ],
        fixes: &[
            "Ask the owner of the caller to leave the header away, or to use Basic.",
            "Let the proxy add nothing to the Authorization header.",
        ],
    },
    sources: &[
        Source::rfc("RFC 6749", "2.3.1"),
        Source::rfc("RFC 6749", "5.2"),
    ],
};

pub(crate) const CREDENTIALS_MISSING: Entry = Entry {
    id: "credentials-missing",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: {
        /// The missing parameters, in two profiles under another code than in the others.
        const PLAIN: &str = "Missing client_id or client_secret. Send both, in the body or in an Authorization: Basic header";
        const NAMING: &str = "Missing {}. Send client_id and client_secret, in the body or in an Authorization: Basic header";
        WireForms {
            kinde: refused_naming(Status::BadRequest, ErrorCode::InvalidRequest, PLAIN, NAMING),
            trusted_application: refused_naming(
                Status::BadRequest,
                ErrorCode::InvalidRequest,
                "Missing client_id or client_secret",
                "Missing {}",
            ),
            ..WireForms::same(refused_naming(
                Status::Unauthorized,
                ErrorCode::InvalidClient,
                PLAIN,
                NAMING,
            ))
        }
    },
    operator: "The client id or the client secret is missing, in the body as in the Authorization header.",
    for_caller: Advice {
        causes: &[
            "client_id or client_secret was left out, or is empty.",
            "The setting or the environment variable that should hold the secret is not set where the service runs.",
            "A redirect or a proxy dropped the Authorization header.",
        ],
        fixes: &[
            "Send both client_id and client_secret as form fields, or both in an Authorization: Basic header.",
            "Check, without printing it, that the secret is set where the service runs.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The caller was deployed without its secret.",
            "A proxy in front of the server removes the Authorization header.",
        ],
        fixes: &[
            "Tell the owner of the caller which of the two is missing; the diagnosis says it.",
            "Let the proxy forward the Authorization header.",
        ],
    },
    sources: &[
        Source::rfc("RFC 6749", "2.3.1"),
        Source::rfc("RFC 6749", "4.4.2"),
    ],
};

pub(crate) const ASSERTION_UNSUPPORTED: Entry = Entry {
    id: "assertion-unsupported",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: {
        /// The supported alternative.
        const TEXT: &str =
            "Client assertions are not taken here. Authenticate with client_id and client_secret";
        let by_request = refused(Status::BadRequest, ErrorCode::InvalidRequest, TEXT);
        WireForms {
            kinde: by_request,
            trusted_application: by_request,
            ..WireForms::same(refused(
                Status::Unauthorized,
                ErrorCode::InvalidClient,
                TEXT,
            ))
        }
    },
    operator: "The request presents a client assertion, and this server authenticates clients by secret only.",
    for_caller: Advice {
        causes: &["The OAuth library is set to private_key_jwt or client_secret_jwt."],
        fixes: &[
            "Set the library to client_secret_basic or client_secret_post.",
            "Look into token_endpoint_auth_methods_supported in /.well-known/oauth-authorization-server for what is offered.",
        ],
    },
    for_operator: Advice {
        causes: &["The caller is set up for a server that takes assertions signed by the client."],
        fixes: &[
            "Give the owner of the caller a secret for the application.",
            NEW_SECRET,
            APPLY_WORLD,
        ],
    },
    sources: &[
        Source::rfc("RFC 7523", "2.2"),
        Source::rfc("RFC 6749", "2.3"),
    ],
};

pub(crate) const AUTHENTICATION_THROTTLED: Entry = Entry {
    id: "authentication-throttled",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: {
        /// The text contains nothing about the client, because every throttled answer has to be the same.
        const TEXT: &str = "Too many failed authentications. Correct client_id and client_secret, and wait as Retry-After says";
        WireForms {
            generic: refused(
                Status::ServiceUnavailable,
                ErrorCode::TemporarilyUnavailable,
                TEXT,
            ),
            ..WireForms::same(refused(
                Status::TooManyRequests,
                ErrorCode::TemporarilyUnavailable,
                TEXT,
            ))
        }
    },
    operator: "More authentications of this client id have failed from this network than are answered as they are: 20, and then one every 3 seconds. The right secret is answered all the same.",
    for_caller: Advice {
        causes: &[
            "A service retries with wrong credentials without a pause.",
            "A neighbour behind the same address tries out secrets for this client_id.",
        ],
        fixes: &[
            "Correct the credentials: a request with the right secret is answered at once.",
            "Wait as long as the Retry-After header says before trying again, and longer each time.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "A service was not given its new secret after a rotation, and retries.",
            "Somebody guesses secrets.",
            "Several services share an address of IPv4 or a /64 of IPv6, and count together.",
            "The server stands behind a proxy, and takes the proxy's address for that of all callers.",
        ],
        fixes: &[
            "Look into the log for the causes of the failures of this client id just before, and give its owner the right secret.",
            "Block the address in front of the server if nobody of yours is behind it; the right secret works meanwhile.",
            TRUST_PROXIES,
        ],
    },
    sources: &[
        Source::rfc("RFC 6585", "4"),
        Source::rfc("RFC 6749", "2.3.1"),
    ],
};
