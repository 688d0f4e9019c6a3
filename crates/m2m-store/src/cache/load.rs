//! Loading an application into memory.

use std::sync::Arc;

use m2m_authority::registry::Application;
use m2m_jwt::UnixTime;

use super::RegistryCache;
use super::common::Common;
use super::contents::Held;
use crate::quota::Counter;
use crate::{Backend, CachedApplication, Found, StoreError};

/// The result of a read.
enum Read {
    /// The entry may be served.
    Fresh(Option<Arc<CachedApplication>>),
    /// The entry was forgotten while it was read.
    Outdated,
}

impl<B: Backend> RegistryCache<B> {
    /// Reads the application with a client id, after a [`Miss`](super::Lookup::Miss). Requests for the same client id share one read.
    /// An application that is changed while it is read is read again.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if it cannot be read; this does not mean that there is no such application. Requests that waited for the same
    /// read get the same error, and do not try one after the other.
    pub async fn load(
        &self,
        client_id: &str,
        now: UnixTime,
    ) -> Result<Option<Arc<CachedApplication>>, StoreError> {
        for _ in 0..SHARED_READS {
            match self.load_once(client_id, now).await? {
                Read::Fresh(entry) => return Ok(entry),
                Read::Outdated => {}
            }
        }
        // It changes faster than it is read. An entry that is read for this request alone is not older than the request.
        let common = self.current_common().await?;
        self.read(client_id, &common, now).await
    }

    async fn load_once(&self, client_id: &str, now: UnixTime) -> Result<Read, StoreError> {
        let common = self.current_common().await?;
        let failure = self.latest_failure.load_full();
        let reading = match self.contents.take(client_id, common.epoch()).await {
            Held::Application(entry) => return Ok(self.fresh(Some(entry), &common)),
            Held::Absent => return Ok(self.fresh(None, &common)),
            Held::Forgotten => return Ok(Read::Outdated),
            Held::Nothing(reading) => reading,
        };
        let failed = self.latest_failure.load_full();
        if let Some(error) = failed
            && failure.is_none_or(|failure| !Arc::ptr_eq(&failure, &error))
        {
            return Err((*error).clone());
        }
        match self.read(client_id, &common, now).await {
            Ok(entry) => {
                if reading.keep(entry.as_ref(), common.epoch()) {
                    Ok(self.fresh(entry, &common))
                } else {
                    Ok(Read::Outdated)
                }
            }
            Err(error) => {
                self.latest_failure.store(Some(Arc::new(error.clone())));
                Err(error)
            }
        }
    }

    /// Returns the entry as fresh if the common data that it was built with is still current.
    fn fresh(&self, entry: Option<Arc<CachedApplication>>, common: &Common) -> Read {
        if self.is_current(common) {
            Read::Fresh(entry)
        } else {
            Read::Outdated
        }
    }

    async fn read(
        &self,
        client_id: &str,
        common: &Common,
        now: UnixTime,
    ) -> Result<Option<Arc<CachedApplication>>, StoreError> {
        let entry = match self.backend.find(client_id).await? {
            None => return Ok(None),
            Some(Found::Deleted(deletion)) => CachedApplication::deleted(&deletion, common),
            Some(Found::Application(id, mut application, organization)) => {
                application
                    .spec
                    .authorize
                    .retain(|authorization| !common.is_reserved(&authorization.audience));
                let quota = self.counter(&application, now).await?;
                let organization = organization.as_ref();
                CachedApplication::of(id, &application, organization, common, &self.tallies, quota)
            }
        };
        Ok(Some(Arc::new(entry)))
    }

    /// Returns the counter of the application's quota: the existing one, or a new one that continues from the count of the store for
    /// the window.
    async fn counter(
        &self,
        application: &Application,
        now: UnixTime,
    ) -> Result<Option<Arc<Counter>>, StoreError> {
        let client_id = &*application.client_id;
        let Some(quota) = application.spec.token_quota else {
            self.counters.forget(client_id);
            return Ok(None);
        };
        let length = quota.per.as_seconds().max(1);
        if let Some(counter) = self.counters.find(client_id, length) {
            return Ok(Some(counter));
        }
        // The store counts by the minute, so it has no count for a shorter window.
        let tokens = if length < 60 {
            0
        } else {
            let begin = now.as_seconds() / length * length;
            let begin = UnixTime::from_seconds(begin);
            self.backend.tokens_since(client_id, begin).await?
        };
        Ok(Some(self.counters.keep(client_id, length, tokens, now)))
    }
}

/// The maximum number of shared reads of an application that is changed while it is read.
const SHARED_READS: usize = 3;
