//! The names of buckets (S3 User Guide, "General purpose bucket naming rules") and of objects.

use std::net::Ipv4Addr;

use super::refusal::{invalid_argument, refused};
use crate::Error;

/// What a key may measure.
const LONGEST_KEY: usize = 1024;
const PREFIXES: [&str; 4] = ["xn--", "sthree-", "amzn-s3-demo-", "amzn_s3_demo_"];
const SUFFIXES: [&str; 4] = ["-s3alias", "--ol-s3", "--x-s3", "--table-s3"];

/// Checks the name of a new bucket.
///
/// # Errors
/// `InvalidBucketName`.
pub(super) fn check_bucket(name: &str) -> Result<(), Error> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = name.as_bytes();
    let fits = (3..=63).contains(&bytes.len())
        && bytes.iter().all(|byte| plain(*byte) || matches!(byte, b'-' | b'.'))
        && bytes.first().is_some_and(|byte| plain(*byte))
        && bytes.last().is_some_and(|byte| plain(*byte))
        && !name.contains("..")
        && name.parse::<Ipv4Addr>().is_err()
        && !PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        && !SUFFIXES.iter().any(|suffix| name.ends_with(suffix));
    if fits { Ok(()) } else { Err(refused("InvalidBucketName", "The specified bucket is not valid.", 400)) }
}

/// Checks the key of an object that is written.
///
/// # Errors
/// `KeyTooLongError`, and `InvalidArgument` for one that no client could ask for again.
pub(super) fn check_key(key: &str) -> Result<(), Error> {
    if key.len() > LONGEST_KEY {
        return Err(refused("KeyTooLongError", "Your key is too long", 400));
    }
    if key.contains('\0') { Err(invalid_argument("A key may not contain a zero character.")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_has_a_name_that_can_stand_in_a_host_name() {
        for good in ["abc", "my.bucket-1", "0a0", &"a".repeat(63)] {
            assert!(check_bucket(good).is_ok(), "{good}");
        }
        let long = "a".repeat(64);
        let bad = ["ab", &long, "Abc", "a_b", "-ab", "ab-", "a..b", "192.168.1.1", "xn--abc", "ab-s3alias", "a/b", "ä-b-c"];
        for bad in bad {
            assert!(check_bucket(bad).is_err_and(|error| error.code == "InvalidBucketName"), "{bad}");
        }
    }

    #[test]
    fn a_key_is_measured_in_bytes() {
        assert!(check_key(&"ä".repeat(512)).is_ok());
        assert!(check_key(&"ä".repeat(513)).is_err_and(|error| error.code == "KeyTooLongError"));
        assert!(check_key("a\0b").is_err());
    }
}
