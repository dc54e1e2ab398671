//! Reads a request whole, within bounds: of one body, of all bodies together, and of the time that a sender may take.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use wire::WireError;

/// What most requests may measure.
const LIMIT: usize = 10 << 20;
/// What requests may measure that carry a file: an S3 object's part, or a function's code in base64.
const FILE_LIMIT: usize = 70 << 20;
/// The services whose requests may carry a file.
const FILE_SERVICES: [&str; 2] = ["/s3/aws4_request", "/lambda/aws4_request"];
/// Bodies up to this size are not counted.
const SMALL: u64 = 64 << 10;
/// What the larger bodies may take together, in MiB. Who comes later waits.
const ALL_MIB: usize = 280;
/// How long a sender may pause within a body, and how long a large body may wait for room.
const PAUSE: Duration = Duration::from_secs(30);
/// How long a whole body may take: who sends a byte now and then would otherwise keep room and connection for ever.
const WHOLE: Duration = Duration::from_secs(300);
/// After a body that is too large this much more is read and thrown away, so that the sender gets to read the answer.
const DRAIN: usize = 64 << 20;

/// Why there is no body.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyError {
    /// It is too large.
    #[error(transparent)]
    TooLarge(#[from] WireError),
    /// Its sender stopped sending.
    #[error("the body stopped for {} seconds or did not end within {}", PAUSE.as_secs(), WHOLE.as_secs())]
    Stalled,
    /// The server has no room for another large body.
    #[error("too many large requests at once; please retry")]
    Busy,
    /// The connection broke.
    #[error("the body ended early")]
    Broken(#[source] hyper::Error),
}

/// The room that large bodies share.
#[derive(Debug)]
pub(crate) struct Room(Semaphore);

impl Room {
    pub(crate) fn new() -> Self {
        Self(Semaphore::new(ALL_MIB))
    }

    /// Reads a body that may measure as much as `headers` say that its service needs.
    pub(crate) async fn read(&self, headers: &HeaderMap, body: Incoming) -> Result<Bytes, BodyError> {
        let limit = limit(headers);
        if body.is_end_stream() {
            return Ok(Bytes::new());
        }
        if body.size_hint().upper().is_some_and(|size| size <= SMALL) {
            return read(body, limit).await;
        }
        let mib = u32::try_from(limit >> 20).unwrap_or(u32::MAX);
        let room = timeout(PAUSE, self.0.acquire_many(mib)).await;
        let _room = room.map_err(|_| BodyError::Busy)?.map_err(|_| BodyError::Busy)?;
        read(body, limit).await
    }
}

fn limit(headers: &HeaderMap) -> usize {
    let scope = headers.get(http::header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let of_file = FILE_SERVICES.iter().any(|service| scope.contains(service));
    if of_file { FILE_LIMIT } else { LIMIT }
}

async fn read(body: Incoming, limit: usize) -> Result<Bytes, BodyError> {
    timeout(WHOLE, read_all(body, limit)).await.unwrap_or(Err(BodyError::Stalled))
}

async fn read_all(mut body: Incoming, limit: usize) -> Result<Bytes, BodyError> {
    let Some(first) = next(&mut body).await? else { return Ok(Bytes::new()) };
    if body.is_end_stream() && first.len() <= limit {
        return Ok(first);
    }
    let mut whole = BytesMut::from(first);
    while let Some(more) = next(&mut body).await? {
        if whole.len() + more.len() > limit {
            drop(whole);
            drain(body).await;
            return Err(WireError::TooLarge { limit }.into());
        }
        whole.extend_from_slice(&more);
    }
    Ok(whole.freeze())
}

/// The next bytes; none at the end.
pub(crate) async fn next(body: &mut Incoming) -> Result<Option<Bytes>, BodyError> {
    loop {
        let frame = timeout(PAUSE, body.frame()).await.map_err(|_| BodyError::Stalled)?;
        match frame.transpose().map_err(BodyError::Broken)?.map(hyper::body::Frame::into_data) {
            None => return Ok(None),
            Some(Ok(data)) => return Ok(Some(data)),
            Some(Err(_trailers)) => {}
        }
    }
}

/// Reads on for a while and throws away what comes.
pub(crate) async fn drain(mut body: Incoming) {
    let mut thrown = 0;
    while let Ok(Some(data)) = next(&mut body).await {
        thrown += data.len();
        if thrown > DRAIN {
            return;
        }
    }
}
