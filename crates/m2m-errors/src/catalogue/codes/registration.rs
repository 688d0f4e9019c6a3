//! The codes of the registration of clients.

use crate::{Advice, CodeEntry, Source};

pub(crate) const INVALID_REDIRECT_URI: CodeEntry = CodeEntry {
    code: "invalid_redirect_uri",
    meaning: "A redirect URI in the registration is invalid or not allowed.",
    advice: Advice {
        causes: &[
            "A redirect URI has a fragment, a wildcard, or http instead of https.",
            "The grant types of the registration need a redirect URI, and there is none.",
            "Some servers return this code when the redirect_uri of an authorization request is not a registered one.",
        ],
        fixes: &[
            "Register absolute https addresses without a fragment; http is for loopback addresses only.",
            "Compare the redirect_uri of the request with the registered ones, character by character.",
        ],
    },
    sources: &[Source::rfc("RFC 7591", "3.2.2")],
};

pub(crate) const INVALID_CLIENT_METADATA: CodeEntry = CodeEntry {
    code: "invalid_client_metadata",
    meaning: "A field of the client metadata is invalid, or two fields contradict each other.",
    advice: Advice {
        causes: &[
            "A grant type, response type or authentication method is not supported by the server.",
            "The fields contradict each other, such as private_key_jwt without jwks or jwks_uri.",
            "A URL or a set of keys cannot be read.",
        ],
        fixes: &[
            "Compare the fields with the server's metadata, such as grant_types_supported and token_endpoint_auth_methods_supported.",
            "Register only the fields that are needed, and add others one by one.",
        ],
    },
    sources: &[Source::rfc("RFC 7591", "3.2.2")],
};

pub(crate) const INVALID_SOFTWARE_STATEMENT: CodeEntry = CodeEntry {
    code: "invalid_software_statement",
    meaning: "The software statement of the registration is invalid.",
    advice: Advice {
        causes: &[
            "The software statement is truncated or altered, or has expired.",
            "The server does not have the key of the issuer of the statement.",
        ],
        fixes: &["Get a new software statement from its issuer, and send it unchanged."],
    },
    sources: &[Source::rfc("RFC 7591", "3.2.2")],
};

pub(crate) const UNAPPROVED_SOFTWARE_STATEMENT: CodeEntry = CodeEntry {
    code: "unapproved_software_statement",
    meaning: "The server does not accept this software statement.",
    advice: Advice {
        causes: &[
            "The server does not trust the issuer of the software statement.",
            "The software or its version is not approved for this server.",
        ],
        fixes: &[
            "Ask the operator which issuers and which software the server accepts.",
            "Register without a software statement if the server allows that.",
        ],
    },
    sources: &[Source::rfc("RFC 7591", "3.2.2")],
};
