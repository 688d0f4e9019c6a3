#![doc = include_str!("../README.md")]

mod counters;
mod entry;
mod log;
mod queues;
mod recorder;
mod report;
mod sampling;
mod store_health;
mod store_writer;
#[cfg(test)]
mod tests;
mod unwritten;
mod work;
mod writer;

pub use counters::Counters;
pub use entry::{Entry, Refused, RefusedOperation};
pub use log::log;
pub use queues::Dropped;
pub use recorder::{Recorder, Worker};
pub use sampling::{CallerKind, Summary};
pub use store_health::{StoreHealth, StoreReport};
pub use store_writer::{EventStore, StoreWriter, diagnosis};
pub use writer::{Lines, LogWriter};
