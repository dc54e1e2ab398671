//! The life of a server: it serves while this value lives.

use tokio::task::JoinSet;

/// The tasks of one server; dropping it closes its sockets and the connections it accepted.
#[derive(Debug)]
#[must_use = "the server stops when this is dropped"]
pub struct Serving {
    tasks: JoinSet<()>,
}

impl Serving {
    pub(crate) fn new(tasks: JoinSet<()>) -> Self {
        Self { tasks }
    }

    /// Stops and waits until every socket is closed, so that the namespace can go.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}
