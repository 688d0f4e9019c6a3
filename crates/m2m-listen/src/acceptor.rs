//! The source of connections.

use core::net::IpAddr;
use core::task::{Context, Poll, ready};
use std::io;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};

/// A source of connections: a TCP listener, or one of your own, for Unix sockets or for streams in memory.
pub trait Acceptor: Send {
    /// The bytes of a connection.
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// Accepts a connection, and returns its stream and the address of its peer.
    ///
    /// # Errors
    ///
    /// If a connection cannot be accepted. The listener reports the error, pauses for a moment and tries again.
    fn poll_accept(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<(Self::Stream, IpAddr)>>;
}

impl Acceptor for TcpListener {
    type Stream = TcpStream;

    fn poll_accept(&mut self, context: &mut Context<'_>) -> Poll<io::Result<(TcpStream, IpAddr)>> {
        let (stream, peer) = ready!(Self::poll_accept(self, context))?;
        // An answer is one packet, and holding it back would only delay it.
        let _ = stream.set_nodelay(true);
        Poll::Ready(Ok((stream, peer.ip())))
    }
}
