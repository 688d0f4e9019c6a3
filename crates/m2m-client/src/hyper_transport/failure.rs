//! The meaning of the errors of hyper, rustls and the system.

use core::error::Error;
use std::io;

use http_body_util::LengthLimitError;
use rustls::pki_types::InvalidDnsNameError;

use super::certificate;
use super::connector::{ConnectTimedOut, NameUnresolved};
use crate::TransportFailure;

/// Returns the failure, and the message of the layer that noticed it.
pub(super) fn classify(error: &(dyn Error + 'static)) -> (TransportFailure, String) {
    let mut last = error;
    for error in chain(error) {
        if let Some(error) = error.downcast_ref::<rustls::Error>() {
            return certificate::of_tls(error);
        }
        if let Some(failure) = failure_of(error) {
            return (failure, error.to_string());
        }
        last = error;
    }
    (TransportFailure::Other, last.to_string())
}

/// The error and what led to it, from the outside in.
fn chain<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    core::iter::successors(Some(error), |error| {
        let error: &'e (dyn Error + 'static) = *error;
        // The source of an I/O error is not the error that it wraps, but the source of the wrapped one.
        let wrapped = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
            .map(|wrapped| -> &'e (dyn Error + 'static) { wrapped });
        wrapped.or_else(|| error.source())
    })
}

fn failure_of(error: &(dyn Error + 'static)) -> Option<TransportFailure> {
    if error.is::<NameUnresolved>() {
        Some(TransportFailure::NameUnresolved)
    } else if error.is::<ConnectTimedOut>() {
        Some(TransportFailure::ConnectTimedOut)
    } else if error.is::<InvalidDnsNameError>() {
        Some(TransportFailure::UrlInvalid)
    } else if error.is::<LengthLimitError>() {
        Some(TransportFailure::AnswerTooLarge)
    } else if let Some(error) = error.downcast_ref::<io::Error>() {
        of_system(error)
    } else {
        of_http(error.downcast_ref()?)
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the enum is that of the standard library, and grows"
)]
fn of_system(error: &io::Error) -> Option<TransportFailure> {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Some(TransportFailure::ConnectionRefused),
        io::ErrorKind::TimedOut => Some(TransportFailure::ConnectTimedOut),
        io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::NetworkDown
        | io::ErrorKind::AddrNotAvailable
        | io::ErrorKind::PermissionDenied => Some(TransportFailure::ConnectFailed),
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::UnexpectedEof => Some(TransportFailure::ConnectionLost),
        _ => None,
    }
}

fn of_http(error: &hyper::Error) -> Option<TransportFailure> {
    if error.is_parse() {
        Some(TransportFailure::AnswerNotHttp)
    } else if error.is_incomplete_message() || error.is_closed() || error.is_canceled() {
        Some(TransportFailure::ConnectionLost)
    } else {
        None
    }
}
