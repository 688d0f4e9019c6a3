//! The address that a server listens on, as users write it.

use std::net::{Ipv4Addr, SocketAddr};

/// Parses the address to listen on: an IP address and a port, or `localhost` and a port.
///
/// # Errors
///
/// If the text has another form. The message shows the right one.
pub fn listen_address(text: &str) -> Result<SocketAddr, String> {
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let (host, port) = text.rsplit_once(':').unwrap_or(("", text));
    match port.parse::<u16>() {
        Ok(port) if host.eq_ignore_ascii_case("localhost") => {
            Ok((Ipv4Addr::LOCALHOST, port).into())
        }
        Ok(port) if host.is_empty() => Err(format!(
            "write an address before the port, as in 127.0.0.1:{port}"
        )),
        Ok(_) | Err(_) => Err("write an address and a port, as in 127.0.0.1:8080".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_an_address_and_a_port_or_localhost_and_a_port() {
        let address = |text| listen_address(text).map(|address| address.to_string());
        assert_eq!(address("[::1]:0").as_deref(), Ok("[::1]:0"));
        assert_eq!(address("Localhost:80").as_deref(), Ok("127.0.0.1:80"));
        for text in [
            ":8080",
            "8080",
            "127.0.0.1",
            "example:8080",
            "",
            "localhost:",
            "::1",
        ] {
            assert!(
                address(text).unwrap_err().contains("as in 127.0.0.1:"),
                "{text}"
            );
        }
    }
}
