//! The sources of connections of a listener: one, or two TCP sockets for a name such as `localhost` that means two addresses.

use core::net::{IpAddr, SocketAddr};
use core::task::{Context, Poll};
use std::io::{self, ErrorKind};

use tokio::net::TcpListener;

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
    pub(super) async fn bind(
        first: SocketAddr,
        second: Option<SocketAddr>,
    ) -> Result<(Self, Vec<SocketAddr>), ListenError> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            match Self::bind_once(first, second).await {
                // The free port of the first address may be taken at the second.
                Err(ListenError::Bind { error, .. })
                    if first.port() == 0
                        && error.kind() == ErrorKind::AddrInUse
                        && attempts < MAX_ATTEMPTS => {}
                bound => return bound,
            }
        }
    }

    async fn bind_once(
        first: SocketAddr,
        second: Option<SocketAddr>,
    ) -> Result<(Self, Vec<SocketAddr>), ListenError> {
        let mut sockets = Vec::new();
        let mut addresses: Vec<SocketAddr> = Vec::new();
        let mut absent = None;
        for mut address in [Some(first), second].into_iter().flatten() {
            address.set_port(addresses.first().unwrap_or(&first).port());
            let bound = async {
                let socket = TcpListener::bind(address).await?;
                let address = socket.local_addr()?;
                io::Result::Ok((socket, address))
            };
            match bound.await {
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
