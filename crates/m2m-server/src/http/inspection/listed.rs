//! The revocations of each client that the audit log lists. A client that revokes very many tokens must not push out the events of others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use m2m_jwt::UnixTime;

/// The number of listed revocations of each client in the current hour.
#[derive(Debug, Default)]
pub(in super::super) struct Listed(Mutex<Hour>);

#[derive(Debug, Default)]
struct Hour {
    /// The number of the hour since 1970.
    number: u64,
    clients: HashMap<Arc<str>, u32>,
}

impl Listed {
    /// Counts a revocation by a client. Returns true if it is the last one of the hour that is listed, false if it is listed, and nothing if it is not.
    pub(super) fn next(&self, client_id: &Arc<str>, now: UnixTime) -> Option<bool> {
        let number = now.as_seconds() / 3600;
        let mut hour = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if hour.number != number {
            *hour = Hour {
                number,
                clients: HashMap::new(),
            };
        }
        let count = hour.clients.entry(Arc::clone(client_id)).or_default();
        *count = count.saturating_add(1);
        (*count <= MAX_LISTED).then_some(*count == MAX_LISTED)
    }
}

/// The maximum number of revocations of a client that are listed in an hour. With a million events, it takes a client more than a month to push out those
/// of others.
const MAX_LISTED: u32 = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x26_a_client_that_revokes_very_many_tokens_is_listed_a_thousand_times_an_hour() {
        let listed = Listed::default();
        let (one, other) = (Arc::from("one"), Arc::from("other"));
        let noon = UnixTime::from_seconds(1_800_014_400);
        for number in 1..=MAX_LISTED {
            let expected = Some(number == MAX_LISTED);
            assert_eq!(listed.next(&one, noon), expected, "{number}");
        }
        assert_eq!(listed.next(&one, noon), None);
        assert_eq!(listed.next(&other, noon), Some(false));
        let later = noon.saturating_add_seconds(3600);
        assert_eq!(listed.next(&one, later), Some(false));
    }
}
