//! Bodies in `aws-chunked` encoding: pieces with their length in hexadecimal, each perhaps signed, and trailers.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html>

use std::borrow::Cow;

use crate::error::WireError;
use crate::request::Request;

/// The body that the client meant: without the framing, when there is one. Signatures of pieces are not checked here.
pub(super) fn unframed(request: &Request) -> Result<Cow<'_, [u8]>, WireError> {
    let streaming = request.header("x-amz-content-sha256").is_some_and(|hash| hash.starts_with("STREAMING-"));
    let encoded = request.header("content-encoding").is_some_and(|e| e.split(',').any(|e| e.trim() == "aws-chunked"));
    if !streaming && !encoded {
        return Ok(Cow::Borrowed(&request.body));
    }
    let body = joined(&request.body).ok_or_else(|| WireError::Malformed("the body is not aws-chunked".into()))?;
    match request.header("x-amz-decoded-content-length").map(str::parse::<usize>) {
        Some(Ok(length)) if body.len() != length => {
            Err(WireError::Malformed(format!("the body has {} bytes, not {length}", body.len())))
        }
        _ => Ok(Cow::Owned(body)),
    }
}

fn joined(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(rest.len());
    loop {
        let end = rest.windows(2).take(1024).position(|two| two == b"\r\n")?;
        let head = std::str::from_utf8(&rest[..end]).ok()?;
        let digits = head.split(';').next().unwrap_or_default();
        let length = usize::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'))?;
        rest = &rest[end + 2..];
        if length == 0 {
            return Some(out);
        }
        out.extend_from_slice(rest.get(..length)?);
        rest = rest.get(length..)?.strip_prefix(b"\r\n")?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    #[test]
    fn pieces_are_joined_and_trailers_dropped() {
        let body = b"5;chunk-signature=aa\r\nhello\r\n1\r\n!\r\n0;chunk-signature=bb\r\nx-amz-checksum-crc32:AAAA\r\n\r\n";
        assert_eq!(joined(body).as_deref(), Some(&b"hello!"[..]));
        assert_eq!(joined(b"0\r\n\r\n").as_deref(), Some(&b""[..]));
    }

    #[test]
    fn broken_framing_is_refused() {
        for body in [
            &b""[..],
            b"hello",
            b"5\r\nhell",
            b"5\r\nhello",
            b"5\r\nhelloX",
            b"zz\r\n",
            b"+1\r\na\r\n0\r\n",
            b"-1\r\n",
            b"ffffffffffffffff\r\na",
        ] {
            assert_eq!(joined(body), None, "{}", String::from_utf8_lossy(body));
        }
    }

    proptest! {
        #[test]
        fn any_pieces_come_out_as_they_went_in(pieces in vec(vec(any::<u8>(), 1..40), 0..6)) {
            let framed = pieces.iter().map(|p| [format!("{:x}\r\n", p.len()).as_bytes(), p, b"\r\n"].concat());
            let body: Vec<u8> = framed.flatten().chain(*b"0\r\n\r\n").collect();
            prop_assert_eq!(joined(&body), Some(pieces.concat()));
        }

        #[test]
        fn no_framing_makes_it_panic(body: Vec<u8>) {
            let _ = joined(&body);
        }
    }
}
