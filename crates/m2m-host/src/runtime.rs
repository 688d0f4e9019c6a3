//! The runtime of a server and of the commands.

use std::num::NonZero;

use crate::error::Failure;

/// Starts the runtime of a server. On a single processor it has one thread: more would only take turns.
///
/// # Errors
///
/// If the operating system cannot start another thread.
pub fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
    let mut builder = match processors {
        1 => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    builder.enable_all().build().map_err(|error| {
        Failure::refused("cannot start the threads of the server").because(error.to_string())
    })
}
