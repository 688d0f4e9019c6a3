//! The questions to an issuer whether tokens are still active.

use core::time::Duration;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use m2m_client::{Client, Transport};
use tokio::sync::Notify;

use crate::issuer_keys::Uptime;

/// The issuer that is asked about tokens.
pub(crate) struct Introspection<T> {
    client: Client<T>,
    /// The time for which an answer about a token is used.
    kept_for: Duration,
    uptime: Uptime,
    /// The last failure, and the time until which it is the answer to every question.
    failure: Mutex<Option<(Unanswered, Duration)>>,
}

/// The last answer about one token.
#[derive(Debug, Default)]
pub(crate) struct Status {
    state: Mutex<State>,
    /// Notified when a question has ended.
    ended: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// The last answer, and the time until which it is used.
    answer: Option<(bool, Duration)>,
    /// The outcome of the last question, for the calls that have waited for it.
    outcome: Option<bool>,
    is_asking: bool,
}

/// The issuer has not answered.
#[derive(Debug, Clone)]
pub(crate) struct Unanswered {
    pub(crate) reason: Box<str>,
    pub(crate) retry_after: Duration,
}

/// The time after a failure within which no other question is sent, unless the issuer states a longer one.
const PAUSE: Duration = Duration::from_secs(1);

/// The maximum time that an issuer can state.
const MAX_PAUSE: Duration = Duration::from_secs(60);

impl<T> Introspection<T> {
    pub(crate) const fn new(client: Client<T>, kept_for: Duration, uptime: Uptime) -> Self {
        Self {
            client,
            kept_for,
            uptime,
            failure: Mutex::new(None),
        }
    }

    /// Returns the failure that is the answer at this time, if there is one.
    fn failure(&self, now: Duration) -> Option<Unanswered> {
        let failure = lock(&self.failure);
        let (unanswered, until) = failure.as_ref()?;
        let retry_after = until.saturating_sub(now);
        (!retry_after.is_zero()).then(|| Unanswered {
            reason: unanswered.reason.clone(),
            retry_after,
        })
    }
}

impl<T: Transport> Introspection<T> {
    /// Returns true if the token is active. Of the calls with the same token that ask at the same time, one sends the question.
    pub(crate) async fn is_active(
        self: &Arc<Self>,
        token: &str,
        status: &Arc<Status>,
    ) -> Result<bool, Unanswered> {
        // Before the question, so that no end of another is missed.
        let ended = status.ended.notified();
        let now = (self.uptime)();
        let is_first = {
            let mut state = lock(&status.state);
            if let Some((answer, until)) = state.answer
                && now < until
            {
                return Ok(answer);
            }
            if !state.is_asking
                && let Some(unanswered) = self.failure(now)
            {
                return Err(unanswered);
            }
            let is_first = !core::mem::replace(&mut state.is_asking, true);
            if is_first {
                state.outcome = None;
            }
            is_first
        };
        if is_first {
            let question = Question {
                introspection: Arc::clone(self),
                status: Arc::clone(status),
            };
            tokio::spawn(question.ask(token.to_owned()));
        }
        ended.await;
        let outcome = lock(&status.state).outcome;
        outcome.ok_or_else(|| {
            self.failure(now).unwrap_or_else(|| Unanswered {
                reason: "the question was interrupted".into(),
                retry_after: PAUSE,
            })
        })
    }
}

/// A question in flight. However its task ends, the waiting calls learn of it.
struct Question<T> {
    introspection: Arc<Introspection<T>>,
    status: Arc<Status>,
}

impl<T: Transport> Question<T> {
    async fn ask(self, token: String) {
        let own = &*self.introspection;
        let outcome = own.client.is_active(&token).await;
        let now = (own.uptime)();
        match outcome {
            Ok(is_active) => {
                *lock(&own.failure) = None;
                let mut state = lock(&self.status.state);
                state.answer = Some((is_active, now.saturating_add(own.kept_for)));
                state.outcome = Some(is_active);
            }
            Err(error) => {
                let stated = error.retry_after().unwrap_or_default().min(MAX_PAUSE);
                let retry_after = PAUSE.max(stated);
                let unanswered = Unanswered {
                    reason: error.to_string().into(),
                    retry_after,
                };
                *lock(&own.failure) = Some((unanswered, now.saturating_add(retry_after)));
            }
        }
    }
}

impl<T> Drop for Question<T> {
    fn drop(&mut self) {
        lock(&self.status.state).is_asking = false;
        self.status.ended.notify_waiters();
    }
}

/// The state is consistent after each change, so that a panic elsewhere does not matter.
fn lock<V>(mutex: &Mutex<V>) -> MutexGuard<'_, V> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
