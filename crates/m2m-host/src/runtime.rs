//! The threads that a server and the commands run on.

use std::num::NonZero;

use crate::error::Failure;

/// Starts the threads of a server. Where there is one processor there is one thread: others would only take turns with it.
///
/// # Errors
///
/// If the system has no thread left.
pub fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
    let mut builder = match processors {
        1 => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    builder.enable_all().build().map_err(|error| {
        Failure::refused("the server's threads cannot be started").because(error.to_string())
    })
}
