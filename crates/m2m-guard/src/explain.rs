//! All the reasons for which a call would be denied.

use m2m_errors::Cause;
use m2m_jwt::{Algorithm, InvalidToken, KeySet, UnixTime, VerifySignature};

use crate::guard::Settings;
use crate::{Call, Caller, Denied, Evidence, Guard, Requirement};

impl Guard {
    /// Returns all the reasons for which a call would be denied, in the order in which they are checked. Without any, the call would pass.
    ///
    /// [`check`](Self::check) stops at the first reason, which is the answer to a caller. A person who mends a client wants to know all of them: that the token
    /// has expired, and that it is for another API as well. Each reason is checked as if the earlier ones did not exist. After one that leaves nothing to check,
    /// such as a wrong signature, the list ends.
    ///
    /// ```
    /// use m2m_guard::{Call, Guard, JwkSet, KeySet, Requirement, UnixTime};
    ///
    /// let guard = Guard::new("https://id.example", &["https://orders.example/api"]);
    /// let keys = KeySet::new(&JwkSet::parse(r#"{"keys": []}"#)?);
    /// let call = Call::new(&[], None);
    /// let reasons = guard.explain(&call, &keys, Requirement::token(), UnixTime::from_seconds(0));
    /// assert_eq!(reasons.iter().map(|denied| denied.cause().id()).collect::<Vec<_>>(), ["token-missing"]);
    /// # Ok::<(), m2m_guard::InvalidJwkSet>(())
    /// ```
    #[must_use]
    pub fn explain<K: VerifySignature>(
        &self,
        call: &Call<'_>,
        keys: &KeySet<K>,
        required: Requirement<'_>,
        now: UnixTime,
    ) -> Vec<Denied> {
        let mut reasons = Vec::new();
        let mut lenient = Lenient {
            guard: self.clone(),
            now,
        };
        loop {
            let Lenient { guard, now } = &lenient;
            let denied = match guard.check(call, keys, Requirement::token(), *now) {
                Ok(caller) => {
                    reasons.extend(self.unmet(&caller, required));
                    return reasons;
                }
                Err(denied) => self.answered(denied),
            };
            // The same reason again has not been removed.
            let is_new = !reasons
                .iter()
                .any(|own: &Denied| own.cause() == denied.cause());
            let is_removed = is_new && lenient.remove(&denied);
            if is_new {
                reasons.push(denied);
            }
            if !is_removed {
                return reasons;
            }
        }
    }

    /// Returns the parts of a requirement that a caller does not meet.
    fn unmet(&self, caller: &Caller, required: Requirement<'_>) -> Vec<Denied> {
        let organization = required
            .needed_organization()
            .map(|code| Requirement::token().in_organization(code));
        let parts = organization
            .into_iter()
            .chain([required.without_organization()]);
        parts
            .filter_map(|part| self.check_caller(caller, part).err())
            .collect()
    }
}

/// A guard that expects what the token has, where that was not as expected.
struct Lenient {
    guard: Guard,
    now: UnixTime,
}

impl Lenient {
    /// Removes the reason of a denial, so that the next one is found. Returns false if nothing can be checked without it.
    fn remove(&mut self, denied: &Denied) -> bool {
        if denied.cause() == Cause::ClientMismatch {
            return self.change(|settings| settings.clients = None);
        }
        match denied.evidence() {
            Evidence::Issuer { found, .. } => {
                self.change(|settings| settings.issuer = found.clone())
            }
            Evidence::Audience { found, .. } => {
                self.change(|settings| settings.audiences = found.clone())
            }
            Evidence::HeaderParameter { name: "typ", .. } => {
                self.change(|settings| settings.is_any_type_accepted = true)
            }
            Evidence::HeaderParameter { name: "alg", .. } => {
                self.change(|settings| settings.algorithms = Algorithm::ALL.into())
            }
            Evidence::Token(error) => self.remove_of_time(*error),
            Evidence::None
            | Evidence::Header(_)
            | Evidence::Scheme(_)
            | Evidence::HeaderParameter { .. }
            | Evidence::ClaimValue { .. }
            | Evidence::Claim { .. }
            | Evidence::Scope { .. }
            | Evidence::AnyScope { .. }
            | Evidence::Keys { .. }
            | Evidence::Inactive
            | Evidence::Unanswered { .. }
            | Evidence::Organization { .. } => false,
        }
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "without the form of the token, its key or its claims there is nothing to check"
    )]
    fn remove_of_time(&mut self, error: InvalidToken) -> bool {
        match error {
            InvalidToken::Expired { expired_at } => self.now = expired_at.saturating_sub_seconds(1),
            InvalidToken::NotYetValid { not_before: at }
            | InvalidToken::IssuedInFuture { issued_at: at } => self.now = at,
            InvalidToken::LifetimeTooLong { .. } => {
                return self.change(|settings| settings.max_lifetime_seconds = None);
            }
            InvalidToken::TypeMissing | InvalidToken::TypeMismatch => {
                return self.change(|settings| settings.is_any_type_accepted = true);
            }
            _ => return false,
        }
        true
    }

    fn change(&mut self, change: impl FnOnce(&mut Settings)) -> bool {
        self.guard.change(change);
        true
    }
}
