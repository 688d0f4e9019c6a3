//! The accept loop, from the first connection to the last.

use core::fmt;
use core::future::{Future, poll_fn};
use core::net::{IpAddr, SocketAddr};
use core::pin::pin;
use core::task::Poll;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::admit::Trust;
use crate::connection_state::Order;
use crate::connection_table::{ConnectionTable, Slot};
use crate::observer::Unobserved;
use crate::origin::{Context, Origin};
use crate::sockets::{QUEUE, Sockets};
use crate::tls::{Reloader, Tls};
use crate::transport::Io;
use crate::{
    Acceptor, Handler, ListenError, ListenSettings, Observer, connection, http1, http2, refusal,
};

/// A listener that has its address and its certificate, and serves no connection yet.
pub struct Listener<A = TcpListener> {
    acceptor: Sockets<A>,
    tls: Option<Tls>,
    settings: ListenSettings,
    observer: Arc<dyn Observer>,
}

impl Listener {
    /// Binds the address, and the second address if there is one, and reads the files of TLS.
    ///
    /// # Errors
    ///
    /// [`ListenError`] if an address or a file of TLS cannot be used. Of two addresses, the machine may lack one.
    pub async fn bind(mut settings: ListenSettings) -> Result<Self, ListenError> {
        let (sockets, addresses) = Sockets::bind(settings.address, settings.second_address)?;
        let mut addresses = addresses.into_iter();
        settings.address = addresses.next().unwrap_or(settings.address);
        settings.second_address = addresses.next();
        Self::accepting(sockets, settings)
    }
}

impl<A: Acceptor> Listener<A> {
    /// Serves connections from this source: a TCP listener that is bound already, or one of your own. Reads the files of TLS.
    ///
    /// # Errors
    ///
    /// [`ListenError::Tls`] if a file of TLS cannot be used.
    pub fn over(acceptor: A, settings: ListenSettings) -> Result<Self, ListenError> {
        Self::accepting(acceptor.into(), settings)
    }

    fn accepting(acceptor: Sockets<A>, settings: ListenSettings) -> Result<Self, ListenError> {
        Ok(Self {
            acceptor,
            tls: settings.tls.clone().map(Tls::load).transpose()?,
            settings,
            observer: Arc::new(Unobserved),
        })
    }

    /// The same listener, which reports to this observer.
    #[must_use]
    pub fn observed_by(self, observer: Arc<dyn Observer>) -> Self {
        Self { observer, ..self }
    }

    /// The address in the settings, with the port that [`Self::bind`] chose in the place of port 0.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.settings.address
    }

    /// The second address in the settings, with the same port; `None` after [`Self::bind`] if the machine does not have one of the two.
    #[must_use]
    pub const fn second_address(&self) -> Option<SocketAddr> {
        self.settings.second_address
    }

    /// Returns a handle that makes this listener read the files of TLS again; `None` without TLS.
    #[must_use]
    pub fn reloader(&self) -> Option<Reloader> {
        self.tls.as_ref().map(Tls::reloader)
    }

    /// Serves until `shutdown` is ready. Then no connection is accepted any more, and the open ones are closed when their requests are
    /// answered, or when [`ListenSettings::drain`] is over.
    ///
    /// [`core::future::pending`] is a `shutdown` that never comes. The future of this method has to be polled to the end for a drain;
    /// dropping it ends the accept loop, and leaves open connections without time limits.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime with its timer and I/O enabled.
    pub async fn serve(self, handler: impl Handler, shutdown: impl Future<Output = ()>) {
        let Self {
            mut acceptor,
            tls,
            settings,
            observer,
        } = self;
        let table = ConnectionTable::new(settings.max_connections, settings.times);
        let context = Arc::new(Context {
            handler,
            observer: Arc::clone(&observer),
            in_flight: AtomicU32::new(0),
            table: Arc::clone(&table),
            trust: Trust {
                proxies: settings.trusted_proxies.into(),
                header: settings.address_header,
            },
            proxy_protocol: settings.proxy_protocol,
            max_requests: settings.max_requests,
            overloaded: settings.overloaded,
            turned_away: Arc::new(Semaphore::new(MAX_TURNED_AWAY)),
            tls: tls.as_ref().map(Tls::config),
            http1: http1::builder(),
            http2: http2::builder(),
        });
        let reloading = async {
            match tls {
                Some(tls) => tls.reload(settings.times.reload, &*observer).await,
                None => core::future::pending().await,
            }
        };
        let table = &table;
        let draining = async move {
            accept(&mut acceptor, &context, shutdown).await;
            accept_waiting(&mut acceptor, &context).await;
            drop(acceptor);
            table.tell_all(Order::Drain);
            let _ = tokio::time::timeout(settings.drain, table.emptied()).await;
        };
        // The other two do not end by themselves.
        tokio::select! {
            () = draining => {}
            () = table.sweep() => {}
            () = reloading => {}
        }
    }
}

impl<A> fmt::Debug for Listener<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener")
            .field("settings", &self.settings)
            .field("tls", &self.tls)
            .finish_non_exhaustive()
    }
}

/// Accepts connections until `shutdown` is ready.
async fn accept<A: Acceptor, H: Handler>(
    acceptor: &mut A,
    context: &Arc<Context<H>>,
    shutdown: impl Future<Output = ()>,
) {
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut shutdown => return,
            accepted = poll_fn(|task| acceptor.poll_accept(task)) => accepted,
        };
        match accepted {
            Ok((stream, peer)) => take(stream, peer, context).await,
            Err(error) => {
                context.observer.accept_failed(&error);
                // Usually there are no file descriptors left, and closing a connection frees one.
                context.table.displace();
                tokio::time::sleep(PAUSE_AFTER_FAILURE).await;
            }
        }
    }
}

/// Accepts the connections that waited when the shutdown began: they may have sent their request.
async fn accept_waiting<A: Acceptor, H: Handler>(acceptor: &mut A, context: &Arc<Context<H>>) {
    for _ in 0..QUEUE {
        let accepted = poll_fn(|task| match acceptor.poll_accept(task) {
            Poll::Ready(Ok(accepted)) => Poll::Ready(Some(accepted)),
            Poll::Ready(Err(error)) => {
                context.observer.accept_failed(&error);
                Poll::Ready(None)
            }
            Poll::Pending => Poll::Ready(None),
        });
        let Some((stream, peer)) = accepted.await else {
            return;
        };
        take(stream, peer, context).await;
    }
}

async fn take<S: Io, H: Handler>(stream: S, peer: IpAddr, context: &Arc<Context<H>>) {
    let Some(place) = context.table.take().await else {
        context.observer.connection_refused();
        // With TLS an answer would need a handshake, which is too expensive for a server at its capacity.
        if context.tls.is_none()
            && let Ok(turn) = Arc::clone(&context.turned_away).try_acquire_owned()
        {
            let overloaded = context.overloaded.clone();
            tokio::spawn(async move {
                refusal::overloaded(stream, &overloaded).await;
                drop(turn);
            });
        }
        return;
    };
    context.observer.connection_opened();
    tokio::spawn(serve_one(stream, peer, place, Arc::clone(context)));
}

async fn serve_one<S: Io, H: Handler>(
    stream: S,
    peer: IpAddr,
    place: Slot,
    context: Arc<Context<H>>,
) {
    let observer = Arc::clone(&context.observer);
    let origin = Origin {
        context,
        state: Arc::clone(place.state()),
        peer: peer.to_canonical(),
    };
    let closed = connection::serve(stream, origin).await;
    observer.connection_closed(closed);
    drop(place);
}

/// The maximum number of refused connections that receive an answer at the same time; others are closed without one.
const MAX_TURNED_AWAY: usize = 128;

/// The pause after a connection could not be accepted.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(50);
