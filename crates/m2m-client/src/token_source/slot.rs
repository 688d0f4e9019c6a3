//! The state of one request for tokens: the token, the request in flight, and the last failure.
//!
//! Times are durations since the start of the source.

use core::time::Duration;
use std::sync::Arc;

use fastrand::Rng;

use super::timing::{self, Kind};
use crate::{AccessToken, TokenError};

/// The state of one request for tokens. At most one request is in flight.
#[derive(Debug, Default)]
pub(super) struct Slot {
    held: Option<Held>,
    failure: Option<Failure>,
    /// The number of failures since the last token.
    failures: u32,
    is_in_flight: bool,
    /// The time of the last token that was requested because an API refused the previous one.
    replaced_at: Option<Duration>,
    used_at: Duration,
}

/// A token, and the times that follow from its lifetime.
#[derive(Debug)]
struct Held {
    token: Arc<AccessToken>,
    renew_at: Duration,
    usable_until: Duration,
}

/// The last request, which failed.
#[derive(Debug)]
struct Failure {
    error: TokenError,
    is_temporary: bool,
    retry_at: Duration,
}

/// The answer to a caller that asks for a token.
#[derive(Debug)]
pub(super) enum Next {
    /// Use this token.
    Use(Arc<AccessToken>),
    /// Send a request, and use this token in the meantime.
    UseAndSend(Arc<AccessToken>),
    /// Send a request, and ask again when it has ended.
    Send,
    /// Ask again when the request in flight has ended.
    Wait,
    /// Ask again at this time. Until then there is only this error.
    Retry { at: Duration, error: TokenError },
    /// No request would succeed.
    Fail(TokenError),
}

/// The answer to a caller whose token an API has refused.
#[derive(Debug)]
pub(super) enum NextAfter {
    /// Use this token. It is the same one if no other is requested now.
    Use(Arc<AccessToken>),
    /// Send a request, and ask again when it has ended.
    Send,
    /// Ask again when the request in flight has ended.
    Wait,
    /// The source has no token: ask as every caller does.
    Ask,
}

/// The minimum time between two tokens that are requested because an API refused the previous one. An API that refuses every token must not lead to a
/// request for each call.
const MIN_BETWEEN_REPLACEMENTS: Duration = Duration::from_secs(30);

/// The minimum time for which a token is used after it has arrived: the callers that have waited for it get it, however short its lifetime is.
const MIN_USE: Duration = Duration::from_secs(1);

impl Slot {
    /// Returns the answer to a caller that asks at this time. If it says to send a request, the request counts as in flight.
    pub(super) fn next(&mut self, now: Duration) -> Next {
        self.used_at = now;
        let is_paused = self.is_paused(now);
        let usable = self.held.as_ref().filter(|held| now < held.usable_until);
        if let Some(held) = usable {
            let token = Arc::clone(&held.token);
            if now < held.renew_at || self.is_in_flight || is_paused {
                return Next::Use(token);
            }
            self.is_in_flight = true;
            return Next::UseAndSend(token);
        }
        if self.is_in_flight {
            return Next::Wait;
        }
        match &self.failure {
            Some(last) if is_paused => {
                let error = last.error.clone();
                if last.is_temporary {
                    Next::Retry {
                        at: last.retry_at,
                        error,
                    }
                } else {
                    Next::Fail(error)
                }
            }
            Some(_) | None => {
                self.is_in_flight = true;
                Next::Send
            }
        }
    }

    /// Records the end of the request that was sent at a time.
    pub(super) fn ended(
        &mut self,
        outcome: Result<(AccessToken, Duration), TokenError>,
        sent_at: Duration,
        now: Duration,
        random: &mut Rng,
    ) {
        self.is_in_flight = false;
        match outcome {
            Ok((token, lifetime)) => {
                self.failures = 0;
                self.failure = None;
                let usable_until = sent_at.saturating_add(timing::usable(lifetime));
                self.held = Some(Held {
                    token: Arc::new(token),
                    renew_at: sent_at.saturating_add(timing::renewal(lifetime, random)),
                    usable_until: usable_until.max(now.saturating_add(MIN_USE)),
                });
            }
            Err(error) => {
                self.failures = self.failures.saturating_add(1);
                let is_temporary = error.is_temporary();
                let kind = if is_temporary {
                    Kind::Temporary {
                        stated: error.retry_after(),
                    }
                } else {
                    Kind::Permanent
                };
                let pause = timing::pause(kind, self.failures, random);
                self.failure = Some(Failure {
                    error,
                    is_temporary,
                    retry_at: now.saturating_add(pause),
                });
            }
        }
    }

    /// Returns the answer to a caller whose token an API has refused.
    ///
    /// The refused token is used by the others until there is a new one: it may be the API that is wrong.
    pub(super) fn next_after(&mut self, refused: &AccessToken, now: Duration) -> NextAfter {
        let Some(held) = self.held.as_ref().filter(|held| now < held.usable_until) else {
            return NextAfter::Ask;
        };
        let token = Arc::clone(&held.token);
        if token.expose_secret() != refused.expose_secret() {
            // Another caller was faster.
            return NextAfter::Use(token);
        }
        if self.is_in_flight {
            return NextAfter::Wait;
        }
        let is_recent = |at: Duration| now < at.saturating_add(MIN_BETWEEN_REPLACEMENTS);
        if self.replaced_at.is_some_and(is_recent) || self.is_paused(now) {
            return NextAfter::Use(token);
        }
        self.used_at = now;
        self.replaced_at = Some(now);
        self.is_in_flight = true;
        NextAfter::Send
    }

    fn is_paused(&self, now: Duration) -> bool {
        self.failure
            .as_ref()
            .is_some_and(|last| now < last.retry_at)
    }

    /// Returns the failure of the last request that has ended, if it failed.
    pub(super) fn last_error(&self) -> Option<TokenError> {
        self.failure.as_ref().map(|last| last.error.clone())
    }

    /// The time at which a caller last asked.
    pub(super) const fn used_at(&self) -> Duration {
        self.used_at
    }

    /// Returns true if a request is in flight.
    pub(super) const fn is_in_flight(&self) -> bool {
        self.is_in_flight
    }
}
