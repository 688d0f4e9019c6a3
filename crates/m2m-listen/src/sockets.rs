//! The sources of connections of a listener: one, or two TCP sockets for a name such as `localhost` that means two addresses.

use core::net::{IpAddr, SocketAddr};
use core::task::{Context, Poll};
use std::io::{self, ErrorKind};

use tokio::net::{TcpListener, TcpSocket};

use crate::{Acceptor, ListenError};

/// The sources of connections of a listener.
#[derive(Debug)]
pub(super) struct Sockets<A> {
    sockets: Vec<A>,
    /// The socket that is asked first for the next connection, so that no socket has to wait for the other.
    next: usize,
}

impl<A> From<A> for Sockets<A> {
    fn from(source: A) -> Self {
        Self {
            sockets: vec![source],
            next: 0,
        }
    }
}

impl Sockets<TcpListener> {
    /// Binds these addresses at one port, except those that the machine does not have. Returns the sockets and their addresses, of which
    /// there is at least one.
    ///
    /// # Errors
    ///
    /// [`ListenError::Bind`] if one of them cannot be bound for another reason, or the machine has none of them.
    pub(super) fn bind(
        first: SocketAddr,
        second: Option<SocketAddr>,
    ) -> Result<(Self, Vec<SocketAddr>), ListenError> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            match Self::bind_once(first, second) {
                // The free port of the first address may be taken at the second.
                Err(ListenError::Bind { error, .. })
                    if first.port() == 0
                        && error.kind() == ErrorKind::AddrInUse
                        && attempts < MAX_ATTEMPTS => {}
                bound => return bound,
            }
        }
    }

    fn bind_once(
        first: SocketAddr,
        second: Option<SocketAddr>,
    ) -> Result<(Self, Vec<SocketAddr>), ListenError> {
        let mut sockets = Vec::new();
        let mut addresses: Vec<SocketAddr> = Vec::new();
        let mut absent = None;
        for mut address in [Some(first), second].into_iter().flatten() {
            address.set_port(addresses.first().unwrap_or(&first).port());
            match listen(address) {
                Ok((socket, address)) => {
                    sockets.push(socket);
                    addresses.push(address);
                }
                Err(error) if second.is_some() && is_absent(&error) => {
                    absent.get_or_insert(ListenError::Bind { address, error });
                }
                Err(error) => return Err(ListenError::Bind { address, error }),
            }
        }
        match absent {
            Some(error) if sockets.is_empty() => Err(error),
            Some(_) | None => Ok((Self { sockets, next: 0 }, addresses)),
        }
    }
}

/// Binds this address, with room for a burst of connections, and returns the socket and its address.
fn listen(address: SocketAddr) -> io::Result<(TcpListener, SocketAddr)> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    // A server that is started again does not wait until the connections of the previous one are forgotten. On Windows, the option would
    // let two servers share a port.
    if cfg!(unix) {
        socket.set_reuseaddr(true)?;
    }
    socket.bind(address)?;
    let listener = socket.listen(QUEUE)?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Returns true if the machine does not have the address, or not the family of addresses.
fn is_absent(error: &io::Error) -> bool {
    let code = error.raw_os_error();
    error.kind() == ErrorKind::AddrNotAvailable || (code.is_some() && code == NO_SUCH_FAMILY)
}

impl<A: Acceptor> Acceptor for Sockets<A> {
    type Stream = A::Stream;

    fn poll_accept(&mut self, context: &mut Context<'_>) -> Poll<io::Result<(A::Stream, IpAddr)>> {
        let (after, from) = self.sockets.split_at_mut(self.next);
        for (index, socket) in from.iter_mut().chain(after).enumerate() {
            if let Poll::Ready(accepted) = socket.poll_accept(context) {
                self.next = (self.next + index + 1)
                    .checked_rem(self.sockets.len())
                    .unwrap_or(0);
                return Poll::Ready(accepted);
            }
        }
        Poll::Pending
    }
}

/// The error of an operating system without IPv6, or without IPv4.
#[cfg(unix)]
const NO_SUCH_FAMILY: Option<i32> = Some(rustix::io::Errno::AFNOSUPPORT.raw_os_error());

/// The error of an operating system without IPv6, or without IPv4 (WSAEAFNOSUPPORT).
#[cfg(not(unix))]
const NO_SUCH_FAMILY: Option<i32> = Some(10047);

/// The number of free ports of one address that are tried at the other one.
const MAX_ATTEMPTS: u32 = 16;

/// The maximum number of connections that wait to be accepted. A connection beyond that is dropped by the operating system, and its caller
/// tries again only after a second. The operating system may have a lower limit, such as `net.core.somaxconn` of Linux.
pub(super) const QUEUE: u32 = 4096;
