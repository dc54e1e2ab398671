//! Names and ids of IAM: global owners, ARNs with paths, unique ids, and names that differ in more than case.

use rand::Rng;
use resource::{GLOBAL, Owner};

use crate::Error;

const UNIQUE_ID_LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The owner of what an account has in no Region.
pub(crate) fn global(owner: &Owner) -> Owner {
    Owner::new(owner.account.clone(), GLOBAL)
}

/// `arn:aws:iam::{account}:{kind}{path}{name}`.
pub(crate) fn arn(owner: &Owner, kind: &str, path: &str, name: &str) -> String {
    format!("arn:aws:iam::{}:{kind}{path}{name}", owner.account)
}

/// A fresh unique id: `AIDA` and 17 letters, for example.
pub(crate) fn unique_id(prefix: &str) -> String {
    letters(prefix, 17)
}

/// `prefix` and `count` random letters.
pub(crate) fn letters(prefix: &str, count: usize) -> String {
    let mut random = rand::rng();
    let letters = (0..count).map(|_| char::from(UNIQUE_ID_LETTERS[random.random_range(0..UNIQUE_ID_LETTERS.len())]));
    prefix.chars().chain(letters).collect()
}

/// The path that was asked for, or `/`.
pub(crate) fn path(asked: Option<String>) -> String {
    asked.unwrap_or_else(|| "/".to_owned())
}

/// Refuses a name that is taken, whatever its case.
///
/// # Errors
/// `EntityAlreadyExists` with `message`.
pub(crate) fn free<'a>(name: &str, mut taken: impl Iterator<Item = &'a str>, message: &str) -> Result<(), Error> {
    match taken.any(|known| known.eq_ignore_ascii_case(name)) {
        true => Err(Error::new("EntityAlreadyExists", message).with_status(409)),
        false => Ok(()),
    }
}

/// `DeleteConflict`: something has to be removed first.
pub(crate) fn conflict(message: &str) -> Error {
    Error::new("DeleteConflict", message).with_status(409)
}

/// `LimitExceeded`: a quota of AWS's.
pub(crate) fn quota(name: &str, limit: usize) -> Error {
    Error::new("LimitExceeded", format!("Cannot exceed quota for {name}: {limit}")).with_status(409)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unique_ids_have_the_form_of_aws() {
        let id = unique_id("AROA");
        assert!(id.len() == 21 && id.starts_with("AROA"));
        assert!(id.bytes().all(|byte| UNIQUE_ID_LETTERS.contains(&byte)));
        assert_ne!(unique_id("AROA"), id);
    }

    #[test]
    fn names_that_differ_in_case_only_are_taken() {
        assert!(free("Alice", ["alice"].into_iter(), "taken").is_err());
        assert!(free("Alicia", ["alice"].into_iter(), "taken").is_ok());
    }
}
