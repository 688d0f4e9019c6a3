//! Problems with the form of a token request, regardless of the caller.

use super::forms::{refused, refused_with_value};
use crate::{
    Advice, Cause, Disclosure, Entry, ErrorCode, Fault, Source, Status, Task, Wire, WireForms,
};

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
        kinde: refused_with_value(
            Status::BadRequest,
            ErrorCode::InvalidRequest,
            plain,
            with_value,
        ),
        trusted_application,
        ..WireForms::same(refused_with_value(
            Status::BadRequest,
            ErrorCode::UnsupportedGrantType,
            plain,
            with_value,
        ))
    }
}

pub(crate) const CONTENT_TYPE_WRONG: Entry = Entry {
    id: "content-type-wrong",
    title: "Wrong or missing Content-Type",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid_form(refused(
        Status::BadRequest,
        ErrorCode::InvalidRequest,
        "The Content-Type is missing or wrong. Send the body as application/x-www-form-urlencoded",
    )),
    operator: "The Content-Type of the body is missing, or is not application/x-www-form-urlencoded.",
    for_caller: Advice {
        causes: &[
            "The parameters are sent as JSON or as multipart/form-data.",
            "The request has no Content-Type header.",
        ],
        fixes: &[
            "Send the parameters as a form, with the header Content-Type: application/x-www-form-urlencoded.",
            "Use the option --data-urlencode of curl, which encodes the parameters and sets the header; do not set another Content-Type.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The caller's HTTP client sends JSON by default.",
            "A proxy in front of the server drops or changes the Content-Type header.",
        ],
        fixes: &[
            "Send the owner of the caller a request that works, such as a curl command.",
            "Configure the proxy to forward the Content-Type header unchanged.",
        ],
    },
    tasks: &[Task::ShowWorkingRequest],
    related: &[Cause::BodyMalformed, Cause::GrantTypeMissing],
    sources: &[
        Source::rfc("RFC 6749", "4.4.2"),
        Source::rfc("RFC 6749", "appendix B"),
    ],
};

pub(crate) const CONTENT_CODING_UNSUPPORTED: Entry = Entry {
    id: "content-coding-unsupported",
    title: "Compressed request body",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::UnsupportedMediaType,
        ErrorCode::InvalidRequest,
        "The Content-Encoding of the body is not supported. Send the body without compression",
    )),
    operator: "The Content-Encoding header says that the body is compressed or coded in another way.",
    for_caller: Advice {
        causes: &["The HTTP client, or an interceptor in it, compresses the bodies of requests."],
        fixes: &[
            "Send the body without compression and without a Content-Encoding header; a form is too short to gain from compression.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The HTTP client of the caller compresses its requests.",
            "A proxy in front of the server adds a Content-Encoding header.",
        ],
        fixes: &[
            "Ask the owner of the caller to turn off the compression of requests.",
            "Configure the proxy to forward the body and the Content-Encoding header unchanged.",
        ],
    },
    tasks: &[],
    related: &[Cause::ContentTypeWrong, Cause::BodyMalformed],
    sources: &[
        Source::rfc("RFC 9110", "15.5.16"),
        Source::rfc("RFC 9110", "8.4"),
    ],
};

pub(crate) const BODY_MALFORMED: Entry = Entry {
    id: "body-malformed",
    title: "Malformed form body",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid_form(refused(
        Status::BadRequest,
        ErrorCode::InvalidRequest,
        "The body is not a valid form. Send name=value pairs joined by &, as percent-encoded UTF-8",
    )),
    operator: "The body is not a valid form: it contains a percent sign that is not followed by two hexadecimal digits, or bytes that are not UTF-8.",
    for_caller: Advice {
        causes: &[
            "A percent sign in a value, often in the secret, is not encoded as %25.",
            "The body uses a character encoding other than UTF-8.",
            "The body is JSON, but its Content-Type is that of a form.",
        ],
        fixes: &[
            "Encode the form with a library or with curl --data-urlencode; do not join strings.",
            "Encode all values as UTF-8 before percent-encoding them.",
        ],
    },
    for_operator: Advice {
        causes: &["The caller builds the body by hand and does not percent-encode the values."],
        fixes: &[
            "Tell the owner of the caller the position of the first invalid byte, which the diagnosis names, and ask them to encode the form with a library.",
        ],
    },
    tasks: &[],
    related: &[
        Cause::ContentTypeWrong,
        Cause::BasicMalformed,
        Cause::ParameterRepeated,
    ],
    sources: &[
        Source::rfc("RFC 6749", "4.4.2"),
        Source::rfc("RFC 6749", "appendix B"),
    ],
};

pub(crate) const PARAMETER_REPEATED: Entry = Entry {
    id: "parameter-repeated",
    title: "Repeated parameter",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid_form(refused_with_value(
        Status::BadRequest,
        ErrorCode::InvalidRequest,
        "A parameter is repeated. Send each parameter once; only audience and resource may be repeated",
        "The parameter {} is repeated. Send it once; only audience and resource may be repeated",
    )),
    operator: "A parameter that may appear only once is repeated.",
    for_caller: Advice {
        causes: &[
            "Several scopes are sent as several scope parameters.",
            "The HTTP library adds a parameter that the request already has.",
        ],
        fixes: &[
            "Send all scopes in one scope parameter, separated by spaces.",
            "Print the encoded body, and remove the second occurrence of the parameter.",
        ],
    },
    for_operator: Advice {
        causes: &["The caller's code and its library both add the parameter."],
        fixes: &[
            "Tell the owner of the caller which parameter is repeated, and ask them to send it once.",
        ],
    },
    tasks: &[],
    related: &[Cause::ScopeMalformed, Cause::AuthenticationMethodsSeveral],
    sources: &[Source::rfc("RFC 6749", "3.2"), Source::rfc("RFC 8707", "2")],
};

pub(crate) const PARAMETERS_TOO_MANY: Entry = Entry {
    id: "parameters-too-many",
    title: "Too many parameters",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid(
        "There are too many parameters. Send only the parameters that a token request needs",
    ),
    operator: "The form has more than 64 parameters.",
    for_caller: Advice {
        causes: &["An entire web form or other unrelated data is sent to the token endpoint."],
        fixes: &[
            "Send grant_type, client_id, client_secret, audience and scope, and nothing else.",
        ],
    },
    for_operator: Advice {
        causes: &["The caller adds unrelated data to the request, or tries to exhaust the server."],
        fixes: &[
            "Ask the owner of the caller to send only grant_type, client_id, client_secret, audience and scope.",
        ],
    },
    tasks: &[],
    related: &[Cause::BodyTooLarge, Cause::ParameterRepeated],
    sources: &[Source::rfc("RFC 6749", "4.4.2")],
};

pub(crate) const PARAMETER_TOO_LONG: Entry = Entry {
    id: "parameter-too-long",
    title: "Parameter too long",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused_with_value(
        Status::BadRequest,
        ErrorCode::InvalidRequest,
        "A parameter is too long. Check that it has the intended value",
        "The parameter {} is too long. Check that it has the intended value",
    )),
    operator: "The name of a parameter is longer than 128 bytes, or its value is longer than 16 KiB.",
    for_caller: Advice {
        causes: &[
            "The contents of a file, or a token, were sent instead of a short value.",
            "The list of scopes is very long.",
        ],
        fixes: &[
            "Print the length of each value before sending it, and correct the value that is unexpectedly long.",
            "Omit the scope parameter to get all assigned scopes without listing them.",
        ],
    },
    for_operator: Advice {
        causes: &["The caller reads a parameter from the wrong variable or file."],
        fixes: &[
            "Ask the owner of the caller to check the length of each parameter before it is sent.",
        ],
    },
    tasks: &[],
    related: &[Cause::BodyTooLarge, Cause::ParametersTooMany],
    sources: &[Source::rfc("RFC 6749", "4.4.2")],
};

pub(crate) const CREDENTIALS_IN_URL: Entry = Entry {
    id: "credentials-in-url",
    title: "Credentials in the URL",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid("Credentials must not be in the URL. Send them in the body or in a Basic header"),
    operator: "The query of the URL contains a client id or a credential, which logs and proxies may have stored.",
    for_caller: Advice {
        causes: &[
            "The form parameters are sent in the query.",
            "The parameters were passed to an option of the HTTP library that adds them to the query.",
        ],
        fixes: &[
            "Send client_id and client_secret in the body, or in an Authorization: Basic header.",
            "If the secret was in the URL, ask the operator to revoke it and to create a new one: proxies and logs on the way may have stored it.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The caller puts the form parameters into the URL, which every log on the way may store.",
        ],
        fixes: &[
            "If the secret was in the URL, treat the secret as leaked: create a new secret, revoke the others at once, and deploy the new secret to the service.",
            "Remove the URL from the logs of proxies in front of the server.",
        ],
    },
    tasks: &[
        Task::ReplaceLeakedSecret,
        Task::SetSecretHash,
        Task::ApplyRegistryFile,
    ],
    related: &[
        Cause::CredentialsMissing,
        Cause::UriTooLong,
        Cause::TokenInUrl,
    ],
    sources: &[Source::rfc("RFC 6749", "2.3.1")],
};

pub(crate) const AUTHENTICATION_METHODS_SEVERAL: Entry = Entry {
    id: "authentication-methods-several",
    title: "Several authentication methods in one request",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid(
        "The request authenticates in more than one way. Use a Basic header or client_secret in the body, not both",
    ),
    operator: "The request uses more than one method of client authentication.",
    for_caller: Advice {
        causes: &[
            "The OAuth library sends a Basic header, and the request adds client_secret to the body.",
            "A client assertion is sent in addition to a secret.",
        ],
        fixes: &[
            "Send the secret once: in an Authorization: Basic header, or as client_secret in the body.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The caller's OAuth library sends the credentials, and the caller's own code sends them again.",
        ],
        fixes: &["Ask the owner of the caller to send the credentials only once."],
    },
    tasks: &[],
    related: &[
        Cause::ClientIdMismatch,
        Cause::AuthenticationSchemeUnsupported,
        Cause::AssertionUnsupported,
    ],
    sources: &[Source::rfc("RFC 6749", "2.3")],
};

pub(crate) const CLIENT_ID_MISMATCH: Entry = Entry {
    id: "client-id-mismatch",
    title: "Two different client ids",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid(
        "The client_id in the body differs from that in the Authorization header. Omit client_id, or send the same in both",
    ),
    operator: "The Authorization header and the body name different clients.",
    for_caller: Advice {
        causes: &[
            "The header and the body take the client id from different settings, one of which is out of date.",
        ],
        fixes: &["Omit client_id from the body, or take both values from the same setting."],
    },
    for_operator: Advice {
        causes: &["The caller mixes the credentials of two applications or of two environments."],
        fixes: &[
            "Ask the owner of the caller to take the client id and the secret from the same setting.",
        ],
    },
    tasks: &[],
    related: &[
        Cause::AuthenticationMethodsSeveral,
        Cause::ClientUnknown,
        Cause::SecretWrong,
    ],
    sources: &[Source::rfc("RFC 6749", "2.3")],
};

pub(crate) const GRANT_TYPE_MISSING: Entry = Entry {
    id: "grant-type-missing",
    title: "Missing grant type",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid_form(refused(
        Status::BadRequest,
        ErrorCode::InvalidRequest,
        "Missing grant_type. Send grant_type=client_credentials",
    )),
    operator: "The parameter grant_type is missing or empty.",
    for_caller: Advice {
        causes: &[
            "The request does not contain grant_type, or contains it without a value.",
            "The parameters are in the query or in a JSON body, so the form is empty.",
        ],
        fixes: &[
            "Send grant_type=client_credentials in the body, as application/x-www-form-urlencoded.",
        ],
    },
    for_operator: Advice {
        causes: &["The caller does not send grant_type, or a proxy dropped the body."],
        fixes: &[
            "Send the owner of the caller a request that works, such as a curl command.",
            "If there is a proxy in front of the server, check that the proxy forwards the body of a POST request.",
        ],
    },
    tasks: &[Task::ShowWorkingRequest],
    related: &[
        Cause::GrantTypeUnknown,
        Cause::ContentTypeWrong,
        Cause::BodyMalformed,
    ],
    sources: &[
        Source::rfc("RFC 6749", "4.4.2"),
        Source::rfc("RFC 6749", "5.2"),
    ],
};

pub(crate) const GRANT_TYPE_UNSUPPORTED: Entry = Entry {
    id: "grant-type-unsupported",
    title: "Unsupported grant type",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: grant_type_refused(
        "Unsupported grant type. Send grant_type=client_credentials",
        "Unsupported grant type: {}. Send grant_type=client_credentials",
        refused_with_value(
            Status::BadRequest,
            ErrorCode::UnsupportedGrantType,
            "Unsupported grant type",
            "Unsupported grant type: {}",
        ),
    ),
    operator: "The grant type is a known OAuth grant type that this server does not support.",
    for_caller: Advice {
        causes: &[
            "The request uses the grant type password, authorization_code or refresh_token, which is for users, not for services.",
            "The OAuth library is configured for user sign-in.",
        ],
        fixes: &[
            "Send grant_type=client_credentials.",
            "When a token expires, request a new token in the same way: this grant type has no refresh tokens.",
        ],
    },
    for_operator: Advice {
        causes: &["The caller is a service, but uses a flow for users."],
        fixes: &[
            "Ask the owner of the caller to use the client credentials grant; this server does not support any other grant.",
        ],
    },
    tasks: &[],
    related: &[Cause::GrantTypeUnknown, Cause::GrantNotAllowed],
    sources: &[
        Source::rfc("RFC 6749", "4.4.2"),
        Source::rfc("RFC 6749", "5.2"),
    ],
};

pub(crate) const GRANT_TYPE_UNKNOWN: Entry = Entry {
    id: "grant-type-unknown",
    title: "Unknown or misspelled grant type",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: grant_type_refused(
        "Unknown grant type. Send grant_type=client_credentials",
        "Unknown grant type: {}. Send grant_type=client_credentials",
        TRUSTED_APPLICATION,
    ),
    operator: "The grant type is unknown; most often it is a misspelling of client_credentials.",
    for_caller: Advice {
        causes: &[
            "The grant type is misspelled, such as client_credential or client-credentials.",
            "The value contains capital letters, quotes or spaces.",
        ],
        fixes: &[
            "Send grant_type=client_credentials, in lower case, with the underscore and the final s.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The caller's grant type is misspelled; the diagnosis names the closest known grant type.",
        ],
        fixes: &["Tell the owner of the caller the correct spelling: client_credentials."],
    },
    tasks: &[],
    related: &[Cause::GrantTypeUnsupported, Cause::GrantTypeMissing],
    sources: &[
        Source::rfc("RFC 6749", "4.4.2"),
        Source::rfc("RFC 6749", "5.2"),
    ],
};
