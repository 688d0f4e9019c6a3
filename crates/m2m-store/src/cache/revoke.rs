//! Revoking tokens on a node: durably, many at a time, and in memory at once.

use std::sync::{Mutex, PoisonError};

use m2m_jwt::UnixTime;
use tokio::sync::oneshot;
use tokio::sync::oneshot::error::TryRecvError;

use super::RegistryCache;
use crate::{Backend, Revocation, RevocationPage, RevokedToken, StoreError, Uptime};

/// The revocations that wait to be written, so that many of them take one write to the disk.
#[derive(Debug, Default)]
pub(super) struct Waiting(Mutex<Vec<(Revocation, Told)>>);

/// The one who waits for the outcome of a revocation.
type Told = oneshot::Sender<Result<(), StoreError>>;

/// The maximum number of revocations in one write, so that no other write waits long for it.
const MAX_AT_ONCE: usize = 1_000;

impl Waiting {
    fn add(&self, revocation: Revocation) -> oneshot::Receiver<Result<(), StoreError>> {
        let (told, outcome) = oneshot::channel();
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.push((revocation, told));
        outcome
    }

    /// Takes the first of them. Those whose request was given up are taken as well: the caller may have sent it and not waited for the answer.
    fn take(&self) -> (Vec<Revocation>, Vec<Told>) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let many = waiting.len().min(MAX_AT_ONCE);
        waiting.drain(..many).unzip()
    }
}

impl<B: Backend> RegistryCache<B> {
    /// Revokes a token. When it returns, the revocation is durable with its audit event, and in effect on this node. Revocations that are
    /// requested at the same time are written together.
    ///
    /// # Errors
    ///
    /// [`StoreError::TooManyRevocations`] if there is no more room, and the error of the store if it cannot be written.
    pub async fn revoke_token(
        &self,
        revocation: Revocation,
        now: UnixTime,
        uptime: Uptime,
    ) -> Result<(), StoreError> {
        let mut outcome = self.waiting.add(revocation.clone());
        // One at a time writes what waits; the others find the outcome when it is their turn.
        let _turn = self.revoking.lock().await;
        loop {
            match outcome.try_recv() {
                Ok(outcome) => return outcome,
                Err(TryRecvError::Empty) => {}
                // The request that wrote it was given up before it knew the outcome. To revoke a token twice does not harm.
                Err(TryRecvError::Closed) => outcome = self.waiting.add(revocation.clone()),
            }
            let (revocations, told) = self.waiting.take();
            let expired_by = self.revoked.horizon(now, uptime);
            let made = Backend::revoke(
                self,
                revocations,
                expired_by.unwrap_or(UnixTime::from_seconds(0)),
            )
            .await;
            for (position, told) in told.into_iter().enumerate() {
                let outcome = match &made {
                    Ok(made) if position < *made => Ok(()),
                    Ok(_) => Err(StoreError::TooManyRevocations),
                    Err(error) => Err(error.clone()),
                };
                // A request that was given up does not wait for it.
                let _ = told.send(outcome);
            }
        }
    }

    /// Returns true if the token with this `jti` was revoked. Answers from memory.
    #[must_use]
    pub fn is_token_revoked(&self, jwt_id: &str) -> bool {
        self.revoked.contains(RevokedToken::of(jwt_id))
    }

    /// Returns the number of revoked tokens that have not expired.
    #[must_use]
    pub fn revoked_tokens(&self) -> usize {
        self.revoked.len()
    }

    /// Forgets the revocations of tokens that have expired: in memory those of a part of all, and in the store some thousands. It is called
    /// every few seconds.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store cannot be written.
    pub async fn forget_revocations(
        &self,
        now: UnixTime,
        uptime: Uptime,
    ) -> Result<(), StoreError> {
        let Some(horizon) = self.revoked.horizon(now, uptime) else {
            return Ok(());
        };
        let before = self.revoked.len();
        self.revoked.sweep(horizon);
        if self.revoked.len() < before {
            self.backend.forget_revocations(horizon).await?;
        }
        Ok(())
    }

    /// Reads the revocations that this node does not know yet.
    pub(super) async fn read_revocations(&self) -> Result<(), StoreError> {
        use std::sync::atomic::Ordering;
        loop {
            let from = self.last_revocation.load(Ordering::SeqCst);
            let page = self.backend.revocations_after(from).await?;
            for (token, expires_at) in &page.entries {
                self.revoked.insert(*token, *expires_at);
            }
            self.last_revocation.fetch_max(page.last, Ordering::SeqCst);
            if page.entries.len() < RevocationPage::MAX_ENTRIES {
                return Ok(());
            }
        }
    }
}
