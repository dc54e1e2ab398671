//! The private name of a service, as its provider asks for it.

use rand::Rng;
use rand::distr::slice::Choose;
use resource::{PrivateName, PrivateNameState, Timestamp, canonical_name, zone_of_private_name};

use crate::Error;

/// How many letters make a proof that nobody can guess.
const LETTERS: usize = 20;

/// The name `text`, which is yet to be proved.
///
/// # Errors
/// `InvalidParameter` for what is not a domain name below a top-level domain, or has a wildcard elsewhere than in front.
pub fn of(text: &str, now: Timestamp) -> Result<PrivateName, Error> {
    let refused = |why: &str| Error::new("InvalidParameter", format!("The private DNS name '{text}' is invalid: {why}"));
    let name = canonical_name(text).map_err(refused)?;
    let name = name.trim_end_matches('.').to_owned();
    let domain = zone_of_private_name(&name);
    if !domain.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)) {
        return Err(refused("only letters, digits and hyphens can be used, and a wildcard as the first label"));
    }
    if !domain.contains('.') {
        return Err(refused("it must lie in a domain that can be verified"));
    }
    Ok(PrivateName {
        state: PrivateNameState::PendingVerification,
        label: format!("_{}", random(b"abcdefghijklmnopqrstuvwxyz0123456789")),
        value: format!("vpce:{}", random(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")),
        since: now,
        name,
    })
}

fn random(alphabet: &[u8]) -> String {
    let letters = Choose::new(alphabet).expect("an alphabet has letters");
    rand::rng().sample_iter(letters).take(LETTERS).map(|byte| char::from(*byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_folded_and_gets_a_proof_of_its_own() {
        let name = of("*.API.Example.com", Timestamp(7)).expect("a name");
        assert_eq!((name.name.as_str(), name.state), ("*.api.example.com", PrivateNameState::PendingVerification));
        assert_eq!((name.label.len(), name.value.len()), (1 + LETTERS, 5 + LETTERS));
        assert_ne!(of("api.example.com", Timestamp(7)).map(|other| other.value), Ok(name.value));
    }

    #[test]
    fn what_cannot_be_a_private_name_is_refused() {
        for text in ["", "com", "*.com", "a.*.example.com", "a b.example.com", "-.", "a..b.com"] {
            assert_eq!(of(text, Timestamp(0)).map_err(|error| error.code), Err("InvalidParameter".to_owned()), "{text}");
        }
    }
}
