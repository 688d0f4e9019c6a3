//! The threads that management requests are answered on.

use core::future::Future;
use core::num::NonZero;

use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

/// A thread pool for management requests. Its threads end when it is dropped, without waiting for the tasks in progress.
#[derive(Debug)]
pub(super) struct Threads {
    /// `None` only while it is dropped.
    runtime: Option<Runtime>,
}

/// A task that is aborted when nothing waits for it any more, as happens when its caller disconnects.
struct Task<T>(JoinHandle<T>);

impl Threads {
    /// # Errors
    ///
    /// If the operating system cannot start another thread.
    pub(super) fn start() -> std::io::Result<Self> {
        let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
        let runtime = Builder::new_multi_thread()
            .worker_threads((processors / 4).clamp(1, MAX_THREADS))
            .max_blocking_threads(1)
            .thread_name("m2m-management")
            .enable_time()
            .build()?;
        Ok(Self {
            runtime: Some(runtime),
        })
    }

    /// Returns the output of a future, or nothing if it panics.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        let mut task = Task(self.runtime.as_ref()?.spawn(future));
        (&mut task.0).await.ok()
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // It is dropped in a place that must not block.
            runtime.shutdown_background();
        }
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The maximum number of threads. Management is a small part of what a server does, however many processors it has.
const MAX_THREADS: usize = 4;

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn x25_management_has_threads_of_its_own() {
        let threads = Threads::start().unwrap();
        let name = async { std::thread::current().name().map(ToOwned::to_owned) };
        let name = threads.run(name).await.flatten();
        assert_eq!(name.as_deref(), Some("m2m-management"));
    }

    #[tokio::test]
    async fn a_panic_returns_nothing_and_does_not_end_the_threads() {
        let threads = Threads::start().unwrap();
        assert_eq!(
            threads.run(async { panic!("a test of a panic") }).await,
            None::<()>
        );
        assert_eq!(threads.run(async { 1 }).await, Some(1));
    }

    #[tokio::test]
    async fn a_task_without_a_waiter_ends() {
        let threads = Threads::start().unwrap();
        let (held, ended) = oneshot::channel::<()>();
        let (begin, begun) = oneshot::channel();
        {
            let running = core::pin::pin!(threads.run(async move {
                let _ = begin.send(());
                let _held = held;
                core::future::pending::<()>().await;
            }));
            tokio::select! {
                _ = running => panic!("it has no end"),
                begun = begun => begun.unwrap(),
            }
        }
        assert!(ended.await.is_err());
    }
}
