//! Requests that an operation of the management API refuses itself, after the token was accepted. The answer has a code of the API's own.

use super::forms::refused;
use crate::{Advice, Disclosure, Entry, ErrorCode, Fault, Source, Status, WireForms};

pub(crate) const OPERATION_REFUSED: Entry = Entry {
    id: "operation-refused",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::BadRequest,
        ErrorCode::InvalidRequest,
        "The operation cannot be performed as requested; errors in the body say why",
    )),
    operator: "An operation of the management API refused a request of an authenticated caller; its code says why.",
    for_caller: Advice {
        causes: &[
            "A field, a parameter or the media type of the request is not one that the operation accepts.",
            "The record that the request names does not exist, has changed, or is in use.",
        ],
        fixes: &[
            "Read code and message of the answer, which name the field and the value that would be right.",
            "Compare the request with /api/v1/openapi.json, which describes every operation.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "A client of the management API sends a request that does not fit the operation or the registry.",
        ],
        fixes: &[
            "Read the operation and the code of the diagnosis, and ask the owner of the client for the message of the answer.",
            "If one client repeats it many times, correct or disable that client.",
        ],
    },
    sources: &[
        Source::rfc("RFC 9110", "15.5.1"),
        Source::rfc("RFC 9110", "15.5.5"),
        Source::rfc("RFC 9110", "15.5.10"),
    ],
};

pub(crate) const SCOPE_BEYOND_TOKEN: Entry = Entry {
    id: "scope-beyond-token",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::Forbidden,
        ErrorCode::InsufficientScope,
        "The operation would hand out or take over a scope of the management API that the token lacks",
    )),
    operator: "A caller tried to hand out, or to take over, a scope of the management API that its own token lacks.",
    for_caller: Advice {
        causes: &[
            "The operation concerns an application that has more scopes of the management API than the token.",
        ],
        fixes: &[
            "Use a token that has every management scope that the operation hands out or touches.",
            "Ask an operator who has these scopes to perform the operation.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "An application with few management scopes tries to gain more of them.",
            "An application that automates management has fewer scopes than its task needs.",
        ],
        fixes: &[
            "Look up who asked for what: the diagnosis names the client, its address and the operation.",
            "If nobody meant the application to do this, disable it and rotate its secret.",
            "If it should do this, assign the missing management scopes to it.",
        ],
    },
    sources: &[
        Source::rfc("RFC 6750", "3.1"),
        Source::rfc("RFC 9110", "15.5.4"),
    ],
};

pub(crate) const MANAGEMENT_PROTECTED: Entry = Entry {
    id: "management-protected",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::Conflict,
        ErrorCode::AccessDenied,
        "The operation would leave the server without an application that can manage it",
    )),
    operator: "A caller tried to change or delete what keeps the server manageable.",
    for_caller: Advice {
        causes: &[
            "The change would affect the last application that has every management scope, or the management API itself.",
        ],
        fixes: &[
            "Create another application with every management scope, and then repeat the change.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "A caller tries to remove the last manager, by intent or by mistake.",
            "A registry file that is applied leaves out the application that manages the server.",
        ],
        fixes: &[
            "Look at the diagnosis for the client that tried it and for the operation.",
            "If nobody meant that client to do this, take its management scopes from it.",
            "Authorize a second application with every management scope before the first is changed.",
        ],
    },
    sources: &[Source::rfc("RFC 9110", "15.5.10")],
};
