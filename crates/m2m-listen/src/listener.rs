//! The accept loop, from the first connection to the last.

use core::fmt;
use core::future::Future;
use core::net::SocketAddr;
use core::pin::pin;
use core::task::Poll;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use crate::admit::Trust;
use crate::connection_state::Order;
use crate::connection_table::{ConnectionTable, Slot};
use crate::observer::Unobserved;
use crate::origin::{Context, Origin};
use crate::tls::{Reloader, Tls};
use crate::{Handler, ListenError, ListenSettings, Observer, connection, http1, http2, refusal};

/// A listener that has its address and its certificate, and serves no connection yet.
pub struct Listener {
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<Tls>,
    settings: ListenSettings,
    observer: Arc<dyn Observer>,
}

impl Listener {
    /// Binds the address, and reads the files of TLS.
    ///
    /// # Errors
    ///
    /// [`ListenError`] if the address or a file of TLS cannot be used.
    pub async fn bind(settings: ListenSettings) -> Result<Self, ListenError> {
        let tls = settings.tls.clone().map(Tls::load).transpose()?;
        let failed = |error| ListenError::Bind {
            address: settings.address,
            error,
        };
        let listener = TcpListener::bind(settings.address).await.map_err(failed)?;
        Ok(Self {
            address: listener.local_addr().map_err(failed)?,
            listener,
            tls,
            settings,
            observer: Arc::new(Unobserved),
        })
    }

    /// The same listener, which reports to this observer.
    #[must_use]
    pub fn observed_by(self, observer: Arc<dyn Observer>) -> Self {
        Self { observer, ..self }
    }

    /// The address, with the port that was chosen if the settings have port 0.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// A handle that has the files of TLS read again; `None` without TLS.
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
            listener,
            tls,
            settings,
            observer,
            ..
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
            accept(&listener, &context, shutdown).await;
            accept_waiting(&listener, &context).await;
            drop(listener);
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

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener")
            .field("settings", &self.settings)
            .field("tls", &self.tls)
            .finish_non_exhaustive()
    }
}

/// Accepts connections until `shutdown` is ready.
async fn accept<H: Handler>(
    listener: &TcpListener,
    context: &Arc<Context<H>>,
    shutdown: impl Future<Output = ()>,
) {
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut shutdown => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, peer)) = accepted else {
            // In most cases there are no file descriptors left, and a connection that is closed frees one.
            context.table.displace();
            tokio::time::sleep(PAUSE_AFTER_FAILURE).await;
            continue;
        };
        take(stream, peer, context).await;
    }
}

/// Accepts the connections that waited when the shutdown began: they may have sent their request.
async fn accept_waiting<H: Handler>(listener: &TcpListener, context: &Arc<Context<H>>) {
    for _ in 0..MAX_WAITING {
        let accepted = core::future::poll_fn(|task| match listener.poll_accept(task) {
            Poll::Ready(Ok(accepted)) => Poll::Ready(Some(accepted)),
            Poll::Ready(Err(_)) | Poll::Pending => Poll::Ready(None),
        });
        let Some((stream, peer)) = accepted.await else {
            return;
        };
        take(stream, peer, context).await;
    }
}

async fn take<H: Handler>(stream: TcpStream, peer: SocketAddr, context: &Arc<Context<H>>) {
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
    // An answer is one packet, and holding it back would only delay it.
    let _ = stream.set_nodelay(true);
    context.observer.connection_opened();
    tokio::spawn(serve_one(stream, peer, place, Arc::clone(context)));
}

async fn serve_one<H: Handler>(
    stream: TcpStream,
    peer: SocketAddr,
    place: Slot,
    context: Arc<Context<H>>,
) {
    let observer = Arc::clone(&context.observer);
    let origin = Origin {
        context,
        state: Arc::clone(place.state()),
        peer: peer.ip().to_canonical(),
    };
    let closed = connection::serve(stream, origin).await;
    observer.connection_closed(closed);
    drop(place);
}

/// The maximum number of refused connections that receive an answer at the same time; others are closed without one.
const MAX_TURNED_AWAY: usize = 128;

/// The pause after a connection could not be accepted.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(50);

/// The length of the queue of connections in the operating system.
const MAX_WAITING: usize = 1024;
