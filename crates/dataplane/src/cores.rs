//! Threads with a runtime each: what is served on one of them never wanders, and wakes nobody else.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

/// The running threads. Dropping it ends all that runs on them.
#[derive(Debug)]
pub struct Cores {
    cores: Vec<Core>,
    turn: AtomicUsize,
}

#[derive(Debug)]
struct Core {
    handle: Handle,
    /// Dropping it ends the thread.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Cores {
    /// Starts `threads` threads, at least one, that are called `name` and a number.
    ///
    /// # Errors
    /// When there can be no more threads.
    pub fn start(name: &str, threads: usize) -> io::Result<Self> {
        let cores = (0..threads.max(1)).map(|number| Core::start(format!("{name}-{number}"))).collect::<io::Result<_>>()?;
        Ok(Self { cores, turn: AtomicUsize::new(0) })
    }

    /// The runtimes, one per thread.
    pub(crate) fn handles(&self) -> impl ExactSizeIterator<Item = &Handle> {
        self.cores.iter().map(|core| &core.handle)
    }

    /// Calls `serve` for the thread whose turn it is: the tasks that it spawns stay on that thread.
    pub fn take_turns<T>(&self, serve: impl FnOnce() -> T) -> T {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % self.cores.len();
        let _within = self.cores[turn].handle.enter();
        serve()
    }
}

impl Core {
    fn start(name: String) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let run = move || {
            // The sender never sends: that it is gone is the message.
            let _ = runtime.block_on(stopped);
        };
        let thread = std::thread::Builder::new().name(name).spawn(run)?;
        Ok(Self { handle, stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Core {
    fn drop(&mut self) {
        self.stop = None;
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("a thread with a runtime died");
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn name_of_thread() -> String {
        std::thread::current().name().unwrap().to_owned()
    }

    #[tokio::test]
    async fn what_is_served_takes_turns_on_the_threads() {
        let cores = Cores::start("test", 2).unwrap();
        let mut names = Vec::new();
        for _ in 0..3 {
            names.push(cores.take_turns(|| tokio::spawn(async { name_of_thread() })).await.unwrap());
        }
        assert_eq!(names, ["test-0", "test-1", "test-0"]);
    }

    #[test]
    fn there_is_a_thread_even_where_none_is_asked_for() {
        assert_eq!(Cores::start("test", 0).unwrap().handles().len(), 1);
    }

    #[tokio::test]
    async fn what_runs_on_the_threads_ends_with_them() {
        let cores = Cores::start("test", 1).unwrap();
        let task = cores.take_turns(|| tokio::spawn(std::future::pending::<()>()));
        drop(cores);
        assert!(task.await.unwrap_err().is_cancelled());
    }
}
