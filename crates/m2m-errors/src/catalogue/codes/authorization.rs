//! The codes of the authorization endpoint, which is for users.

use crate::{Advice, CodeEntry, Source};

pub(crate) const UNSUPPORTED_RESPONSE_TYPE: CodeEntry = CodeEntry {
    code: "unsupported_response_type",
    meaning: "The server does not support the response_type of the authorization request.",
    advice: Advice {
        causes: &[
            "The response type is misspelled, or is an implicit or hybrid one, such as token, that is disabled.",
            "The response type is not enabled for this client.",
        ],
        fixes: &[
            "Use response_type=code with PKCE, which current servers support.",
            "Check response_types_supported in the server's metadata.",
        ],
    },
    sources: &[Source::rfc("RFC 6749", "4.1.2.1")],
};

pub(crate) const INTERACTION_REQUIRED: CodeEntry = CodeEntry {
    code: "interaction_required",
    meaning: "The server has to interact with the user, and the request does not allow it.",
    advice: Advice {
        causes: &[
            "The request has prompt=none, and the user has to confirm something, such as a second factor or new terms.",
            "A policy of the server, such as conditional access, requires a step that the client cannot do by itself.",
        ],
        fixes: &[
            "Repeat the authorization request without prompt=none, with the user present.",
            "If the caller is a service, use the client credentials grant, which needs no user.",
            "If a policy requires the step, follow the claims that the response contains, or ask the operator about the policy.",
        ],
    },
    sources: &[Source::openid("OpenID Connect Core 1.0", "3.1.2.6")],
};

pub(crate) const LOGIN_REQUIRED: CodeEntry = CodeEntry {
    code: "login_required",
    meaning: "The user has to log in, and the request does not allow it.",
    advice: Advice {
        causes: &[
            "The request has prompt=none, and the user has no session at the server, or the session has expired.",
            "The browser does not send the session cookie, for example because third-party cookies are blocked.",
            "The session is older than the max_age of the request.",
        ],
        fixes: &[
            "Repeat the authorization request without prompt=none, with the user present.",
            "Use refresh tokens instead of silent requests in a hidden frame.",
        ],
    },
    sources: &[Source::openid("OpenID Connect Core 1.0", "3.1.2.6")],
};

pub(crate) const ACCOUNT_SELECTION_REQUIRED: CodeEntry = CodeEntry {
    code: "account_selection_required",
    meaning: "The user has to select an account, and the request does not allow it.",
    advice: Advice {
        causes: &[
            "The request has prompt=none, and the user is logged in with several accounts.",
            "The login_hint or id_token_hint does not identify one of the sessions.",
        ],
        fixes: &[
            "Repeat the authorization request without prompt=none, with the user present.",
            "Send a login_hint that identifies the account.",
        ],
    },
    sources: &[Source::openid("OpenID Connect Core 1.0", "3.1.2.6")],
};

pub(crate) const CONSENT_REQUIRED: CodeEntry = CodeEntry {
    code: "consent_required",
    meaning: "The user or an administrator has to consent, and the request does not allow it.",
    advice: Advice {
        causes: &[
            "The request has prompt=none, and the user has not consented to these scopes yet.",
            "The permission needs the consent of an administrator, which is missing.",
            "The client requests more scopes than the consent covers.",
        ],
        fixes: &[
            "Repeat the authorization request without prompt=none, with the user present.",
            "Ask an administrator to consent to the permissions of the application.",
            "Request only the scopes that are needed.",
        ],
    },
    sources: &[Source::openid("OpenID Connect Core 1.0", "3.1.2.6")],
};

pub(crate) const UNMET_AUTHENTICATION_REQUIREMENTS: CodeEntry = CodeEntry {
    code: "unmet_authentication_requirements",
    meaning: "The server cannot authenticate the user in the way that the client requires.",
    advice: Advice {
        causes: &[
            "The request has acr_values or an essential acr claim that the server does not support for this user.",
            "The user has not set up the required second factor.",
        ],
        fixes: &[
            "Check acr_values_supported in the server's metadata, and request one of these values.",
            "Ask the user to set up the required authentication method.",
        ],
    },
    sources: &[Source::openid(
        "OpenID Connect Core Unmet Authentication Requirements 1.0",
        "2",
    )],
};

pub(crate) const INVALID_REQUEST_URI: CodeEntry = CodeEntry {
    code: "invalid_request_uri",
    meaning: "The request_uri of the authorization request returns an error, has expired, or is not allowed.",
    advice: Advice {
        causes: &[
            "The pushed authorization request has expired, or its request_uri was used before.",
            "The request_uri was issued to another client, or is not registered for this client.",
            "The server cannot fetch the document at the request_uri, or the document is not a request object.",
        ],
        fixes: &[
            "Push the authorization request again, and use the new request_uri once and soon.",
            "Register the request_uri for the client, and check that the server can reach it.",
        ],
    },
    sources: &[Source::rfc("RFC 9101", "7"), Source::rfc("RFC 9126", "2.2")],
};

pub(crate) const INVALID_REQUEST_OBJECT: CodeEntry = CodeEntry {
    code: "invalid_request_object",
    meaning: "The request object is malformed, or its signature or encryption is invalid.",
    advice: Advice {
        causes: &[
            "The request object is signed with a key or an algorithm that is not registered for the client.",
            "The iss, aud or exp claim is missing or wrong.",
            "client_id inside the request object differs from the one outside.",
        ],
        fixes: &[
            "Register the public key of the client, and sign with the registered algorithm.",
            "Set iss to the client id and aud to the issuer of the server, and sign a new request object for each request.",
        ],
    },
    sources: &[Source::rfc("RFC 9101", "7")],
};

pub(crate) const REQUEST_NOT_SUPPORTED: CodeEntry = CodeEntry {
    code: "request_not_supported",
    meaning: "The server does not support the parameter request.",
    advice: Advice {
        causes: &["The client sends a request object by value, which the server does not support."],
        fixes: &[
            "Send the parameters themselves, or push them to the server if its metadata names a pushed_authorization_request_endpoint.",
            "Check request_parameter_supported in the server's metadata.",
        ],
    },
    sources: &[Source::rfc("RFC 9101", "7")],
};

pub(crate) const REQUEST_URI_NOT_SUPPORTED: CodeEntry = CodeEntry {
    code: "request_uri_not_supported",
    meaning: "The server does not support the parameter request_uri.",
    advice: Advice {
        causes: &[
            "The client sends a request object by reference, which the server does not support.",
            "The server accepts only a request_uri that it issued itself for a pushed authorization request.",
        ],
        fixes: &[
            "Send the parameters themselves, or push them to the server if its metadata names a pushed_authorization_request_endpoint.",
            "Check request_uri_parameter_supported in the server's metadata.",
        ],
    },
    sources: &[Source::rfc("RFC 9101", "7")],
};

pub(crate) const REGISTRATION_NOT_SUPPORTED: CodeEntry = CodeEntry {
    code: "registration_not_supported",
    meaning: "The server does not support the parameter registration.",
    advice: Advice {
        causes: &[
            "The client sends its metadata in the authorization request, which only self-issued providers support.",
        ],
        fixes: &["Register the client at the server first, and omit the parameter registration."],
    },
    sources: &[Source::openid("OpenID Connect Core 1.0", "3.1.2.6")],
};
