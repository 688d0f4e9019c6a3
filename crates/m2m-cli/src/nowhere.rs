//! Commands without a registry.

use m2m_host::error::Failure;

use crate::credentials::explain_variables;

/// Returns the failure of a command that gets neither a server nor a data directory.
pub(crate) fn nowhere(what: &str, command: &str) -> Failure {
    explain_variables(Failure::usage(what))
        .help(format!(
            "for a running server: {command} --issuer URL (or M2M_ISSUER), with M2M_CLIENT_ID and M2M_CLIENT_SECRET"
        ))
        .help(format!(
            "for the data directory of a stopped server: {command} --data DIR"
        ))
}
