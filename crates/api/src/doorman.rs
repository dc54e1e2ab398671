//! Answers connections that were accepted elsewhere: at doors inside our networks.

use std::sync::Arc;

use hyper::rt::{Read, Write};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Semaphore, watch};

use crate::arrival::Arrival;
use crate::connection;
use crate::pipeline::Api;

/// The API for those who come by doors.
#[derive(Clone)]
pub struct Doorman {
    api: Arc<Api>,
    room: Arc<Semaphore>,
    stopped: watch::Receiver<bool>,
}

impl Doorman {
    pub(crate) fn new(api: Arc<Api>, connections: u32, stopped: watch::Receiver<bool>) -> Self {
        Self { api, room: Arc::new(Semaphore::new(connections as usize)), stopped }
    }

    /// Answers a connection until it ends; lets it go at once when there is no room for it.
    pub async fn serve<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(&self, stream: S, arrival: Arrival) {
        let Ok(_room) = self.room.try_acquire() else {
            return tracing::warn!(peer = %arrival.peer, door = arrival.label(), "no room for a connection");
        };
        connection::converse(Arc::clone(&self.api), TokioIo::new(stream), arrival, self.stopped.clone()).await;
    }
}

/// What a connection is read from and written to.
pub(crate) trait Wire: Read + Write + Unpin + Send + 'static {}

impl<S: Read + Write + Unpin + Send + 'static> Wire for S {}
