//! Commands on a registry, where none is named.

use m2m_host::error::Failure;

use crate::credentials::explain_variables;

/// The failure of a command that is told neither a server nor a data directory.
pub(crate) fn nowhere(what: &str, command: &str) -> Failure {
    explain_variables(Failure::usage(what))
        .help(format!(
            "{command} --issuer URL, with M2M_CLIENT_ID and M2M_CLIENT_SECRET, for a server that runs (M2M_ISSUER names it as well)"
        ))
        .help(format!(
            "{command} --data DIR, for the data directory of one that is stopped"
        ))
}
