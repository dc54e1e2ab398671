//! Checksums as S3 shows and combines them: of a whole object, or of the checksums of its parts.

use ::checksum::Algorithm;
use base64::{Engine, engine::general_purpose::STANDARD};
use resource::{Checksum, UploadedPart};
use serde_json::{Map, Value, json};

use super::refusal::{invalid_request, unsupported};
use crate::Error;

/// The algorithm of a request.
pub(super) fn algorithm(operation: &str, name: &str) -> Result<Algorithm, Error> {
    Algorithm::named(name).ok_or_else(|| unsupported(&format!("{operation}.ChecksumAlgorithm={name}")))
}

/// The member that carries a sum: `ChecksumCRC32`.
pub(super) fn member(algorithm: &str) -> String {
    format!("Checksum{algorithm}")
}

/// Adds a checksum and its type to an answer.
pub(super) fn show(answer: &mut Map<String, Value>, checksum: Option<&Checksum>) {
    if let Some(checksum) = checksum {
        answer.insert(member(&checksum.algorithm), json!(checksum.value));
        answer.insert("ChecksumType".into(), json!(type_name(checksum.composite)));
    }
}

/// Adds the sum of a part, which has no type.
pub(super) fn show_part(answer: &mut Map<String, Value>, checksum: Option<&Checksum>) {
    if let Some(checksum) = checksum {
        answer.insert(member(&checksum.algorithm), json!(checksum.value));
    }
}

pub(super) fn type_name(composite: bool) -> &'static str {
    if composite { "COMPOSITE" } else { "FULL_OBJECT" }
}

/// Whether the checksum of an upload is to be composite: as asked for, or as is usual for its algorithm.
///
/// # Errors
/// `InvalidRequest` for a type that the algorithm does not have.
pub(super) fn is_composite(algorithm: Algorithm, asked: Option<&str>) -> Result<bool, Error> {
    let hash = matches!(algorithm, Algorithm::Sha1 | Algorithm::Sha256);
    match asked {
        None => Ok(algorithm != Algorithm::Crc64Nvme),
        Some("COMPOSITE") if algorithm != Algorithm::Crc64Nvme => Ok(true),
        Some("FULL_OBJECT") if !hash => Ok(false),
        Some(asked) => {
            let name = algorithm.name().to_ascii_lowercase();
            Err(invalid_request(format!("The {asked} checksum type cannot be used with the {name} checksum algorithm.")))
        }
    }
}

/// The checksum of parts together; none when not all of them have one of that algorithm.
pub(super) fn of_parts(algorithm: Algorithm, composite: bool, parts: &[std::sync::Arc<UploadedPart>]) -> Option<Checksum> {
    let sums: Option<Vec<Vec<u8>>> = parts
        .iter()
        .map(|part| {
            let sum = part.checksum.as_ref().filter(|sum| sum.algorithm == algorithm.name())?;
            STANDARD.decode(&sum.value).ok()
        })
        .collect();
    let sums = sums?;
    let value = if composite {
        format!("{}-{}", STANDARD.encode(algorithm.of(&sums.concat())), parts.len())
    } else {
        let mut pairs = sums.into_iter().zip(parts.iter().map(|part| part.part.size));
        let (first, _) = pairs.next()?;
        STANDARD.encode(pairs.try_fold(first, |whole, (sum, size)| algorithm.combine(&whole, &sum, size))?)
    };
    Some(Checksum { algorithm: algorithm.name().to_owned(), value, composite })
}

#[cfg(test)]
mod tests {
    use super::*;
    use resource::{Part, Timestamp};
    use std::sync::Arc;

    fn part(number: u32, algorithm: Algorithm, bytes: &[u8]) -> Arc<UploadedPart> {
        let value = STANDARD.encode(algorithm.of(bytes));
        Arc::new(UploadedPart {
            upload: "u".into(),
            number,
            modified: Timestamp(0),
            etag: String::new(),
            part: Part { blob: "b".into(), size: bytes.len() as u64 },
            checksum: Some(Checksum { algorithm: algorithm.name().into(), value, composite: false }),
        })
    }

    #[test]
    fn a_full_checksum_is_that_of_all_bytes_and_a_composite_one_that_of_the_sums() {
        for algorithm in [Algorithm::Crc32, Algorithm::Crc64Nvme] {
            let parts = [part(1, algorithm, b"hello "), part(2, algorithm, b"world")];
            let whole = of_parts(algorithm, false, &parts).map(|sum| sum.value);
            assert_eq!(whole, Some(STANDARD.encode(algorithm.of(b"hello world"))));
        }
        let parts = [part(1, Algorithm::Sha256, b"a"), part(3, Algorithm::Sha256, b"b")];
        let sums = [Algorithm::Sha256.of(b"a"), Algorithm::Sha256.of(b"b")].concat();
        let expected = format!("{}-2", STANDARD.encode(Algorithm::Sha256.of(&sums)));
        assert_eq!(of_parts(Algorithm::Sha256, true, &parts).map(|sum| sum.value), Some(expected));
        assert_eq!(of_parts(Algorithm::Crc32, true, &parts), None);
    }

    #[test]
    fn an_algorithm_has_its_usual_type_and_may_not_have_the_other() {
        assert_eq!(is_composite(Algorithm::Crc32, None), Ok(true));
        assert_eq!(is_composite(Algorithm::Crc64Nvme, None), Ok(false));
        assert_eq!(is_composite(Algorithm::Crc32, Some("FULL_OBJECT")), Ok(false));
        assert!(is_composite(Algorithm::Sha256, Some("FULL_OBJECT")).is_err());
        assert!(is_composite(Algorithm::Crc64Nvme, Some("COMPOSITE")).is_err());
    }
}
