//! The limit of open files, of which each connection is one.

/// Raises the limit of open files as far as the process may, and returns the number of connections that fit into it, at most `wanted`.
///
/// 256 files are left for everything else that the program opens.
#[must_use]
#[cfg(unix)]
pub fn raise_limit(wanted: usize) -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let limit = getrlimit(Resource::Nofile);
    // Without the privilege the limit stays as it is.
    let _ = setrlimit(
        Resource::Nofile,
        Rlimit {
            current: limit.maximum,
            maximum: limit.maximum,
        },
    );
    match getrlimit(Resource::Nofile).current {
        Some(most) => {
            let most = usize::try_from(most).unwrap_or(usize::MAX);
            wanted.min(most.saturating_sub(RESERVED)).max(1)
        }
        None => wanted,
    }
}

/// Returns `wanted`: the limit of open files is not known here.
#[must_use]
#[cfg(not(unix))]
pub const fn raise_limit(wanted: usize) -> usize {
    wanted
}

/// The number of files for everything else: files of the program, other listeners, connections that are being refused.
#[cfg(unix)]
const RESERVED: usize = 256;
