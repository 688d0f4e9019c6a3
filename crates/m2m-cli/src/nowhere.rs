//! Commands without a registry to work on.

use m2m_host::error::Failure;

use crate::credentials::explain_variables;

/// Returns the failure of a command that gets neither a server nor a data directory.
pub(crate) fn nowhere(what: &str, command: &str) -> Failure {
    explain_variables(Failure::usage(what))
        .help(format!(
            "{command} --issuer URL, with M2M_CLIENT_ID and M2M_CLIENT_SECRET, for a server that runs (M2M_ISSUER names it as well)"
        ))
        .help(format!(
            "{command} --data DIR, for the data directory of one that is stopped"
        ))
}
