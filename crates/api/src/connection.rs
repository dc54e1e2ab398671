//! One connection: HTTP/1.1 with keep-alive, bounded heads and bounded patience.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::arrival::Arrival;
use crate::doorman::Wire;
use crate::pipeline::{self, Api};

/// How long the head of a request may take, and how long a connection may be idle.
const PATIENCE: Duration = Duration::from_secs(30);
/// The most that the head of a request may measure.
const LARGEST_HEAD: usize = 64 << 10;
/// The most header fields that a request may have.
const MOST_HEADERS: usize = 128;

/// Serves a connection until its client leaves, it is silent for too long, or `stop` says so; a request that is being
/// answered then is answered.
pub(crate) async fn serve(api: Arc<Api>, stream: TcpStream, peer: SocketAddr, mut stop: watch::Receiver<bool>) {
    if stream.set_nodelay(true).is_ok() && speaks(&stream, &mut stop).await {
        // On the heap, so that a silent connection does not keep the room for one that speaks.
        Box::pin(converse(api, TokioIo::new(stream), Arrival::at_listener(peer), stop)).await;
    }
}

/// Answers the requests of one connection, however it came.
pub(crate) async fn converse(api: Arc<Api>, stream: impl Wire, arrival: Arrival, mut stop: watch::Receiver<bool>) {
    let (peer, arrival) = (arrival.peer, Arc::new(arrival));
    let service = service_fn(|request| {
        let (api, arrival) = (Arc::clone(&api), Arc::clone(&arrival));
        // Likewise an idle connection and the room for a request.
        let answer = Box::pin(async move { pipeline::answer(&api, &arrival, request).await });
        async move { Ok::<_, Infallible>(answer.await.into_http()) }
    });
    let mut builder = http1::Builder::new();
    // A client that has nothing more to say may still listen.
    builder.half_close(true);
    builder.timer(TokioTimer::new()).header_read_timeout(PATIENCE).max_buf_size(LARGEST_HEAD).max_headers(MOST_HEADERS);
    let mut connection = Box::pin(builder.serve_connection(stream, service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = told(&mut stop) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%peer, %error, "a connection ended early");
    }
}

/// Whether the client says anything at all in time: no buffer is held for those who do not. The first byte is looked at,
/// for a stream that was just accepted counts as readable before anything has come.
async fn speaks(stream: &TcpStream, stop: &mut watch::Receiver<bool>) -> bool {
    let mut first = [0];
    tokio::select! {
        heard = timeout(PATIENCE, stream.peek(&mut first)) => matches!(heard, Ok(Ok(1..))),
        () = told(stop) => false,
    }
}

/// Ends when the server is to stop.
async fn told(stop: &mut watch::Receiver<bool>) {
    // An error means that the server is gone, which is a way to stop.
    let _ = stop.wait_for(|stop| *stop).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten thousand silent connections are to fit into a few megabytes.
    #[test]
    fn a_silent_connection_is_small() {
        fn size_of_result<A, B, C, D, F>(_: impl Fn(A, B, C, D) -> F) -> usize {
            size_of::<F>()
        }
        let size = size_of_result(serve);
        assert!(size <= 1024, "{size}");
    }
}
