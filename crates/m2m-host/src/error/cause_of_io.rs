//! The causes of errors of the operating system.

use std::io::ErrorKind;

use m2m_errors::Cause;

/// Returns the cause of an error of a file or a directory that the user named.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the kinds that are not named have one cause, whatever the standard library adds"
)]
pub(super) const fn file(kind: ErrorKind) -> Cause {
    match kind {
        ErrorKind::NotFound => Cause::FileNotFound,
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Cause::FileDenied,
        ErrorKind::AlreadyExists => Cause::FileExists,
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Cause::DiskFull,
        _ => Cause::FileUnusable,
    }
}

/// Returns the cause of an error of an address that a server is to listen on, if it has one.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the kinds that are not named are faults of the machine, such as no memory"
)]
pub(super) const fn listener(kind: ErrorKind) -> Option<Cause> {
    match kind {
        ErrorKind::AddrInUse => Some(Cause::AddressInUse),
        ErrorKind::AddrNotAvailable => Some(Cause::AddressNotLocal),
        ErrorKind::PermissionDenied => Some(Cause::PortNotPermitted),
        _ => None,
    }
}
