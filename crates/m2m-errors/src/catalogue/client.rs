//! Problems with the authentication of a client, as far as the caller may know them.
//!
//! Problems that the caller may not know are in `concealed.rs`.

use super::forms::{refused, refused_with_value};
use crate::{Advice, Cause, Disclosure, Entry, ErrorCode, Fault, Source, Status, Task, WireForms};

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
    title: "Malformed Basic header",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: header_refused(
        "The Basic header is malformed. Form-urlencode client_id and client_secret, join them with a colon, then apply base64",
    ),
    operator: "The credentials in the Authorization: Basic header are not base64, have no colon, or are not form-urlencoded UTF-8.",
    for_caller: Advice {
        causes: &[
            "The header contains the credentials in plain text, in base64url, or with a line break.",
            "There is no colon between client_id and client_secret.",
            "A percent sign in the secret is not encoded as %25 before base64 is applied.",
        ],
        fixes: &[
            "Form-urlencode client_id and client_secret, join them with a colon, and encode the result as base64 without line breaks.",
            "Send client_id and client_secret in the body instead, where a form library encodes them.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The caller encodes the header by hand.",
            "A shell added a newline to the credentials before they were encoded.",
        ],
        fixes: &[
            "Ask the owner of the caller to send the credentials in the body, or to create the header with a library.",
        ],
    },
    tasks: &[],
    related: &[
        Cause::CredentialsMissing,
        Cause::AuthenticationSchemeUnsupported,
        Cause::SecretWrong,
        Cause::BodyMalformed,
    ],
    sources: &[
        Source::rfc("RFC 6749", "2.3.1"),
        Source::rfc("RFC 7617", "2"),
    ],
};

pub(crate) const AUTHENTICATION_SCHEME_UNSUPPORTED: Entry = Entry {
    id: "authentication-scheme-unsupported",
    title: "Unsupported authentication scheme",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: header_refused(
        "This authentication scheme is not supported. Use Authorization: Basic, or client_id and client_secret in the body",
    ),
    operator: "The Authorization header has a scheme other than Basic.",
    for_caller: Advice {
        causes: &[
            "The HTTP client attaches an old access token as Authorization: Bearer to the token request.",
            "The client is configured for Digest or another scheme.",
        ],
        fixes: &[
            "Send the credentials in an Authorization: Basic header, or in the body without an Authorization header.",
            "Use a separate HTTP client for token requests, without the interceptor that adds the access token.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The caller uses one HTTP client for the token endpoint and for APIs.",
            "A proxy in front of the server adds an Authorization header of its own.",
        ],
        fixes: &[
            "Ask the owner of the caller to use Basic, or to send the credentials in the body without an Authorization header.",
            "Configure the proxy not to add or change the Authorization header.",
        ],
    },
    tasks: &[],
    related: &[
        Cause::BasicMalformed,
        Cause::AuthenticationMethodsSeveral,
        Cause::AssertionUnsupported,
    ],
    sources: &[
        Source::rfc("RFC 6749", "2.3.1"),
        Source::rfc("RFC 6749", "5.2"),
    ],
};

pub(crate) const CREDENTIALS_MISSING: Entry = Entry {
    id: "credentials-missing",
    title: "Missing client id or secret",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: {
        /// The missing parameters, in two profiles under another code than in the others.
        const PLAIN: &str = "Missing client_id or client_secret. Send both, in the body or in an Authorization: Basic header";
        const NAMING: &str = "Missing {}. Send client_id and client_secret, in the body or in an Authorization: Basic header";
        WireForms {
            kinde: refused_with_value(Status::BadRequest, ErrorCode::InvalidRequest, PLAIN, NAMING),
            trusted_application: refused_with_value(
                Status::BadRequest,
                ErrorCode::InvalidRequest,
                "Missing client_id or client_secret",
                "Missing {}",
            ),
            ..WireForms::same(refused_with_value(
                Status::Unauthorized,
                ErrorCode::InvalidClient,
                PLAIN,
                NAMING,
            ))
        }
    },
    operator: "The client id or the client secret is missing from both the body and the Authorization header.",
    for_caller: Advice {
        causes: &[
            "client_id or client_secret is missing or empty.",
            "The setting or the environment variable for the secret is not set where the service runs.",
            "A redirect or a proxy dropped the Authorization header.",
        ],
        fixes: &[
            "Send both client_id and client_secret as form fields, or both in an Authorization: Basic header.",
            "Check that the secret is set where the service runs, without printing the secret.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The caller was deployed without its secret.",
            "A proxy in front of the server removes the Authorization header.",
        ],
        fixes: &[
            "Look up in the diagnosis which parameter is missing, and tell the owner of the caller.",
            "Configure the proxy to forward the Authorization header.",
        ],
    },
    tasks: &[],
    related: &[
        Cause::BasicMalformed,
        Cause::AuthenticationSchemeUnsupported,
        Cause::CredentialsInUrl,
    ],
    sources: &[
        Source::rfc("RFC 6749", "2.3.1"),
        Source::rfc("RFC 6749", "4.4.2"),
    ],
};

pub(crate) const ASSERTION_UNSUPPORTED: Entry = Entry {
    id: "assertion-unsupported",
    title: "Client assertions not supported",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: {
        /// The supported alternative.
        const TEXT: &str =
            "Client assertions are not supported. Authenticate with client_id and client_secret";
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
    operator: "The request contains a client assertion, but this server authenticates clients only by their secret.",
    for_caller: Advice {
        causes: &["The OAuth library is configured for private_key_jwt or client_secret_jwt."],
        fixes: &[
            "Configure the library to use client_secret_basic or client_secret_post.",
            "Check token_endpoint_auth_methods_supported in /.well-known/oauth-authorization-server for the supported methods.",
        ],
    },
    for_operator: Advice {
        causes: &["The caller is configured for a server that accepts client assertions."],
        fixes: &[
            "Ask the owner of the caller to authenticate with client_id and client_secret. If the application has no secret, create one for it.",
        ],
    },
    tasks: &[
        Task::RotateSecret,
        Task::SetSecretHash,
        Task::ApplyRegistryFile,
    ],
    related: &[
        Cause::AuthenticationSchemeUnsupported,
        Cause::AuthenticationMethodNotAllowed,
        Cause::CredentialsMissing,
    ],
    sources: &[
        Source::rfc("RFC 7523", "2.2"),
        Source::rfc("RFC 6749", "2.3"),
    ],
};

pub(crate) const AUTHENTICATION_THROTTLED: Entry = Entry {
    id: "authentication-throttled",
    title: "Too many failed authentications",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: {
        /// The text contains nothing about the client, because every throttled answer has to be the same.
        const TEXT: &str = "Too many failed authentications. Correct client_id and client_secret, and wait for the time in Retry-After";
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
    operator: "Authentication of the client id has failed too often from the caller's network: after 20 failures, only one failed request every 3 seconds gets the usual answer. Requests with the right secret are still accepted.",
    for_caller: Advice {
        causes: &[
            "A service retries with wrong credentials without a pause.",
            "Another program behind the same IP address tries secrets for this client_id.",
        ],
        fixes: &[
            "Correct the credentials; a request with the right secret is accepted at once.",
            "Wait for the time in the Retry-After header before trying again, and increase the delay each time.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "A service did not get its new secret after a rotation, and retries with the old one.",
            "An attacker is guessing secrets.",
            "Several services share an IPv4 address or an IPv6 network (/64), so their failures are counted together.",
            "A proxy is in front of the server, and the server does not trust it to report addresses, so all callers appear to have the proxy's address.",
        ],
        fixes: &[
            "Look up the causes of the preceding failures of this client id in the log, and send the owner of the application the right secret.",
            "If none of your services use the caller's address, block the address in front of the server. The limit does not affect requests with the right secret.",
            "If a proxy is in front of the server, configure both so that the server learns the addresses of callers from the proxy.",
        ],
    },
    tasks: &[Task::TrustProxies],
    related: &[
        Cause::SecretWrong,
        Cause::SecretRotatedOut,
        Cause::QuotaExceeded,
    ],
    sources: &[
        Source::rfc("RFC 6585", "4"),
        Source::rfc("RFC 6749", "2.3.1"),
    ],
};
