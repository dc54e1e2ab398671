//! One look at a target: a connection from the node's address, and for HTTP one request and its status line.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::TlsConnector;

use super::state::{Outcome, Reason};
use super::{Check, HttpCheck, Protocol};
use crate::proxy_header;

/// A status line that is not complete after this many bytes is none.
const LONGEST_STATUS_LINE: usize = 1024;

/// Checks the target once, within the check's own time limit.
pub(super) async fn probe(check: &Check, tls: &Arc<ClientConfig>) -> Outcome {
    match tokio::time::timeout(check.timeout, attempt(check, tls)).await {
        Err(_) => Outcome::Failed(Reason::Timeout),
        Ok(Err(error)) => {
            tracing::debug!(%error, target = %check.target, node = %check.node, "a health check failed");
            Outcome::Failed(Reason::FailedHealthChecks)
        }
        Ok(Ok(outcome)) => outcome,
    }
}

async fn attempt(check: &Check, tls: &Arc<ClientConfig>) -> io::Result<Outcome> {
    let socket = TcpSocket::from_std_stream(check.place.tcp_from(check.node)?);
    let mut stream = socket.connect(SocketAddr::V4(check.target)).await?;
    if check.proxy_header {
        stream.write_all(&proxy_header::local()).await?;
    }
    match &check.protocol {
        Protocol::Tcp => Ok(Outcome::Passed),
        Protocol::Http(http) => request(stream, http).await,
        Protocol::Https(http) => request(encrypted(stream, check, tls).await?, http).await,
    }
}

async fn encrypted(
    stream: TcpStream,
    check: &Check,
    tls: &Arc<ClientConfig>,
) -> io::Result<tokio_rustls::client::TlsStream<TcpStream>> {
    let name = ServerName::IpAddress(IpAddr::V4(*check.target.ip()).into());
    TlsConnector::from(Arc::clone(tls)).connect(name, stream).await
}

async fn request(mut stream: impl AsyncRead + AsyncWrite + Unpin, http: &HttpCheck) -> io::Result<Outcome> {
    let HttpCheck { path, host, matcher } = http;
    let head = format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nUser-Agent: ELB-HealthChecker/2.0\r\nAccept-Encoding: identity\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    stream.flush().await?;
    let code = status(&status_line(&mut stream).await?).ok_or(io::ErrorKind::InvalidData)?;
    Ok(if matcher.matches(code) { Outcome::Passed } else { Outcome::Failed(Reason::ResponseCodeMismatch(code)) })
}

async fn status_line(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Vec<u8>> {
    let mut line = Vec::with_capacity(128);
    while !line.contains(&b'\n') {
        if line.len() >= LONGEST_STATUS_LINE || stream.read_buf(&mut (&mut line)).await? == 0 {
            return Err(io::ErrorKind::InvalidData.into());
        }
    }
    Ok(line)
}

/// The code of a status line such as `HTTP/1.1 200 OK`.
fn status(line: &[u8]) -> Option<u16> {
    let [b'H', b'T', b'T', b'P', b'/', b'1', b'.', b'0' | b'1', b' ', a, b, c, b' ' | b'\r' | b'\n', ..] = line else {
        return None;
    };
    let digits = [*a, *b, *c];
    std::str::from_utf8(&digits).ok()?.parse().ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_status_is_read_from_its_line() {
        assert_eq!(status(b"HTTP/1.1 200 OK\r\n"), Some(200));
        assert_eq!(status(b"HTTP/1.0 404\r\n"), Some(404));
        for line in [&b"HTTP/2 200 OK\r\n"[..], b"SSH-2.0-x\r\n", b"HTTP/1.1 20\n", b"HTTP/1.1 2000\n", b""] {
            assert_eq!(status(line), None);
        }
    }

    #[tokio::test]
    async fn a_status_line_without_end_is_given_up() {
        let endless = [b'x'; 4 * LONGEST_STATUS_LINE];
        assert!(status_line(&mut &endless[..]).await.is_err());
        assert!(status_line(&mut &b"HTTP/1.1 200"[..]).await.is_err());
    }

    proptest! {
        #[test]
        fn no_line_makes_it_panic(line in proptest::collection::vec(any::<u8>(), 0..40)) {
            status(&line);
        }
    }
}
