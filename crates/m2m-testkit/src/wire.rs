//! The notifications to nodes about the changes of other nodes.

use m2m_store::Changes;

/// The notifications on their way to one node, in virtual time.
#[derive(Debug, Default)]
pub struct Wire {
    /// The virtual time. Unit: milliseconds since the creation of the wire.
    now: u64,
    under_way: Vec<(u64, Changes)>,
}

/// The fate of a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// It arrives.
    After {
        /// The delay. Unit: milliseconds.
        milliseconds: u64,
    },
    /// It is lost.
    Never,
}

impl Wire {
    /// Sends a notification.
    pub fn send(&mut self, changes: Changes, delivery: Delivery) {
        match delivery {
            Delivery::After { milliseconds } => {
                self.under_way.push((self.now + milliseconds, changes));
            }
            Delivery::Never => {}
        }
    }

    /// Lets time pass, and returns the notifications that have arrived, in the order of arrival.
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
