//! Threads that own connections, and the queue of their jobs.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::fault::Fault;
use crate::StoreError;

/// A job that is done on a thread, with its connection.
type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// A step that a thread takes after each job, once its answer was given.
pub(super) type After = Arc<dyn Fn(&Connection) + Send + Sync>;

/// Threads with a connection each, and one queue. When this is dropped, they finish the queued jobs, and end.
#[derive(Debug)]
pub(super) struct Worker {
    /// The queue; absent only while the worker is dropped.
    queue: Option<SyncSender<Job>>,
    threads: Vec<JoinHandle<()>>,
}

impl Worker {
    /// Starts one thread for each connection.
    ///
    /// # Errors
    ///
    /// An error if the system cannot start a thread.
    pub(super) fn start(
        name: &str,
        connections: Vec<Connection>,
        most_waiting: usize,
    ) -> std::io::Result<Self> {
        let after: After = Arc::new(|_| {});
        Self::start_with(name, connections, most_waiting, &after)
    }

    /// Starts the same threads, with a step after each job.
    ///
    /// # Errors
    ///
    /// An error if the system cannot start a thread.
    pub(super) fn start_with(
        name: &str,
        connections: Vec<Connection>,
        most_waiting: usize,
        after: &After,
    ) -> std::io::Result<Self> {
        let (queue, jobs) = sync_channel(most_waiting);
        let jobs = Arc::new(Mutex::new(jobs));
        let mut worker = Self {
            queue: Some(queue),
            threads: Vec::new(),
        };
        for connection in connections {
            let jobs = Arc::clone(&jobs);
            let after = Arc::clone(after);
            let thread = thread::Builder::new()
                .name(name.to_owned())
                .spawn(move || work(connection, &jobs, &after))?;
            worker.threads.push(thread);
        }
        Ok(worker)
    }

    /// Sends a job to the threads, and waits for its result. A caller that stops waiting before the job has begun cancels it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Busy`] if the queue is full, [`Fault::Unanswered`] if the job panicked, otherwise the error of the job.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let (reply, answer) = oneshot::channel();
        let job = move |connection: &mut Connection| {
            if !reply.is_closed() {
                // The caller may have stopped waiting in the meantime.
                let _ = reply.send(job(connection));
            }
        };
        let queue = self.queue.as_ref().ok_or_else(ended)?;
        queue.try_send(Box::new(job)).map_err(|error| match error {
            TrySendError::Full(_) => Fault::Store(StoreError::Busy),
            TrySendError::Disconnected(_) => ended(),
        })?;
        answer.await.map_err(|_| Fault::Unanswered)?
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.queue = None;
        for thread in self.threads.drain(..) {
            // A thread that panicked has reported it already.
            let _ = thread.join();
        }
    }
}

/// Does one job after another until no job can be sent any more.
fn work(mut connection: Connection, jobs: &Mutex<Receiver<Job>>, after: &After) {
    loop {
        // One thread waits within the lock, the others for the lock.
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        // A panic is a bug of this program. Its transaction is rolled back and its caller gets an error, since both are dropped with the
        // job; the connection is as good as before.
        let _ = catch_unwind(AssertUnwindSafe(|| job(&mut connection)));
        let _ = catch_unwind(AssertUnwindSafe(|| after(&connection)));
    }
}

/// Returns the fault of a job that could not be sent, because the thread has ended.
fn ended() -> Fault {
    Fault::Store(StoreError::Failed {
        why: "the database thread has stopped".into(),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    fn worker(most_waiting: usize) -> Worker {
        let connection = Connection::open_in_memory().expect("memory");
        Worker::start("test", vec![connection], most_waiting).expect("a thread")
    }

    fn error(fault: Fault) -> StoreError {
        fault.in_file("test")
    }

    #[tokio::test]
    async fn a_job_that_panics_fails_and_later_jobs_are_done() {
        let worker = worker(1);
        let answer = worker
            .ask(|connection| -> Result<(), Fault> {
                connection.execute_batch("CREATE TABLE kept (a)")?;
                let transaction = connection.transaction()?;
                transaction.execute_batch("CREATE TABLE half (a)")?;
                panic!("expected by the test")
            })
            .await;
        assert!(matches!(
            error(answer.unwrap_err()),
            StoreError::Failed { .. }
        ));
        let tables: i64 = worker
            .ask(|connection| {
                Ok(connection
                    .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?)
            })
            .await
            .unwrap();
        assert_eq!(tables, 1);
    }

    #[tokio::test]
    async fn a_full_queue_is_reported_at_once() {
        let worker = Arc::new(worker(1));
        let (release, held) = mpsc::channel::<()>();
        let (begun, beginning) = oneshot::channel();
        let first = tokio::spawn({
            let worker = Arc::clone(&worker);
            async move {
                worker
                    .ask(move |_| {
                        let _ = begun.send(());
                        let _ = held.recv();
                        Ok(())
                    })
                    .await
            }
        });
        beginning.await.unwrap();
        let second = tokio::spawn({
            let worker = Arc::clone(&worker);
            async move { worker.ask(|_| Ok(())).await }
        });
        // On one thread the second is queued before this continues.
        tokio::task::yield_now().await;
        let third = worker.ask(|_| Ok(())).await;
        assert_eq!(error(third.unwrap_err()), StoreError::Busy);
        release.send(()).unwrap();
        first.await.unwrap().unwrap();
        second.await.unwrap().unwrap();
    }
}
