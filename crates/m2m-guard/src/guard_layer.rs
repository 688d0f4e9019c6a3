//! A tower layer that lets only calls with a valid token pass.

use core::fmt;
use core::future::{Future, poll_fn};
use core::pin::Pin;
use core::task::{Context, Poll};
use std::sync::Arc;

use http::request::Parts;
use http::{Request, Response, header};
use m2m_client::Transport;
use m2m_errors::Cause;
use oauth_proto::ScopeToken;
use tower_layer::Layer;
use tower_service::Service;

use crate::{ApiGuard, Call, Caller, Denied, Requirement};

/// A layer that lets only calls with a valid token pass, and answers the others.
///
/// The service behind it finds the [`Caller`] among the extensions of the request. A denied call is answered with the status and the challenge of
/// its cause, and reported ([`on_denied`](Self::on_denied)).
///
/// In axum, `Router::route_layer` guards the routes of a router, and unknown paths are still answered with 404; `Router::layer` guards those as well.
///
/// ```
/// use m2m_guard::{ApiGuard, GuardLayer};
///
/// # fn layers<T>(guard: &ApiGuard<T>) -> (GuardLayer<T>, GuardLayer<T>) {
/// // Any valid token.
/// let callers = GuardLayer::new(guard);
/// // A token with a scope, of one of two clients.
/// let clerks = GuardLayer::new(guard).scope("write:orders").clients(&["billing-job", "clerk-job"]);
/// # (callers, clerks)
/// # }
/// ```
pub struct GuardLayer<T> {
    guard: ApiGuard<T>,
    rule: Arc<Rule>,
}

/// A service behind a guard; see [`GuardLayer`].
pub struct Guarded<S, T> {
    inner: S,
    layer: GuardLayer<T>,
}

/// The requirements of a route, all of which a call has to meet, and what becomes of one that does not.
#[derive(Clone, Default)]
struct Rule {
    scopes: Vec<Scopes>,
    organizations: Vec<Arc<OrganizationOf>>,
    clients: Vec<Arc<[Box<str>]>>,
    conditions: Vec<Arc<Condition>>,
    trace_id: Option<Arc<TraceIdOf>>,
    /// `None` means [`log`].
    on_denied: Option<Arc<OnDenied>>,
}

/// Scopes of which all are required, or one.
#[derive(Debug, Clone)]
enum Scopes {
    All(Box<[Box<str>]>),
    Any(Box<[Box<str>]>),
}

impl Scopes {
    fn check(&self, caller: &Caller) -> Result<(), Denied> {
        let (Self::All(scopes) | Self::Any(scopes)) = self;
        let scopes: Vec<&str> = scopes.iter().map(AsRef::as_ref).collect();
        caller.require(match self {
            Self::All(_) => Requirement::scopes(&scopes),
            Self::Any(_) => Requirement::any_scope(&scopes),
        })
    }
}

/// Returns these scopes, each of which must be one.
#[track_caller]
fn checked<S: AsRef<str>>(scopes: &[S]) -> Box<[Box<str>]> {
    let mut checked = Vec::with_capacity(scopes.len());
    for scope in scopes {
        let scope = scope.as_ref();
        assert!(
            ScopeToken::parse(scope).is_ok(),
            "{scope:?} is not a scope: a scope is one or more printable ASCII characters, without spaces, quotation marks and backslashes"
        );
        checked.push(scope.into());
    }
    checked.into()
}

type OrganizationOf = dyn Fn(&Parts) -> Option<String> + Send + Sync;
type TraceIdOf = dyn Fn(&Parts) -> Option<String> + Send + Sync;
type Condition = dyn Fn(&Caller, &Parts) -> bool + Send + Sync;
type OnDenied = dyn Fn(&Denied, &Parts) + Send + Sync;

impl<T> GuardLayer<T> {
    /// Returns a layer that requires a valid token, and nothing else.
    #[must_use]
    pub fn new(guard: &ApiGuard<T>) -> Self {
        Self {
            guard: guard.clone(),
            rule: Arc::default(),
        }
    }

    /// Requires this scope. As all requirements, it is added to the earlier ones.
    ///
    /// ```
    /// use m2m_guard::{ApiGuard, GuardLayer, InvalidScope, ScopeToken};
    ///
    /// # fn layer<T>(guard: &ApiGuard<T>, configured: String) -> Result<GuardLayer<T>, InvalidScope> {
    /// // A scope from configuration: without the first line, a wrong one would be a panic instead of an error.
    /// let scope = ScopeToken::parse(&configured)?;
    /// Ok(GuardLayer::new(guard).scope(scope))
    /// # }
    /// ```
    ///
    /// # Panics
    /// If the text is not a scope (RFC 6749, section 3.3), such as an empty text or two scopes together: no token could have it.
    #[must_use]
    #[track_caller]
    pub fn scope(self, scope: impl AsRef<str>) -> Self {
        self.all_scopes(&[scope])
    }

    /// Requires all of these scopes. An empty list requires none.
    ///
    /// # Panics
    /// If one of the texts is not a scope, as [`scope`](Self::scope).
    #[must_use]
    #[track_caller]
    pub fn all_scopes(self, scopes: &[impl AsRef<str>]) -> Self {
        let scopes = Scopes::All(checked(scopes));
        self.with(|rule| rule.scopes.push(scopes))
    }

    /// Requires one of these scopes. An empty list denies every call.
    ///
    /// # Panics
    /// If one of the texts is not a scope, as [`scope`](Self::scope).
    #[must_use]
    #[track_caller]
    pub fn any_scope(self, scopes: &[impl AsRef<str>]) -> Self {
        let scopes = Scopes::Any(checked(scopes));
        self.with(|rule| rule.scopes.push(scopes))
    }

    /// Requires that the caller belongs to the organization that this function finds in a call, such as in its path. A call in which it finds none is
    /// denied, as one of another organization.
    ///
    /// The path is as it was sent, with its escapes, and below `Router::nest` of axum without its prefix. A code with a character that is escaped is easier to check
    /// in the handler, with [`Caller::require_organization`].
    ///
    /// ```
    /// use m2m_guard::{ApiGuard, GuardLayer};
    ///
    /// # fn layer<T>(guard: &ApiGuard<T>) -> GuardLayer<T> {
    /// // For /orgs/{org_code}/orders.
    /// GuardLayer::new(guard).organization(|parts| {
    ///     let mut segments = parts.uri.path().split('/').skip(1);
    ///     (segments.next() == Some("orgs")).then(|| segments.next().map(str::to_owned))?
    /// })
    /// # }
    /// ```
    #[must_use]
    pub fn organization(
        self,
        of: impl Fn(&Parts) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.with(|rule| rule.organizations.push(Arc::new(of)))
    }

    /// Requires that the caller is one of these clients (403, cause `caller-not-allowed`).
    #[must_use]
    pub fn clients(self, client_ids: &[impl AsRef<str>]) -> Self {
        let client_ids = client_ids.iter().map(|own| own.as_ref().into()).collect();
        self.with(|rule| rule.clients.push(client_ids))
    }

    /// Requires that a function accepts the caller for this call (403, cause `caller-not-allowed`).
    #[must_use]
    pub fn accepts(
        self,
        condition: impl Fn(&Caller, &Parts) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.with(|rule| rule.conditions.push(Arc::new(condition)))
    }

    /// Names a denied call in its challenge, by the id that this function finds in the call, such as in a header of the proxy. The caller can quote it.
    #[must_use]
    pub fn trace_id(self, of: impl Fn(&Parts) -> Option<String> + Send + Sync + 'static) -> Self {
        self.with(|rule| rule.trace_id = Some(Arc::new(of)))
    }

    /// Reports denied calls to this function. By default, a warning with the cause and the evidence is logged with `tracing`, and an error if the API cannot
    /// check tokens.
    ///
    /// It gets the calls as well that the service behind the layer denies, such as for the organization of a loaded resource: those whose [`Caller`] has made the
    /// [`Denied`] that is the answer, with the feature `axum` or by [`Denied::to_http`]. Each call is reported once, by the innermost of several layers. An
    /// answer that the service writes itself is not recognized.
    #[must_use]
    pub fn on_denied(self, report: impl Fn(&Denied, &Parts) + Send + Sync + 'static) -> Self {
        self.with(|rule| rule.on_denied = Some(Arc::new(report)))
    }

    fn with(mut self, change: impl FnOnce(&mut Rule)) -> Self {
        change(Arc::make_mut(&mut self.rule));
        self
    }
}

impl Rule {
    async fn check<T: Transport>(
        &self,
        guard: &ApiGuard<T>,
        parts: &Parts,
    ) -> Result<Caller, Denied> {
        let caller = guard
            .check(&Call::from(parts), Requirement::token())
            .await?;
        for of in &self.organizations {
            // The empty organization is one that no caller belongs to.
            caller.require_organization(&of(parts).unwrap_or_default())?;
        }
        for scopes in &self.scopes {
            scopes.check(&caller)?;
        }
        let is_client = |clients: &Arc<[Box<str>]>| {
            let mut clients = clients.iter();
            clients.any(|own| **own == *caller.client_id())
        };
        let is_accepted = self.clients.iter().all(is_client)
            && self
                .conditions
                .iter()
                .all(|accepts| accepts(&caller, parts));
        if !is_accepted {
            return Err(caller.deny(Cause::CallerNotAllowed));
        }
        Ok(caller)
    }

    fn report(&self, denied: &Denied, parts: &Parts) {
        match &self.on_denied {
            Some(report) => report(denied, parts),
            None => log(denied, parts),
        }
    }

    fn trace_id(&self, parts: &Parts) -> Option<String> {
        self.trace_id.as_ref().and_then(|of| of(parts))
    }

    /// Returns what a report needs of a call that is passed on: the log only needs the method and the target, whose copies cost nothing.
    fn parts_for_report(&self, parts: &Parts) -> Parts {
        if self.on_denied.is_some() || self.trace_id.is_some() {
            return parts.clone();
        }
        let (mut copy, ()) = Request::new(()).into_parts();
        copy.method.clone_from(&parts.method);
        copy.uri.clone_from(&parts.uri);
        copy
    }

    /// Reports the denial that the service behind the layer has answered with, if it has.
    fn report_later_denial<R>(&self, response: &mut Response<R>, parts: &Parts) {
        let Some(denied) = response.extensions_mut().remove::<Denied>() else {
            return;
        };
        self.report(&denied, parts);
        if let Some(trace_id) = self.trace_id(parts)
            && let Some(field) = response.headers_mut().get_mut(header::WWW_AUTHENTICATE)
            && let Some(challenge) = denied.challenge_field(Some(&trace_id))
        {
            *field = challenge;
        }
    }
}

/// Logs a denied call.
fn log(denied: &Denied, parts: &Parts) {
    let client_id = denied.client_id();
    if denied.status() >= 500 {
        tracing::error!(
            cause = denied.cause().id(),
            client_id,
            method = %parts.method,
            path = parts.uri.path(),
            "call denied, since tokens cannot be checked: {denied}"
        );
        return;
    }
    tracing::warn!(
        cause = denied.cause().id(),
        client_id,
        method = %parts.method,
        path = parts.uri.path(),
        "call denied: {denied}"
    );
}

impl<S, T> Layer<S> for GuardLayer<T> {
    type Service = Guarded<S, T>;

    fn layer(&self, inner: S) -> Self::Service {
        Guarded {
            inner,
            layer: self.clone(),
        }
    }
}

impl<S, T, B, R> Service<Request<B>> for Guarded<S, T>
where
    S: Service<Request<B>, Response = Response<R>, Future: Send> + Clone + Send + 'static,
    T: Transport,
    B: Send + 'static,
    R: Default,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<R>, S::Error>> + Send>>;

    /// Always ready: a call that is not accepted takes no place in the service behind the guard.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let mut inner = self.inner.clone();
        let GuardLayer { guard, rule } = self.layer.clone();
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            match rule.check(&guard, &parts).await {
                Ok(caller) => {
                    let reported = rule.parts_for_report(&parts);
                    parts.extensions.insert(caller.behind_layer());
                    poll_fn(|context| inner.poll_ready(context)).await?;
                    let mut response = inner.call(Request::from_parts(parts, body)).await?;
                    rule.report_later_denial(&mut response, &reported);
                    Ok(response)
                }
                Err(denied) => {
                    rule.report(&denied, &parts);
                    let trace_id = rule.trace_id(&parts);
                    Ok(denied.to_http(trace_id.as_deref()).map(|()| R::default()))
                }
            }
        })
    }
}

impl<T> Clone for GuardLayer<T> {
    fn clone(&self) -> Self {
        Self {
            guard: self.guard.clone(),
            rule: Arc::clone(&self.rule),
        }
    }
}

impl<S: Clone, T> Clone for Guarded<S, T> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            layer: self.layer.clone(),
        }
    }
}

impl<T> fmt::Debug for GuardLayer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardLayer")
            .field("guard", &self.guard)
            .field("scopes", &self.rule.scopes)
            .field("clients", &self.rule.clients)
            .finish_non_exhaustive()
    }
}

impl<S: fmt::Debug, T> fmt::Debug for Guarded<S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guarded")
            .field("inner", &self.inner)
            .field("layer", &self.layer)
            .finish()
    }
}
