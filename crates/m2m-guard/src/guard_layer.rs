//! A tower layer that lets only calls with a valid token pass.

use core::fmt;
use core::future::{Future, poll_fn};
use core::pin::Pin;
use core::task::{Context, Poll};
use std::sync::Arc;

use http::request::Parts;
use http::{Request, Response};
use m2m_client::Transport;
use m2m_errors::Cause;
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
    rule: Rule,
}

/// A service behind a guard; see [`GuardLayer`].
pub struct Guarded<S, T> {
    inner: S,
    layer: GuardLayer<T>,
}

/// The requirements of a route, all of which a call has to meet, and what becomes of one that does not.
#[derive(Clone)]
struct Rule {
    scopes: Vec<Scopes>,
    organizations: Vec<Arc<OrganizationOf>>,
    clients: Vec<Arc<[Box<str>]>>,
    conditions: Vec<Arc<Condition>>,
    trace_id: Option<Arc<TraceIdOf>>,
    on_denied: Arc<OnDenied>,
}

/// Scopes of which all are required, or one.
#[derive(Debug, Clone)]
enum Scopes {
    All(Arc<[&'static str]>),
    Any(Arc<[&'static str]>),
}

impl Scopes {
    fn required(&self) -> Requirement<'_> {
        match self {
            Self::All(scopes) => Requirement::scopes(scopes),
            Self::Any(scopes) => Requirement::any_scope(scopes),
        }
    }
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
            rule: Rule {
                scopes: Vec::new(),
                organizations: Vec::new(),
                clients: Vec::new(),
                conditions: Vec::new(),
                trace_id: None,
                on_denied: Arc::new(report),
            },
        }
    }

    /// Requires this scope. As all requirements, it is added to the earlier ones.
    #[must_use]
    pub fn scope(self, scope: &'static str) -> Self {
        self.all_scopes(&[scope])
    }

    /// Requires all of these scopes.
    #[must_use]
    pub fn all_scopes(mut self, scopes: &[&'static str]) -> Self {
        self.rule.scopes.push(Scopes::All(scopes.into()));
        self
    }

    /// Requires one of these scopes.
    #[must_use]
    pub fn any_scope(mut self, scopes: &[&'static str]) -> Self {
        self.rule.scopes.push(Scopes::Any(scopes.into()));
        self
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
        mut self,
        of: impl Fn(&Parts) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.rule.organizations.push(Arc::new(of));
        self
    }

    /// Requires that the caller is one of these clients (403, cause `caller-not-allowed`).
    #[must_use]
    pub fn clients(mut self, client_ids: &[&str]) -> Self {
        let client_ids = client_ids.iter().map(|own| Box::from(*own)).collect();
        self.rule.clients.push(client_ids);
        self
    }

    /// Requires that a function accepts the caller for this call (403, cause `caller-not-allowed`).
    #[must_use]
    pub fn accepts(
        mut self,
        condition: impl Fn(&Caller, &Parts) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.rule.conditions.push(Arc::new(condition));
        self
    }

    /// Names a denied call in its challenge, by the id that this function finds in the call, such as in a header of the proxy. The caller can quote it.
    #[must_use]
    pub fn trace_id(
        mut self,
        of: impl Fn(&Parts) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.rule.trace_id = Some(Arc::new(of));
        self
    }

    /// Reports denied calls to this function. By default, a warning with the cause and the evidence is logged with `tracing`, and an error if the API cannot
    /// check tokens.
    ///
    /// Calls that a handler denies later, such as for the organization of a loaded resource, do not come here. With the feature `axum`, a [`Denied`] that a handler
    /// returns is logged with `tracing`.
    #[must_use]
    pub fn on_denied(mut self, report: impl Fn(&Denied, &Parts) + Send + Sync + 'static) -> Self {
        self.rule.on_denied = Arc::new(report);
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
            caller.require(scopes.required())?;
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
}

/// Logs a denied call.
fn report(denied: &Denied, parts: &Parts) {
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
                    parts.extensions.insert(caller);
                    poll_fn(|context| inner.poll_ready(context)).await?;
                    inner.call(Request::from_parts(parts, body)).await
                }
                Err(denied) => {
                    (rule.on_denied)(&denied, &parts);
                    let trace_id = rule.trace_id.as_ref().and_then(|of| of(&parts));
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
            rule: self.rule.clone(),
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
