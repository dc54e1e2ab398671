//! Signatures of the pieces of a body in `aws-chunked` encoding: each covers its bytes and the signature before it, so that
//! none can be changed, left out or moved.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html>

use aws_lc_rs::digest::{Context, SHA256};
use wire::chunked::Seals;

use super::caller::Scope;
use super::signature;

const PIECE: &str = "AWS4-HMAC-SHA256-PAYLOAD";
const TRAILER: &str = "AWS4-HMAC-SHA256-TRAILER";

/// Checks the signatures of pieces, one after the other.
#[derive(Clone)]
pub struct Pieces {
    key: Vec<u8>,
    timestamp: String,
    scope: String,
    previous: String,
    /// Of the bytes of the piece that is coming in.
    hash: Context,
}

impl Pieces {
    /// The pieces that follow a request with that signature.
    pub(super) fn after(secret: &str, scope: &Scope, timestamp: String, signature: &str) -> Self {
        let (key, scope, previous) = (signature::key(secret, scope), scope.text(), signature.to_owned());
        Self { key, timestamp, scope, previous, hash: Context::new(&SHA256) }
    }

    fn follows(&mut self, what: &str, covered: &str, signature: &str) -> bool {
        let Self { key, timestamp, scope, previous, .. } = &*self;
        let expected = signature::sign_text(key, &format!("{what}\n{timestamp}\n{scope}\n{previous}\n{covered}"));
        let equal = signature::equal(Some(&expected), Some(signature));
        self.previous = expected;
        equal
    }
}

impl Seals for Pieces {
    fn cover(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
    }

    fn seals(&mut self, signature: &str) -> bool {
        let hash = std::mem::replace(&mut self.hash, Context::new(&SHA256)).finish();
        let (nothing, hash) = (signature::sha256_hex(b""), checksum::hex(hash.as_ref()));
        self.follows(PIECE, &format!("{nothing}\n{hash}"), signature)
    }

    fn seals_trailers(&mut self, trailers: &[u8], signature: &str) -> bool {
        self.follows(TRAILER, &signature::sha256_hex(trailers), signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of AWS's documentation: 65 KiB of `a` in pieces of 64 KiB.
    #[test]
    fn the_published_pieces_have_the_published_signatures() {
        let scope = Scope { date: "20130524".into(), region: "us-east-1".into(), service: "s3".into() };
        let seed = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        let mut pieces = Pieces::after(secret, &scope, "20130524T000000Z".into(), seed);
        for (length, signature) in [
            (65_536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648"),
            (1024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"),
            (0, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"),
        ] {
            pieces.cover(&vec![b'a'; length]);
            assert!(pieces.seals(signature), "{length}");
        }
        assert!(!pieces.seals(seed));
    }
}
