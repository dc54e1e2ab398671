//! Signatures of the pieces of a body in `aws-chunked` encoding: each covers its bytes and the signature before it, so that
//! none can be changed, left out or moved.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html>

use super::caller::Scope;
use super::signature;

const PIECE: &str = "AWS4-HMAC-SHA256-PAYLOAD";
const TRAILER: &str = "AWS4-HMAC-SHA256-TRAILER";

/// Checks the signatures of pieces, one after the other.
#[derive(Debug, Clone)]
pub struct Pieces {
    key: Vec<u8>,
    timestamp: String,
    scope: String,
    previous: String,
}

impl Pieces {
    /// The pieces that follow a request with that signature.
    pub(super) fn after(secret: &str, scope: &Scope, timestamp: String, signature: &str) -> Self {
        Self { key: signature::key(secret, scope), timestamp, scope: scope.text(), previous: signature.to_owned() }
    }

    /// Whether the next piece, whose bytes have this SHA-256, was signed by this.
    pub fn signed(&mut self, hash: &str, signature: &str) -> bool {
        let nothing = signature::sha256_hex(b"");
        self.follows(PIECE, &format!("{nothing}\n{hash}"), signature)
    }

    /// Whether the trailers were signed by this: lines of name and value, each with a line feed.
    pub fn signed_trailers(&mut self, trailers: &[u8], signature: &str) -> bool {
        self.follows(TRAILER, &signature::sha256_hex(trailers), signature)
    }

    fn follows(&mut self, what: &str, covered: &str, signature: &str) -> bool {
        let Self { key, timestamp, scope, previous } = &*self;
        let expected = signature::sign_text(key, &format!("{what}\n{timestamp}\n{scope}\n{previous}\n{covered}"));
        let equal = signature::equal(Some(&expected), Some(signature));
        self.previous = expected;
        equal
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
            assert!(pieces.signed(&signature::sha256_hex(&vec![b'a'; length]), signature), "{length}");
        }
        assert!(!pieces.signed(&signature::sha256_hex(b""), seed));
    }
}
