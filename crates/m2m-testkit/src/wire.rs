//! How nodes hear of what others have changed.

use m2m_store::Changes;

/// The notifications on their way to one node, in virtual time.
#[derive(Debug, Default)]
pub struct Wire {
    /// Unit: milliseconds since the wire was laid.
    now: u64,
    under_way: Vec<(u64, Changes)>,
}

/// What becomes of a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// It arrives.
    After {
        /// How long it takes.
        milliseconds: u64,
    },
    /// It is lost.
    Never,
}

impl Wire {
    /// A notification is sent.
    pub fn send(&mut self, changes: Changes, delivery: Delivery) {
        match delivery {
            Delivery::After { milliseconds } => {
                self.under_way.push((self.now + milliseconds, changes));
            }
            Delivery::Never => {}
        }
    }

    /// Lets time pass, and returns what has arrived, in the order of arrival.
    pub fn advance(&mut self, milliseconds: u64) -> Vec<Changes> {
        self.now += milliseconds;
        let now = self.now;
        let mut arrived: Vec<(u64, Changes)> = self
            .under_way
            .extract_if(.., |(due, _)| *due <= now)
            .collect();
        arrived.sort_by_key(|(due, _)| *due);
        arrived.into_iter().map(|(_, changes)| changes).collect()
    }
}
