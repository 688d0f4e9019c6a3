//! Requests that an operation of the management API refuses itself, after the token was accepted. The answer has a code of the API's own.

use super::forms::refused;
use crate::{Advice, Cause, Disclosure, Entry, ErrorCode, Fault, Source, Status, Task, WireForms};

pub(crate) const OPERATION_REFUSED: Entry = Entry {
    id: "operation-refused",
    title: "Management operation refused",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::BadRequest,
        ErrorCode::InvalidRequest,
        "The operation cannot be performed as requested; code and message in the response explain why",
    )),
    operator: "The management API refused a request from an authenticated caller; code and message in the response explain why.",
    for_caller: Advice {
        causes: &[
            "The operation does not accept a field, a parameter or the media type of the request.",
            "The record that the request names does not exist, has changed, or is in use.",
        ],
        fixes: &[
            "Read code and message in the response: they name the wrong field and the accepted values.",
            "Compare the request with /api/v1/openapi.json, which describes every operation.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "A client of the management API sends a request that does not match the operation or the current records of the server.",
        ],
        fixes: &[
            "Look up the operation and the code in the diagnosis, and ask the owner of the client for the message in the response.",
            "If the client keeps repeating the request, correct the client or disable its application.",
        ],
    },
    tasks: &[Task::LookUpDiagnosis],
    related: &[Cause::ScopeBeyondToken, Cause::ManagementProtected],
    sources: &[
        Source::rfc("RFC 9110", "15.5.1"),
        Source::rfc("RFC 9110", "15.5.5"),
        Source::rfc("RFC 9110", "15.5.10"),
    ],
};

pub(crate) const SCOPE_BEYOND_TOKEN: Entry = Entry {
    id: "scope-beyond-token",
    title: "Operation beyond the token's scopes",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::Forbidden,
        ErrorCode::InsufficientScope,
        "The operation would grant a management API scope that the token lacks, or change an application that has such a scope",
    )),
    operator: "The operation would grant a management API scope that the token lacks, or would change an application that has such a scope.",
    for_caller: Advice {
        causes: &[
            "The operation assigns a management API scope that the token lacks, or affects an application that has such a scope.",
        ],
        fixes: &[
            "Use a token that has every management API scope that the operation assigns or that the affected application has.",
            "Ask an operator who has these scopes to perform the operation.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "An application that automates management has fewer scopes than its task requires.",
            "An application with few management API scopes tries to gain more scopes.",
        ],
        fixes: &[
            "Look up the client, its address and the operation in the diagnosis.",
            "If the application should be able to perform the operation, assign the missing scopes to it.",
            "If no one intended the request, disable the application and revoke its secrets.",
        ],
    },
    tasks: &[Task::LookUpDiagnosis],
    related: &[Cause::ScopeInsufficient, Cause::ManagementProtected],
    sources: &[
        Source::rfc("RFC 6750", "3.1"),
        Source::rfc("RFC 9110", "15.5.4"),
    ],
};

pub(crate) const MANAGEMENT_PROTECTED: Entry = Entry {
    id: "management-protected",
    title: "Last manager is protected",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::Conflict,
        ErrorCode::AccessDenied,
        "The operation would leave no application that can manage the server",
    )),
    operator: "A caller tried to make a change after which no application could manage the server.",
    for_caller: Advice {
        causes: &[
            "The change would affect the last application that has every scope of the management API, or the management API itself.",
            "The change would reduce the management access of the application that the token was issued to.",
        ],
        fixes: &[
            "Create another application with every scope of the management API, and repeat the change with a token of that application.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "A caller tries to delete or restrict the last application that can manage the server, deliberately or by mistake.",
            "A caller applies a registry file that does not contain the application that manages the server.",
        ],
        fixes: &[
            "Look up the client and the operation in the diagnosis.",
            "Authorize a second application with every scope of the management API, and then repeat the change.",
            "If no one intended the request, remove the management API scopes from the application.",
        ],
    },
    tasks: &[Task::LookUpDiagnosis],
    related: &[Cause::ScopeBeyondToken, Cause::OperationRefused],
    sources: &[Source::rfc("RFC 9110", "15.5.10")],
};
