//! Requests that an operation of the management API refuses itself, after the token was accepted. The answer has a code of the API's own.

pub(crate) mod input;
pub(crate) mod keys;
pub(crate) mod limits;
pub(crate) mod lookup;
mod refusal;
pub(crate) mod state;
pub(crate) mod taken;
pub(crate) mod used;

use super::forms::refused;
use crate::{Advice, Cause, Disclosure, Entry, ErrorCode, Fault, Source, Status, Task, WireForms};

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
    related: &[Cause::ScopeBeyondToken],
    sources: &[Source::rfc("RFC 9110", "15.5.10")],
};
