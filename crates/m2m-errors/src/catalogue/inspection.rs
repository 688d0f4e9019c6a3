//! Problems with a request about a token, at the introspection and the revocation endpoint.

use super::forms::refused;
use crate::{Advice, Cause, Disclosure, Entry, ErrorCode, Fault, Source, Status, Task, WireForms};

pub(crate) const TOKEN_PARAMETER_MISSING: Entry = Entry {
    id: "token-parameter-missing",
    title: "Parameter token missing",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::BadRequest,
        ErrorCode::InvalidRequest,
        "The parameter token is missing. Send the token that the request is about in the body",
    )),
    operator: "A request to introspect or to revoke a token has no parameter token in its body, or an empty one.",
    for_caller: Advice {
        causes: &[
            "The parameter has another name, such as access_token.",
            "The variable that should contain the token is empty.",
            "The token is in the URL, where parameters are not read.",
        ],
        fixes: &[
            "Send the token as the parameter token in the body, which is a form.",
            "Check that the variable with the token has a value before the request is sent.",
        ],
    },
    for_operator: Advice {
        causes: &["The caller sends the token under another name, in the URL, or not at all."],
        fixes: &["Ask the owner of the caller to send the parameter token in the body."],
    },
    tasks: &[],
    related: &[Cause::ContentTypeWrong, Cause::GrantTypeMissing],
    sources: &[
        Source::rfc("RFC 7662", "2.1"),
        Source::rfc("RFC 7009", "2.1"),
    ],
};

pub(crate) const TOKEN_OF_OTHER_CLIENT: Entry = Entry {
    id: "token-of-other-client",
    title: "Revocation by another client",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::BadRequest,
        ErrorCode::UnauthorizedClient,
        "The token was issued to another client. A client can revoke only its own tokens",
    )),
    operator: "A client tried to revoke a token that was issued to another client.",
    for_caller: Advice {
        causes: &[
            "The request authenticates as another client than the one that obtained the token.",
            "An API tries to revoke a token that a caller sent to it.",
        ],
        fixes: &[
            "Send the credentials of the client that obtained the token.",
            "If the token was stolen, ask the operator to revoke it.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "Two applications use each other's credentials or tokens by mistake.",
            "The owner of an API wants to stop a caller, and only the caller or the operator can do so.",
        ],
        fixes: &[
            "If the token has to be revoked, revoke it as the operator.",
            "If the client and the token belong to the same service, ask its owner to use the credentials of one application for both.",
        ],
    },
    tasks: &[Task::RevokeToken],
    related: &[Cause::ClientMismatch, Cause::TokenRevoked],
    sources: &[Source::rfc("RFC 7009", "2.1")],
};

pub(crate) const TOKEN_NOT_REVOCABLE: Entry = Entry {
    id: "token-not-revocable",
    title: "Token cannot be revoked",
    fault: Fault::Operator,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::BadRequest,
        ErrorCode::UnsupportedTokenType,
        "This token cannot be revoked. It is valid until it expires",
    )),
    operator: "The token has no jti by which it could be revoked, or the server cannot keep revocations as long as its tokens are valid.",
    for_caller: Advice {
        causes: &["The server cannot revoke tokens of this kind."],
        fixes: &[
            "Stop using the token; it expires at the time in its exp claim.",
            "If the token was stolen, ask the operator to make all tokens of the application invalid.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The server serves a registry file and reads its signing keys from a directory, so that tokens are valid after a restart and revocations would be lost.",
            "The token was signed elsewhere with a key that was imported.",
        ],
        fixes: &[
            "Serve the registry from a data directory, which keeps revocations.",
            "Set the application's not_before, which makes all of its earlier tokens invalid.",
        ],
    },
    tasks: &[Task::SetNotBefore, Task::ApplyRegistryFile],
    related: &[Cause::TokenRevoked, Cause::RegistryReadOnly],
    sources: &[Source::rfc("RFC 7009", "2.2.1")],
};
