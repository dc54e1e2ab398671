//! A response on its way out: its body is in memory, or comes in pieces from files.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use objects::Pieces;
use wire::Response;

/// A response, and what follows its head.
pub(crate) struct Outgoing {
    /// Head, and body if it has one in memory.
    pub(crate) response: Response,
    /// How many bytes follow, and the bytes.
    pub(crate) pieces: Option<(u64, Pieces)>,
}

impl From<Response> for Outgoing {
    fn from(response: Response) -> Self {
        Self { response, pieces: None }
    }
}

impl Outgoing {
    /// In the form that goes over HTTP.
    pub(crate) fn into_http(self) -> http::Response<OutgoingBody> {
        let body = match self.pieces {
            Some((left, pieces)) => OutgoingBody::Pieces { pieces, left },
            None => OutgoingBody::Whole(Some(self.response.body).filter(|body| !body.is_empty())),
        };
        let mut answer = http::Response::new(body);
        *answer.status_mut() = self.response.status;
        *answer.headers_mut() = self.response.headers;
        answer
    }
}

/// The body of a response.
pub(crate) enum OutgoingBody {
    /// In memory.
    Whole(Option<Bytes>),
    /// In files.
    Pieces {
        /// What comes.
        pieces: Pieces,
        /// How many bytes it still has.
        left: u64,
    },
}

impl Body for OutgoingBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match self.get_mut() {
            Self::Whole(body) => Poll::Ready(body.take().map(|body| Ok(Frame::data(body)))),
            Self::Pieces { left: 0, .. } => Poll::Ready(None),
            Self::Pieces { pieces, left } => Poll::Ready(match ready!(pieces.poll_next(cx)) {
                Some(Ok(piece)) => {
                    *left = left.saturating_sub(piece.len() as u64);
                    Some(Ok(Frame::data(piece)))
                }
                Some(Err(error)) => {
                    tracing::error!(%error, "an object could not be read to its end");
                    Some(Err(error))
                }
                None => Some(Err(io::ErrorKind::UnexpectedEof.into())),
            }),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(None) | Self::Pieces { left: 0, .. })
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(match self {
            Self::Whole(body) => body.as_ref().map_or(0, |body| body.len() as u64),
            Self::Pieces { left, .. } => *left,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_keeps_its_status_headers_and_body() {
        let mut response = Response { status: http::StatusCode::IM_A_TEAPOT, body: "short".into(), ..Response::default() };
        response.headers.insert("x-amzn-requestid", http::HeaderValue::from_static("id"));
        let answer = Outgoing::from(response).into_http();
        assert_eq!(answer.status(), http::StatusCode::IM_A_TEAPOT);
        assert_eq!(answer.headers()["x-amzn-requestid"], "id");
        assert_eq!(answer.body().size_hint().exact(), Some(5));
    }
}
