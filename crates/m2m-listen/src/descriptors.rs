//! How many files the process may have open: each connection is one.

/// Raises the limit of open files as far as the process may, and returns how many of `wanted` connections there is room for.
#[must_use]
#[cfg(unix)]
pub fn raise_limit(wanted: usize) -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let limit = getrlimit(Resource::Nofile);
    // Without the right to it the limit stays as it is.
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

/// Returns how many of `wanted` connections there is room for.
#[must_use]
#[cfg(not(unix))]
pub const fn raise_limit(wanted: usize) -> usize {
    wanted
}

/// What else is open: the log, the store, the listeners, connections for which there is no place, and those of the ops listener.
#[cfg(unix)]
const RESERVED: usize = 256;
