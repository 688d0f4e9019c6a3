//! Problems with the APIs for which a token is requested.

use super::forms::refused;
use super::sentences::APPLY_WORLD;
use crate::{Advice, Disclosure, Entry, ErrorCode, Fault, Source, Status, WireForms};

/// The one answer for an API that does not exist and for one that the application may not call.
///
/// It repeats no value and is the same for both, so that no caller can list the APIs of others.
const AUDIENCE_REFUSED: WireForms = WireForms {
    rfc_by_resource: Some(refused(
        Status::BadRequest,
        ErrorCode::InvalidTarget,
        "The application is not authorized for the requested resource. Check its address, and have the API authorized",
    )),
    ..WireForms::same(refused(
        Status::BadRequest,
        ErrorCode::UnauthorizedClient,
        "The application is not authorized for the requested audience. Check its spelling, and have the API authorized",
    ))
};

/// The one advice for both.
const AUDIENCE_ADVICE: Advice = Advice {
    causes: &[
        "The application has not been authorized for the API that the audience names.",
        "The audience is not written as the API's identifier is: a slash more or less, http for https, other capitals.",
        "The API is registered in another environment, or was deleted.",
    ],
    fixes: &[
        "Ask the operator to authorize the application for the API.",
        "Copy the audience from the identifier of the API instead of typing it: every character counts.",
        "Ask the operator to look up the trace_id of the answer: it names the exact cause.",
    ],
};

/// The rules for a target that a server does not grant.
const SOURCES: &[Source] = &[Source::rfc("RFC 6749", "5.2"), Source::rfc("RFC 8707", "2")];

pub(crate) const AUDIENCE_MISSING: Entry = Entry {
    id: "audience-missing",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: {
        /// The parameter to send, under two codes.
        const TEXT: &str =
            "Missing audience. Send audience with the identifier of the API that the token is for";
        WireForms {
            rfc: refused(Status::BadRequest, ErrorCode::InvalidTarget, TEXT),
            ..WireForms::same(refused(Status::BadRequest, ErrorCode::InvalidRequest, TEXT))
        }
    },
    operator: "The request names no audience, and none can be assumed for the application.",
    for_caller: Advice {
        causes: &[
            "The audience parameter was forgotten or is empty.",
            "The application is authorized for several APIs, so that the server cannot choose one.",
        ],
        fixes: &[
            "Send audience with the identifier of the API that you want to call.",
            "Repeat audience if one token is to be good for several APIs.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The profile demands an audience, or the application is authorized for more APIs than one.",
            "The caller was written for a server that assumes an audience.",
        ],
        fixes: &[
            "Tell the owner of the caller the audiences of the application: they stand in its authorize in world.toml.",
            "Leave one audience in its authorize; then profiles other than kinde assume that.",
            APPLY_WORLD,
        ],
    },
    sources: SOURCES,
};

pub(crate) const AUDIENCE_MALFORMED: Entry = Entry {
    id: "audience-malformed",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: {
        /// The rules of an audience, under two codes.
        const TEXT: &str = "The audience is not an identifier of an API. Send it as the API has it, without spaces";
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
    operator: "The audience holds a byte that no audience has, or the resource is not an absolute URI without a fragment.",
    for_caller: Advice {
        causes: &[
            "The audience holds a space, a newline or several identifiers in one value.",
            "The resource is a path or a name, or has a part after a number sign.",
        ],
        fixes: &[
            "Send one identifier in each audience parameter, and repeat the parameter for several.",
            "Send resource as an absolute URI such as https://orders.example/api, without a fragment.",
        ],
    },
    for_operator: Advice {
        causes: &["The caller joins several audiences into one value, or encodes it twice."],
        fixes: &["Tell the owner of the caller to repeat the parameter, once for each API."],
    },
    sources: &[Source::rfc("RFC 8707", "2")],
};

pub(crate) const AUDIENCES_TOO_MANY: Entry = Entry {
    id: "audiences-too-many",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::BadRequest,
        ErrorCode::InvalidRequest,
        "Too many audiences. Ask for a token for each group of APIs that are called together",
    )),
    operator: "The request names more audiences than the limit.",
    for_caller: Advice {
        causes: &["The request lists every API instead of those that this token will be used for."],
        fixes: &[
            "Request several tokens, each for the APIs that are called with it: a lost token then opens less.",
        ],
    },
    for_operator: Advice {
        causes: &["The caller wants one token for everything."],
        fixes: &["Advise the owner of the caller to take a token for each API."],
    },
    sources: &[Source::rfc("RFC 8707", "2"), Source::rfc("RFC 9700", "2.3")],
};

pub(crate) const AUDIENCE_UNKNOWN: Entry = Entry {
    id: "audience-unknown",
    fault: Fault::Client,
    disclosure: Disclosure::Concealed,
    wire: AUDIENCE_REFUSED,
    operator: "No API has this audience.",
    for_caller: AUDIENCE_ADVICE,
    for_operator: Advice {
        causes: &[
            "The audience is misspelled; the diagnosis names the nearest that exists.",
            "The API is registered in another environment, or was deleted.",
        ],
        fixes: &[
            "Compare the audience with those in world.toml, and give the right one to the owner of the caller.",
            "If the API is missing, add it to world.toml, and its audience to authorize of the application.",
            APPLY_WORLD,
        ],
    },
    sources: SOURCES,
};

pub(crate) const AUDIENCE_NOT_AUTHORIZED: Entry = Entry {
    id: "audience-not-authorized",
    fault: Fault::Operator,
    disclosure: Disclosure::Concealed,
    wire: AUDIENCE_REFUSED,
    operator: "The API exists, and the application is not authorized for it.",
    for_caller: AUDIENCE_ADVICE,
    for_operator: Advice {
        causes: &[
            "Nobody has authorized the application for the API yet, or the authorization was withdrawn.",
            "The application is authorized for an audience that differs by a slash or a letter.",
        ],
        fixes: &[
            "If the application is to call the API, add the audience to its authorize in world.toml.",
            APPLY_WORLD,
            "If it is not, tell the owner of the caller so.",
        ],
    },
    sources: SOURCES,
};

pub(crate) const AUDIENCES_INCOMPATIBLE: Entry = Entry {
    id: "audiences-incompatible",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: {
        /// The alternative, under two codes.
        const TEXT: &str =
            "One token cannot serve these audiences together. Request a token for each";
        let by_request = refused(Status::BadRequest, ErrorCode::InvalidRequest, TEXT);
        WireForms {
            kinde: by_request,
            trusted_application: by_request,
            ..WireForms::same(refused(Status::BadRequest, ErrorCode::InvalidTarget, TEXT))
        }
    },
    operator: "The requested APIs disagree on the signing algorithm or on the claim set.",
    for_caller: Advice {
        causes: &["The APIs expect tokens of different kinds, and one token can only be of one."],
        fixes: &["Request a token for each API, or for each group of APIs of the same kind."],
    },
    for_operator: Advice {
        causes: &["signing_alg or claims differ between the APIs in world.toml."],
        fixes: &[
            "Ask the owner of the caller to request one token for each API.",
            "Or set the same signing_alg and claims for the APIs in world.toml, if their guards can read it.",
            APPLY_WORLD,
        ],
    },
    sources: &[Source::rfc("RFC 8707", "2.2")],
};

pub(crate) const NO_API_AUTHORIZED: Entry = Entry {
    id: "no-api-authorized",
    fault: Fault::Operator,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::BadRequest,
        ErrorCode::UnauthorizedClient,
        "The application is not authorized for any API. Have it authorized for the one to call",
    )),
    operator: "The application is not authorized for any API, so that there is no audience to assume.",
    for_caller: Advice {
        causes: &["The application was created, and not yet authorized for an API."],
        fixes: &[
            "Ask the operator to authorize the application for the API that you want to call.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The application is new, or its last authorization was withdrawn.",
            "The API that it was authorized for was deleted.",
        ],
        fixes: &[
            "Add the audience of the API to authorize of the application in world.toml.",
            APPLY_WORLD,
        ],
    },
    sources: SOURCES,
};
