//! The addresses of a listener, as the operator names them and as they are served.

use m2m_host::error::Failure;
use m2m_host::listen_address::ListenAddress;
use m2m_host::output;
use m2m_listen::{ListenSettings, Listener};

use crate::certificate::listen_failure;

/// Returns the default settings of a listener at this address.
pub(crate) fn settings(address: ListenAddress) -> ListenSettings {
    match address {
        ListenAddress::Ip(address) => ListenSettings::at(address),
        ListenAddress::Localhost(port) => ListenSettings::at_localhost(port),
    }
}

/// Binds a listener, and returns it with its addresses as a text. `option` names the setting of the address.
///
/// # Errors
///
/// If the server cannot listen there, or a file of TLS cannot be used.
pub(crate) async fn bind(
    settings: ListenSettings,
    option: &str,
) -> Result<(Listener, String), Failure> {
    let wanted = [Some(settings.address), settings.second_address];
    let listener = Listener::bind(settings)
        .await
        .map_err(|error| listen_failure(&error, option))?;
    let address = listener.address();
    let Some(second) = listener.second_address() else {
        let mut wanted = wanted.into_iter().flatten();
        if let Some(absent) = wanted.find(|wanted| wanted.ip() != address.ip()) {
            output::log_notice(&format!(
                "the server listens on {address} only: this machine does not have the address {}, which localhost means as well",
                absent.ip()
            ));
        }
        return Ok((listener, address.to_string()));
    };
    Ok((listener, format!("{address} and {second}")))
}
