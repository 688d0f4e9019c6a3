//! Answers that a client cannot use: they are not those of a token endpoint, or not those of the intended issuer.

use super::inside::{Inside, clients};
use crate::{Cause, Entry, Source};

pub(crate) const METADATA_NOT_FOUND: Entry = clients(Inside {
    id: "metadata-not-found",
    title: "Metadata not found",
    meaning: "There is no metadata of an issuer at the address where it belongs.",
    causes: &[
        "The issuer is misspelled, or is the address of something else, such as a dashboard, an API or a token endpoint.",
        "The path of the issuer, such as a tenant, is missing or wrong.",
        "A proxy, a firewall or a login page answers instead of the server.",
    ],
    fixes: &[
        "Copy the issuer exactly from the documentation of the server, or from the claim iss of one of its tokens.",
        "Fetch /.well-known/oauth-authorization-server or /.well-known/openid-configuration of the issuer with curl, and check which server answers.",
    ],
    tasks: &[],
    related: &[Cause::MetadataIssuerMismatch, Cause::AnswerNotUnderstood],
    sources: &[Source::rfc("RFC 8414", "3")],
});

pub(crate) const METADATA_ISSUER_MISMATCH: Entry = clients(Inside {
    id: "metadata-issuer-mismatch",
    title: "Metadata of another issuer",
    meaning: "The metadata names another issuer than the one that the client asked for.",
    causes: &[
        "The issuer differs in a detail, such as a trailing slash, http instead of https, or another name of the same host.",
        "The server is behind a proxy and is not configured with its public address.",
    ],
    fixes: &[
        "If this is the intended server, use the issuer exactly as it is in its metadata.",
        "If it is your server, set its issuer to the address that callers use.",
    ],
    tasks: &[],
    related: &[Cause::IssuerMismatch, Cause::MetadataNotFound],
    sources: &[Source::rfc("RFC 8414", "3.3")],
});

pub(crate) const TOKEN_ENDPOINT_MISSING: Entry = clients(Inside {
    id: "token-endpoint-missing",
    title: "Token endpoint missing",
    meaning: "The metadata of the issuer names no token endpoint that the client can use.",
    causes: &[
        "The server does not issue tokens to machines, or its metadata is incomplete.",
        "The server is behind a proxy that terminates TLS, and is not configured with its https address.",
    ],
    fixes: &["Ask the operator of the server to publish a token_endpoint that is an https URL."],
    tasks: &[],
    related: &[Cause::MetadataNotFound],
    sources: &[Source::rfc("RFC 8414", "2")],
});

pub(crate) const ANSWER_REDIRECTED: Entry = clients(Inside {
    id: "answer-redirected",
    title: "Answer is a redirect",
    meaning: "The token endpoint answered with a redirect, which a client does not follow with a secret.",
    causes: &[
        "The address uses http, and the server redirects to https.",
        "The path of the address is wrong: it lacks a slash, has an extra one, or is that of a web page.",
        "The server has moved.",
    ],
    fixes: &[
        "If you trust the target of the redirect, use that address.",
        "Configure only the issuer, so that the token endpoint is read from its metadata.",
    ],
    tasks: &[],
    related: &[Cause::PathUnknown, Cause::AnswerNotUnderstood],
    sources: &[Source::rfc("RFC 9110", "15.4")],
});

pub(crate) const ANSWER_NOT_UNDERSTOOD: Entry = clients(Inside {
    id: "answer-not-understood",
    title: "Answer not understood",
    meaning: "The answer is neither a token nor an error of OAuth.",
    causes: &[
        "A proxy, a firewall or a login page answers instead of the server.",
        "The address is that of a web page or another service, not that of a token endpoint.",
    ],
    fixes: &[
        "Fetch the metadata of the issuer with curl from the same machine, and check which server answers.",
        "Compare the address with token_endpoint in the metadata of the issuer.",
    ],
    tasks: &[],
    related: &[
        Cause::AnswerRedirected,
        Cause::MetadataNotFound,
        Cause::AnswerNotHttp,
    ],
    sources: &[
        Source::rfc("RFC 6749", "5.1"),
        Source::rfc("RFC 6749", "5.2"),
    ],
});

pub(crate) const TOKEN_TYPE_UNSUPPORTED: Entry = clients(Inside {
    id: "token-type-unsupported",
    title: "Token type not supported",
    meaning: "The server issued a token of a type that the client does not support.",
    causes: &[
        "The server binds tokens to a proof of possession, such as DPoP, which this client does not support.",
    ],
    fixes: &["Register the application for bearer tokens, or use a client that supports the type."],
    tasks: &[],
    related: &[Cause::TokenBound, Cause::TokenUnusable],
    sources: &[Source::rfc("RFC 6749", "7.1")],
});

pub(crate) const TOKEN_UNUSABLE: Entry = clients(Inside {
    id: "token-unusable",
    title: "Issued token unusable",
    meaning: "The token that the server issued is empty, or has characters that a header cannot contain.",
    causes: &["The server, or a proxy that changes its answers, is faulty."],
    fixes: &[
        "Request a token with curl from the same machine, and send the answer, without the token, to the operator of the server.",
    ],
    tasks: &[],
    related: &[Cause::TokenTypeUnsupported, Cause::AnswerNotUnderstood],
    sources: &[Source::rfc("RFC 6750", "2.1")],
});

pub(crate) const TOKEN_REQUEST_REFUSED: Entry = clients(Inside {
    id: "token-request-refused",
    title: "Token request refused",
    meaning: "The token endpoint of a server refused the request of a client with an error code.",
    causes: &[
        "The credentials, the audience or the scope of the client are wrong; the error code in the answer is more exact.",
    ],
    fixes: &[
        "Look up the error code of the answer, and read its error_description.",
        "If the answer has a trace_id, ask the operator of the server for the exact cause.",
    ],
    tasks: &[],
    related: &[
        Cause::ClientUnknown,
        Cause::SecretWrong,
        Cause::AudienceNotAuthorized,
        Cause::ScopeNotAssigned,
    ],
    sources: &[Source::rfc("RFC 6749", "5.2")],
});
