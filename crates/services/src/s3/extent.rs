//! Where the bytes of an answer lie: parts of blobs, which stand where the model has a body.

use base64::{Engine, engine::general_purpose::STANDARD};
use resource::Part;

use crate::Error;

/// Parts of blobs: name, where they begin, how many bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extents(pub Vec<(String, u64, u64)>);

impl Extents {
    /// The bytes from `from` to before `to` of the parts one after the other.
    pub(super) fn of(parts: &[Part], from: u64, to: u64) -> Self {
        let mut begin = 0;
        let mut found = Vec::new();
        for part in parts {
            let end = begin + part.size;
            let (first, last) = (from.max(begin), to.min(end));
            if first < last {
                found.push((part.blob.clone(), first - begin, last - first));
            }
            begin = end;
        }
        Self(found)
    }

    /// In the form in which they stand in an answer.
    pub(super) fn body(&self) -> String {
        STANDARD.encode(serde_json::to_vec(&self.0).unwrap_or_default())
    }

    /// Read from an answer.
    ///
    /// # Errors
    /// An internal error when they are none.
    pub fn read(body: &str) -> Result<Self, Error> {
        let bytes = STANDARD.decode(body).map_err(Error::internal)?;
        serde_json::from_slice(&bytes).map(Self).map_err(Error::internal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(from: u64, to: u64) -> Vec<(String, u64, u64)> {
        let part = |blob: &str, size| Part { blob: blob.into(), size };
        let extents = Extents::of(&[part("a", 5), part("b", 1), part("c", 5)], from, to);
        assert_eq!(Extents::read(&extents.body()).as_ref(), Ok(&extents));
        extents.0
    }

    #[test]
    fn a_range_takes_what_lies_in_it_of_each_part() {
        assert_eq!(of(0, 11), [("a".into(), 0, 5), ("b".into(), 0, 1), ("c".into(), 0, 5)]);
        assert_eq!(of(4, 8), [("a".into(), 4, 1), ("b".into(), 0, 1), ("c".into(), 0, 2)]);
        assert_eq!(of(6, 7), [("c".into(), 0, 1)]);
        assert_eq!(of(3, 3), []);
    }

    #[test]
    fn a_body_that_stands_for_nothing_is_an_error() {
        assert!(Extents::read("aGVsbG8=").is_err());
        assert!(Extents::read("?").is_err());
    }
}
