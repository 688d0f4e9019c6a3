//! Connections: taken, bounded, secured, and ended in good order.
//!
//! What a stranger controls has a limit here: how many connections there are and how long each may take for what it does. The times are
//! watched by one sweep over all connections rather than by a timer for each, so that a request sets none.

mod admit;
mod connection;
mod files;
mod frame_meter;
mod http1;
mod http2;
mod proxy_protocol;
mod refusal;
mod seat;
mod seats;
mod tls;
mod transport;

use core::future::Future;
use core::net::{IpAddr, SocketAddr};
use core::pin::pin;
use core::task::Poll;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use http::request::Parts;
use hyper::body::Incoming;
use ipnet::IpNet;
use m2m_errors::Cause;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use crate::http::Response;
use crate::metrics::Metrics;
use crate::settings::Scheme;
use m2m_host::error::Failure;

use admit::Trust;
use connection::{Context, Origin};
use seat::Order;
use seats::{Place, Seats};
use tls::Tls;

pub(crate) use admit::AddressHeader;
pub(crate) use files::raise_limit;

/// How and where to listen.
#[derive(Debug, Clone)]
pub(crate) struct ListenSettings {
    /// Where; port 0 takes a free one.
    pub(crate) address: SocketAddr,
    /// The certificate, if TLS ends here.
    pub(crate) tls: Option<TlsFiles>,
    /// The proxies whose word on a caller's address is taken.
    pub(crate) trusted_proxies: Vec<IpNet>,
    /// Whether they say it before the first byte of a connection.
    pub(crate) proxy_protocol: ProxyProtocol,
    /// In which header they say it.
    pub(crate) address_header: Option<AddressHeader>,
    /// So many connections at once.
    pub(crate) max_connections: usize,
    /// So many requests at once, those that are still being read included.
    pub(crate) max_requests: u32,
    /// How long requests may take to end when the server does.
    pub(crate) drain: Duration,
    /// How long callers may take.
    pub(crate) times: Times,
}

/// The files of TLS.
#[derive(Debug, Clone)]
pub(crate) struct TlsFiles {
    /// The certificates: that of the server, and then those that lead to the root.
    pub(crate) cert: PathBuf,
    /// The private key of the first of them.
    pub(crate) key: PathBuf,
}

/// Whether connections begin with a header of the PROXY protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProxyProtocol {
    /// None does.
    Off,
    /// Those of trusted proxies do, and no others.
    Required,
}

/// How long callers may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Times {
    /// From the connection to the first byte of a request, TLS and the header of a proxy included.
    pub(crate) opening: Duration,
    /// From the first byte of a request to the end of its header.
    pub(crate) head: Duration,
    /// From an answer to the next request.
    pub(crate) idle: Duration,
    /// To take an answer.
    pub(crate) write: Duration,
    /// To see that the connection ends.
    pub(crate) linger: Duration,
    /// How often it is looked whether the certificate has changed.
    pub(crate) reload: Duration,
}

impl Times {
    /// What a slow link needs, and no more. An idle connection may stay longer: it is the first to go when its place is needed.
    pub(crate) const DEFAULT: Self = Self {
        opening: Duration::from_secs(10),
        head: Duration::from_secs(10),
        idle: Duration::from_secs(60),
        write: Duration::from_secs(10),
        linger: Duration::from_secs(5),
        reload: Duration::from_secs(5),
    };

    /// All of them alike: for tests, which do not wait for ten seconds.
    pub(crate) const fn all(time: Duration) -> Self {
        Self {
            opening: time,
            head: time,
            idle: time,
            write: time,
            linger: time,
            reload: time,
        }
    }

    /// How often all connections are looked at: so that no time is exceeded by more than a quarter of the least.
    fn sweep_interval(&self) -> Duration {
        let least = self.opening.min(self.head).min(self.idle).min(self.write);
        (least / 4).clamp(MIN_SWEEP_INTERVAL, MAX_SWEEP_INTERVAL)
    }
}

impl ListenSettings {
    /// As a server listens by default, at this address.
    pub(crate) const fn at(address: SocketAddr) -> Self {
        Self {
            address,
            tls: None,
            trusted_proxies: Vec::new(),
            proxy_protocol: ProxyProtocol::Off,
            address_header: None,
            max_connections: MAX_CONNECTIONS,
            max_requests: MAX_REQUESTS,
            drain: DRAIN_TIME,
            times: Times::DEFAULT,
        }
    }
}

/// Who answers requests.
pub(crate) trait Handler: core::fmt::Debug + Send + Sync + 'static {
    /// Answers one request that came from this address.
    fn respond(
        &self,
        request: Request<Incoming>,
        address: IpAddr,
    ) -> impl Future<Output = Response> + Send;

    /// Refuses a request, or what could have become one, before anything is done for it.
    fn refuse(&self, cause: Cause, parts: &Parts, address: IpAddr) -> Response;
}

/// A place to listen, which has been found.
#[derive(Debug)]
pub(crate) struct Listening {
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<Tls>,
    settings: ListenSettings,
}

impl Listening {
    /// Takes the address, which another `option` can name, and reads the files of TLS.
    ///
    /// # Errors
    ///
    /// If the address cannot be had, or a file is wrong.
    pub(crate) async fn at(settings: ListenSettings, option: &str) -> Result<Self, Failure> {
        let tls = settings.tls.clone().map(Tls::load).transpose()?;
        let cannot_listen = |error: std::io::Error| {
            Failure::of_io(format!("cannot listen on {}", settings.address), &error).help(format!(
                "choose another address with {option}; port 0 takes a free one"
            ))
        };
        let listener = TcpListener::bind(settings.address)
            .await
            .map_err(cannot_listen)?;
        Ok(Self {
            address: listener.local_addr().map_err(cannot_listen)?,
            listener,
            tls,
            settings,
        })
    }

    /// Where it is, with the port that was taken.
    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// How callers reach it, if they can by its address: `https` where TLS ends here.
    pub(crate) const fn scheme(&self) -> Scheme {
        match self.tls {
            Some(_) => Scheme::Https,
            None => Scheme::Http,
        }
    }

    /// Serves until `shutdown` is ready; then takes no more connections and ends those that are there when their requests are
    /// answered, but does not wait for longer than it was told to.
    pub(crate) async fn serve<H: Handler>(
        self,
        handler: Arc<H>,
        metrics: Arc<Metrics>,
        shutdown: impl Future<Output = ()>,
    ) {
        let Self {
            listener,
            tls,
            settings,
            ..
        } = self;
        let seats = Seats::new(settings.max_connections, settings.times);
        let context = Arc::new(Context {
            handler,
            metrics: Arc::clone(&metrics),
            seats: Arc::clone(&seats),
            trust: Trust {
                proxies: settings.trusted_proxies.into(),
                header: settings.address_header,
            },
            proxy_protocol: settings.proxy_protocol,
            max_requests: settings.max_requests.into(),
            turned_away: Arc::new(Semaphore::new(MAX_TURNED_AWAY)),
            tls: tls.as_ref().map(Tls::config),
            http1: http1::builder(),
            http2: http2::builder(),
        });
        let reloading = async {
            match tls {
                Some(tls) => tls.reload(settings.times.reload, &metrics).await,
                None => core::future::pending().await,
            }
        };
        let seats = &seats;
        let draining = async move {
            accept(&listener, &context, shutdown).await;
            accept_waiting(&listener, &context).await;
            drop(listener);
            seats.tell_all(Order::Drain);
            let _ = tokio::time::timeout(settings.drain, seats.emptied()).await;
        };
        // Times are watched to the end; neither of the other two ends by itself.
        tokio::select! {
            () = draining => {}
            () = seats.sweep() => {}
            () = reloading => {}
        }
    }
}

/// Takes connections until `shutdown` is ready.
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
            // Mostly there are no file descriptors left; connections that end give some back.
            context.seats.displace();
            tokio::time::sleep(PAUSE_AFTER_FAILURE).await;
            continue;
        };
        take(stream, peer, context).await;
    }
}

/// Takes the connections that were there before the server was told to end: they may have sent their request.
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
    let Some(place) = context.seats.take().await else {
        context.metrics.connection_refused();
        // In TLS it would take a handshake, of which there are enough.
        if context.tls.is_none()
            && let Ok(turn) = Arc::clone(&context.turned_away).try_acquire_owned()
        {
            tokio::spawn(async move {
                refusal::overloaded(stream).await;
                drop(turn);
            });
        }
        return;
    };
    // An answer is one packet; holding it back for more to come would only delay it.
    let _ = stream.set_nodelay(true);
    context.metrics.connection_opened();
    tokio::spawn(serve_one(stream, peer, place, Arc::clone(context)));
}

async fn serve_one<H: Handler>(
    stream: TcpStream,
    peer: SocketAddr,
    place: Place,
    context: Arc<Context<H>>,
) {
    let metrics = Arc::clone(&context.metrics);
    let origin = Origin {
        context,
        seat: Arc::clone(place.seat()),
        peer: peer.ip().to_canonical(),
    };
    let closed = connection::serve(stream, origin).await;
    metrics.connection_closed(closed);
    drop(place);
}

/// So many connections at once. One that has sent nothing costs some 2 KiB, an idle one some 10 KiB.
pub(crate) const MAX_CONNECTIONS: usize = 10_000;

/// So many requests at once: as many as there are connections, though one of HTTP/2 carries several. Each may hold a body.
pub(crate) const MAX_REQUESTS: u32 = 10_000;

/// So many of those for whom there is no place are told so at once; the others find the connection closed.
const MAX_TURNED_AWAY: usize = 128;

/// How long requests may take to end when the server does.
const DRAIN_TIME: Duration = Duration::from_secs(10);

/// How long no connection is taken after one could not be.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(50);

/// The length of the queue in which connections wait to be taken: what the operating system is asked for.
const MAX_WAITING: usize = 1024;

/// More often is not worth it.
const MIN_SWEEP_INTERVAL: Duration = Duration::from_millis(5);

/// The clock of the connections is as exact as this.
const MAX_SWEEP_INTERVAL: Duration = Duration::from_secs(1);
