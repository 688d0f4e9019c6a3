//! Problems with the APIs for which a token is requested.

use super::forms::refused;
use crate::{Advice, Cause, Disclosure, Entry, ErrorCode, Fault, Source, Status, Task, WireForms};

/// The one answer for an API that does not exist and for one that the application may not call.
///
/// It repeats no value and is the same for both, so that no caller can list the APIs of others.
const AUDIENCE_REFUSED: WireForms = WireForms {
    rfc_by_resource: Some(refused(
        Status::BadRequest,
        ErrorCode::InvalidTarget,
        "The application is not authorized for the requested resource. Check the URI, or ask the operator for access",
    )),
    ..WireForms::same(refused(
        Status::BadRequest,
        ErrorCode::UnauthorizedClient,
        "The application is not authorized for the requested audience. Check the spelling, or ask the operator for access",
    ))
};

/// The one advice for both.
const AUDIENCE_ADVICE: Advice = Advice {
    causes: &[
        "The application is not authorized for the API that the audience names.",
        "The audience differs from the API's identifier by a trailing slash, http instead of https, or letter case.",
        "The API is registered in another environment, or was deleted.",
    ],
    fixes: &[
        "Ask the operator to authorize the application for the API.",
        "Copy the API's identifier instead of typing it; every character of the audience must match.",
        "Send the operator the trace_id of the response; the log has the exact cause under that trace_id.",
    ],
};

/// The rules for a target that a server does not grant.
const SOURCES: &[Source] = &[Source::rfc("RFC 6749", "5.2"), Source::rfc("RFC 8707", "2")];

pub(crate) const AUDIENCE_MISSING: Entry = Entry {
    id: "audience-missing",
    title: "Missing audience",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: {
        /// The parameter to send, under two codes.
        const TEXT: &str = "Missing audience. Set the audience parameter to the identifier of the API that the token is for";
        WireForms {
            rfc: refused(Status::BadRequest, ErrorCode::InvalidTarget, TEXT),
            ..WireForms::same(refused(Status::BadRequest, ErrorCode::InvalidRequest, TEXT))
        }
    },
    operator: "The request has no audience, and the server cannot choose one for the application.",
    for_caller: Advice {
        causes: &[
            "The audience parameter is missing or empty.",
            "The application is authorized for several APIs, so the server cannot choose one.",
        ],
        fixes: &[
            "Set the audience parameter to the identifier of the API that you want to call.",
            "If you need one token for several APIs, repeat the audience parameter; some servers also accept several identifiers with spaces between them.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The application is authorized for several APIs, or the server requires an audience in each request, as with the profile kinde.",
            "The caller was written for a server that has a default audience.",
        ],
        fixes: &[
            "Tell the owner of the caller which audiences the application is authorized for.",
            "If the caller cannot send an audience, set a default audience for the application, if the server supports one.",
            "If the application needs only one API, revoke its other authorizations: a server that can choose an audience then uses the remaining one.",
        ],
    },
    tasks: &[
        Task::ShowApplication,
        Task::SetDefaultAudience,
        Task::ApplyRegistryFile,
    ],
    related: &[Cause::NoApiAuthorized, Cause::AudienceMalformed],
    sources: SOURCES,
};

pub(crate) const AUDIENCE_MALFORMED: Entry = Entry {
    id: "audience-malformed",
    title: "Malformed audience or resource",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: {
        /// The rules of an audience, under two codes.
        const TEXT: &str = "The audience is malformed. Send the identifiers of APIs exactly as they are registered, with one space between two of them";
        let by_request = refused(Status::BadRequest, ErrorCode::InvalidRequest, TEXT);
        WireForms {
            kinde: by_request,
            trusted_application: by_request,
            rfc_by_resource: Some(refused(
                Status::BadRequest,
                ErrorCode::InvalidTarget,
                "The resource must be an absolute URI without a fragment",
            )),
            ..WireForms::same(refused(Status::BadRequest, ErrorCode::InvalidTarget, TEXT))
        }
    },
    operator: "The audience parameter contains a character that is not allowed, or the resource parameter is not an absolute URI without a fragment.",
    for_caller: Advice {
        causes: &[
            "The audience parameter contains a newline, a quotation mark, or a space at its beginning or end.",
            "The identifiers in the audience parameter are separated by more than one space, by commas, or by newlines.",
            "The resource parameter is a path or a name instead of an absolute URI, or the URI has a fragment (#...).",
        ],
        fixes: &[
            "If the server accepts several identifiers in one audience parameter, separate them by one space each; otherwise repeat the parameter for each further API.",
            "Set the resource parameter to an absolute URI without a fragment, such as https://orders.example/api.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The caller joins several audiences with another separator than one space, or percent-encodes an audience twice.",
        ],
        fixes: &[
            "Ask the owner of the caller to send one audience parameter for each API, and to percent-encode each audience once.",
        ],
    },
    tasks: &[],
    related: &[Cause::AudienceUnknown, Cause::AudienceMissing],
    sources: &[Source::rfc("RFC 8707", "2")],
};

pub(crate) const AUDIENCES_TOO_MANY: Entry = Entry {
    id: "audiences-too-many",
    title: "Too many audiences",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::BadRequest,
        ErrorCode::InvalidRequest,
        "Too many audiences. Request one token for each group of APIs that are called together",
    )),
    operator: "The request names more than 16 audiences.",
    for_caller: Advice {
        causes: &["The request names all APIs, and not only those that the token is used for."],
        fixes: &[
            "Request several tokens, each only for the APIs that it is used for; a leaked token then grants access to fewer APIs.",
        ],
    },
    for_operator: Advice {
        causes: &["The caller requests one token for all APIs."],
        fixes: &["Ask the owner of the caller to request one token for each API."],
    },
    tasks: &[],
    related: &[Cause::AudiencesIncompatible, Cause::IssuedTokenTooLong],
    sources: &[Source::rfc("RFC 8707", "2"), Source::rfc("RFC 9700", "2.3")],
};

pub(crate) const AUDIENCE_UNKNOWN: Entry = Entry {
    id: "audience-unknown",
    title: "Unknown audience",
    fault: Fault::Client,
    disclosure: Disclosure::Concealed,
    wire: AUDIENCE_REFUSED,
    operator: "No API has the requested audience.",
    for_caller: AUDIENCE_ADVICE,
    for_operator: Advice {
        causes: &[
            "The audience is misspelled; if a similar audience exists, the diagnosis names it.",
            "The API is registered in another environment, or was deleted.",
        ],
        fixes: &[
            "Compare the audience with those of the registered APIs, and tell the owner of the caller the correct audience.",
            "If the API is not registered, register it, and authorize the application for it.",
        ],
    },
    tasks: &[
        Task::ListApis,
        Task::CreateApi,
        Task::AuthorizeApplication,
        Task::ApplyRegistryFile,
    ],
    related: &[Cause::AudienceNotAuthorized, Cause::AudienceMalformed],
    sources: SOURCES,
};

pub(crate) const AUDIENCE_NOT_AUTHORIZED: Entry = Entry {
    id: "audience-not-authorized",
    title: "Audience not authorized",
    fault: Fault::Operator,
    disclosure: Disclosure::Concealed,
    wire: AUDIENCE_REFUSED,
    operator: "The API exists, but the application is not authorized for it.",
    for_caller: AUDIENCE_ADVICE,
    for_operator: Advice {
        causes: &[
            "The application was never authorized for the API, or its authorization was revoked.",
            "The request has no audience, and the default audience of the application is that of an API that it is not authorized for.",
            "The application is authorized for a similar audience that differs by a slash or a letter.",
        ],
        fixes: &[
            "If the application should have access to the API, authorize the application for it.",
            "If the application should not have access to the API, tell the owner of the caller, and change the default audience of the application if it is that of the API.",
        ],
    },
    tasks: &[Task::AuthorizeApplication, Task::ApplyRegistryFile],
    related: &[
        Cause::AudienceUnknown,
        Cause::NoApiAuthorized,
        Cause::AudienceMismatch,
    ],
    sources: SOURCES,
};

pub(crate) const AUDIENCES_INCOMPATIBLE: Entry = Entry {
    id: "audiences-incompatible",
    title: "Audiences cannot share a token",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: {
        /// The alternative, under two codes.
        const TEXT: &str =
            "These audiences cannot share one token. Request one token for each audience";
        let by_request = refused(Status::BadRequest, ErrorCode::InvalidRequest, TEXT);
        WireForms {
            kinde: by_request,
            trusted_application: by_request,
            ..WireForms::same(refused(Status::BadRequest, ErrorCode::InvalidTarget, TEXT))
        }
    },
    operator: "The requested APIs use different signing algorithms or claim sets.",
    for_caller: Advice {
        causes: &[
            "The APIs expect different kinds of tokens, and one token cannot satisfy them all.",
        ],
        fixes: &[
            "Request one token for each API, or for each group of APIs that expect the same kind of token.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The APIs are registered with different signing algorithms, or with different claims.",
        ],
        fixes: &[
            "Ask the owner of the caller to request one token for each API.",
            "If all of these APIs can verify the same kind of token, register them with the same signing algorithm and the same claims.",
        ],
    },
    tasks: &[Task::SetTokenFormat, Task::ApplyRegistryFile],
    related: &[Cause::AudiencesTooMany, Cause::TokenAlgorithmWrong],
    sources: &[Source::rfc("RFC 8707", "2.2")],
};

pub(crate) const NO_API_AUTHORIZED: Entry = Entry {
    id: "no-api-authorized",
    title: "No API authorized",
    fault: Fault::Operator,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::BadRequest,
        ErrorCode::UnauthorizedClient,
        "The application is not authorized for any API. Ask the operator to authorize it for the API that you want to call",
    )),
    operator: "The application is not authorized for any API, so the server cannot choose one.",
    for_caller: Advice {
        causes: &["The application was created, but has not been authorized for an API yet."],
        fixes: &[
            "Ask the operator to authorize the application for the API that you want to call.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The application is new, or its last authorization was revoked.",
            "The only API that the application was authorized for was deleted.",
        ],
        fixes: &[
            "If the application should have access to an API, authorize the application for it.",
        ],
    },
    tasks: &[Task::AuthorizeApplication, Task::ApplyRegistryFile],
    related: &[
        Cause::AudienceNotAuthorized,
        Cause::AudienceMissing,
        Cause::NoScopeAssigned,
    ],
    sources: SOURCES,
};
