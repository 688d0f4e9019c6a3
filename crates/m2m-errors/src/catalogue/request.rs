//! Problems with the form of a token request, regardless of the caller.

use super::forms::{refused, refused_naming};
use super::sentences::{APPLY_WORLD, NEW_SECRET};
use crate::{Advice, Disclosure, Entry, ErrorCode, Fault, Source, Status, Wire, WireForms};

/// The answer of a server for trusted applications to all problems with the form.
const TRUSTED_APPLICATION: Wire = refused(
    Status::BadRequest,
    ErrorCode::InvalidGrant,
    "Client credentials are invalid or missing",
);

/// `invalid_request` in every profile.
const fn invalid(text: &'static str) -> WireForms {
    WireForms::same(refused(Status::BadRequest, ErrorCode::InvalidRequest, text))
}

/// `invalid_request`, and for trusted applications their one answer to a bad form.
const fn invalid_form(wire: Wire) -> WireForms {
    WireForms {
        trusted_application: TRUSTED_APPLICATION,
        ..WireForms::same(wire)
    }
}

/// `unsupported_grant_type`, which Kinde counts among the invalid requests.
const fn grant_type_refused(
    plain: &'static str,
    with_value: &'static str,
    trusted_application: Wire,
) -> WireForms {
    WireForms {
        kinde: refused_naming(
            Status::BadRequest,
            ErrorCode::InvalidRequest,
            plain,
            with_value,
        ),
        trusted_application,
        ..WireForms::same(refused_naming(
            Status::BadRequest,
            ErrorCode::UnsupportedGrantType,
            plain,
            with_value,
        ))
    }
}

pub(crate) const CONTENT_TYPE_WRONG: Entry = Entry {
    id: "content-type-wrong",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid_form(refused(
        Status::BadRequest,
        ErrorCode::InvalidRequest,
        "Send the body as application/x-www-form-urlencoded and say so in the Content-Type header",
    )),
    operator: "The Content-Type of the body is missing, or is not application/x-www-form-urlencoded.",
    for_caller: Advice {
        causes: &[
            "The parameters are sent as JSON or as multipart/form-data.",
            "The request has no Content-Type header.",
        ],
        fixes: &[
            "Send the parameters as a form, with the header Content-Type: application/x-www-form-urlencoded.",
            "With curl use --data-urlencode, which sets both; do not add a JSON header of your own.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The caller's HTTP client sends JSON unless told otherwise.",
            "A proxy in front of the server drops or changes the Content-Type header.",
        ],
        fixes: &[
            "Send the owner of the caller a request that works, such as the curl line that m2m demo prints.",
            "Let the proxy forward the Content-Type header as it came.",
        ],
    },
    sources: &[
        Source::rfc("RFC 6749", "4.4.2"),
        Source::rfc("RFC 6749", "appendix B"),
    ],
};

pub(crate) const BODY_MALFORMED: Entry = Entry {
    id: "body-malformed",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid_form(refused(
        Status::BadRequest,
        ErrorCode::InvalidRequest,
        "The body is not a form. Write parameters as name=value joined by &, percent-encoded UTF-8",
    )),
    operator: "The body cannot be read as a form: a percent sign without two hexadecimal digits, or bytes that are not UTF-8.",
    for_caller: Advice {
        causes: &[
            "A percent sign in a value, often in the secret, is not encoded as %25.",
            "The body is in another character encoding than UTF-8.",
            "The body is JSON under the Content-Type of a form.",
        ],
        fixes: &[
            "Let a library encode the form, such as curl's --data-urlencode, instead of joining strings.",
            "Encode all values as UTF-8 before percent-encoding them.",
        ],
    },
    for_operator: Advice {
        causes: &["The caller builds the body by hand and does not percent-encode the values."],
        fixes: &[
            "Tell the owner of the caller where the first bad byte is, and to let a library encode the form.",
        ],
    },
    sources: &[
        Source::rfc("RFC 6749", "4.4.2"),
        Source::rfc("RFC 6749", "appendix B"),
    ],
};

pub(crate) const PARAMETER_REPEATED: Entry = Entry {
    id: "parameter-repeated",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid_form(refused_naming(
        Status::BadRequest,
        ErrorCode::InvalidRequest,
        "A parameter is repeated. Send each once; only audience and resource may be repeated",
        "The parameter {} is repeated. Send it once; only audience and resource may be repeated",
    )),
    operator: "A parameter that may stand once stands more than once.",
    for_caller: Advice {
        causes: &[
            "Several scopes are sent as several scope parameters.",
            "The HTTP library adds a parameter that the request already has.",
        ],
        fixes: &[
            "Send all scopes in one scope parameter, with a space between them.",
            "Print the encoded body and remove the second occurrence.",
        ],
    },
    for_operator: Advice {
        causes: &["The caller's code and its library both add the parameter."],
        fixes: &["Tell the owner of the caller which parameter stands twice, and to send it once."],
    },
    sources: &[Source::rfc("RFC 6749", "3.2"), Source::rfc("RFC 8707", "2")],
};

pub(crate) const PARAMETERS_TOO_MANY: Entry = Entry {
    id: "parameters-too-many",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid("There are too many parameters. Send only those that a token request needs"),
    operator: "The form has more parameters than the limit.",
    for_caller: Advice {
        causes: &["A whole page's form or a list of other data is sent to the token endpoint."],
        fixes: &[
            "Send grant_type, client_id, client_secret, audience and scope, and nothing else.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The caller sends data of its own along, or tries to make the server work for nothing.",
        ],
        fixes: &["Tell the owner of the caller which parameters a token request has."],
    },
    sources: &[Source::rfc("RFC 6749", "4.4.2")],
};

pub(crate) const PARAMETER_TOO_LONG: Entry = Entry {
    id: "parameter-too-long",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused_naming(
        Status::BadRequest,
        ErrorCode::InvalidRequest,
        "A parameter is too long. Check that it holds the value that was meant",
        "The parameter {} is too long. Check that it holds the value that was meant",
    )),
    operator: "The name or the value of a parameter is longer than the limit.",
    for_caller: Advice {
        causes: &[
            "A file's contents or a token was put where a short value belongs.",
            "The list of scopes is very long.",
        ],
        fixes: &[
            "Print the length of each value before sending it, and correct the one that surprises.",
            "Leave out scope to get all that are assigned, instead of listing them.",
        ],
    },
    for_operator: Advice {
        causes: &["The caller reads a parameter from the wrong variable or file."],
        fixes: &[
            "Ask the owner of the caller to look at the length of each parameter before it is sent.",
        ],
    },
    sources: &[Source::rfc("RFC 6749", "4.4.2")],
};

pub(crate) const CREDENTIALS_IN_URL: Entry = Entry {
    id: "credentials-in-url",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid(
        "Credentials must not stand in the address. Send them in the body or in a Basic header",
    ),
    operator: "A credential stands in the query of the request target, where logs and proxies keep it.",
    for_caller: Advice {
        causes: &[
            "The parameters of the form are sent as a query.",
            "The HTTP library was told to send parameters, which it takes for the query.",
        ],
        fixes: &[
            "Send client_id and client_secret in the body, or in an Authorization: Basic header.",
            "Have the secret rotated: each proxy and each log on the way may have kept it.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The caller puts the form into the address, and its secret has reached every log on the way.",
        ],
        fixes: &[
            "Treat the secret as leaked, and hand a new one to its owner.",
            NEW_SECRET,
            APPLY_WORLD,
            "Remove the address from the logs of proxies in front of the server.",
        ],
    },
    sources: &[Source::rfc("RFC 6749", "2.3.1")],
};

pub(crate) const AUTHENTICATION_METHODS_SEVERAL: Entry = Entry {
    id: "authentication-methods-several",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid(
        "Authenticate in one way: with a Basic header, or with client_secret in the body, not with both",
    ),
    operator: "The request uses more than one method of client authentication.",
    for_caller: Advice {
        causes: &[
            "The OAuth library sends a Basic header, and the request adds client_secret to the body.",
            "A client assertion is sent beside a secret.",
        ],
        fixes: &[
            "Send the secret once: in an Authorization: Basic header, or as client_secret in the body.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The caller's OAuth library authenticates by itself, and its code authenticates a second time.",
        ],
        fixes: &["Ask the owner of the caller to switch one of the two off."],
    },
    sources: &[Source::rfc("RFC 6749", "2.3")],
};

pub(crate) const CLIENT_ID_MISMATCH: Entry = Entry {
    id: "client-id-mismatch",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid(
        "The client_id in the body is not the one in the Authorization header. Send the same, or only one",
    ),
    operator: "The Authorization header and the body name different clients.",
    for_caller: Advice {
        causes: &[
            "The header and the body are filled from different settings, one of which is out of date.",
        ],
        fixes: &["Leave client_id out of the body, or take both from the same setting."],
    },
    for_operator: Advice {
        causes: &["The caller mixes the credentials of two applications or of two environments."],
        fixes: &[
            "Ask the owner of the caller to take the client id and the secret from the same setting.",
        ],
    },
    sources: &[Source::rfc("RFC 6749", "2.3")],
};

pub(crate) const GRANT_TYPE_MISSING: Entry = Entry {
    id: "grant-type-missing",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid_form(refused(
        Status::BadRequest,
        ErrorCode::InvalidRequest,
        "Missing grant_type. Send grant_type=client_credentials",
    )),
    operator: "The request has no grant_type, or an empty one.",
    for_caller: Advice {
        causes: &[
            "The grant_type parameter was forgotten or is empty.",
            "The parameters stand in the query or in a JSON body, so that the form is empty.",
        ],
        fixes: &[
            "Send grant_type=client_credentials in the body, as application/x-www-form-urlencoded.",
        ],
    },
    for_operator: Advice {
        causes: &["The caller's request lacks the parameter, or a proxy dropped the body."],
        fixes: &[
            "Send the owner of the caller a request that works, such as the curl line that m2m demo prints.",
            "Check that the proxy forwards the body of a POST.",
        ],
    },
    sources: &[
        Source::rfc("RFC 6749", "4.4.2"),
        Source::rfc("RFC 6749", "5.2"),
    ],
};

pub(crate) const GRANT_TYPE_UNSUPPORTED: Entry = Entry {
    id: "grant-type-unsupported",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: grant_type_refused(
        "Unsupported grant type. Send grant_type=client_credentials",
        "Unsupported grant type: {}. Send grant_type=client_credentials",
        refused_naming(
            Status::BadRequest,
            ErrorCode::UnsupportedGrantType,
            "Unsupported grant type",
            "Unsupported grant type: {}",
        ),
    ),
    operator: "The grant type is one that OAuth knows and that this server does not offer.",
    for_caller: Advice {
        causes: &[
            "The request uses password, authorization_code or refresh_token, which are for users and not for services.",
            "The OAuth library is set up for the login of a user.",
        ],
        fixes: &[
            "Send grant_type=client_credentials.",
            "Ask for a new token in the same way when the old one ends: there is no refresh token in this grant.",
        ],
    },
    for_operator: Advice {
        causes: &["The caller uses a flow for users where a service signs in for itself."],
        fixes: &[
            "Ask the owner of the caller to use the client credentials grant; this server issues tokens in no other way.",
        ],
    },
    sources: &[
        Source::rfc("RFC 6749", "4.4.2"),
        Source::rfc("RFC 6749", "5.2"),
    ],
};

pub(crate) const GRANT_TYPE_UNKNOWN: Entry = Entry {
    id: "grant-type-unknown",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: grant_type_refused(
        "Unknown grant type. Send grant_type=client_credentials",
        "Unknown grant type: {}. Send grant_type=client_credentials",
        TRUSTED_APPLICATION,
    ),
    operator: "The grant type is none that OAuth knows; most often it is client_credentials misspelled.",
    for_caller: Advice {
        causes: &[
            "The grant type is misspelled, such as client_credential or client-credentials.",
            "The value has capital letters, quotes or a space around it.",
        ],
        fixes: &[
            "Send grant_type=client_credentials, in small letters, with the underscore and the final s.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The caller's grant type is misspelled; the diagnosis names the nearest that exists.",
        ],
        fixes: &["Tell the owner of the caller the spelling: client_credentials."],
    },
    sources: &[
        Source::rfc("RFC 6749", "4.4.2"),
        Source::rfc("RFC 6749", "5.2"),
    ],
};
