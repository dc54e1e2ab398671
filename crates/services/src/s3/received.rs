//! What was received where the model has a body: a blob that is durable, with all that was computed while it came.

use base64::{Engine, engine::general_purpose::STANDARD};
use resource::{Checksum, Part};
use serde::{Deserialize, Serialize};

use super::refusal::unsupported;
use crate::Error;

/// A received body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Received {
    /// The blob.
    pub blob: String,
    /// How many bytes it has.
    pub size: u64,
    /// Their MD5 in hexadecimal.
    pub md5: String,
    /// The checksum to keep: its algorithm, and the sum in base64.
    pub checksum: Option<(String, String)>,
}

impl Received {
    /// In the form in which it stands in a request.
    pub fn body(&self) -> String {
        STANDARD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    /// Read from a request.
    ///
    /// # Errors
    /// When the body was not received this way.
    pub(super) fn read(operation: &str, body: Option<&str>) -> Result<Self, Error> {
        let bytes = STANDARD.decode(body.unwrap_or_default()).unwrap_or_default();
        serde_json::from_slice(&bytes).map_err(|_| unsupported(&format!("{operation}.Body from here")))
    }

    /// Its bytes.
    pub(super) fn part(&self) -> Part {
        Part { blob: self.blob.clone(), size: self.size }
    }

    /// Its checksum.
    pub(super) fn checksum(&self) -> Option<Checksum> {
        let (algorithm, value) = self.checksum.clone()?;
        Some(Checksum { algorithm, value, composite: false })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_received_body_comes_through_and_any_other_is_refused() {
        let received = Received { blob: "b".into(), size: 3, md5: "0a".into(), checksum: Some(("CRC32".into(), "AA==".into())) };
        assert_eq!(Received::read("PutObject", Some(&received.body())), Ok(received));
        for other in [None, Some("aGVsbG8="), Some("?")] {
            assert!(Received::read("PutObject", other).is_err_and(|error| error.code == "NotImplemented"), "{other:?}");
        }
    }
}
