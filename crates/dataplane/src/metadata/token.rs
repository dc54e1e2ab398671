//! Session tokens: an expiry and a proof that only this process can make, bound to one instance; nothing is stored.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign, verify};
use aws_lc_rs::rand::SystemRandom;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;

/// The longest life of a token in seconds (the IMDSv2 documentation).
const LONGEST_LIFE: u64 = 21_600;
const EXPIRY: usize = size_of::<u64>();

/// Makes and checks tokens. The key lives and dies with the process: after a restart instances ask for a new token, as
/// their libraries do on every 401.
#[derive(Debug, Clone)]
pub struct Tokens {
    key: Arc<Key>,
    started: Instant,
}

/// How long a token is to live: 1 to 21,600 seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Life(u64);

impl Life {
    /// Reads the header's text.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        let seconds = std::str::from_utf8(text).ok()?.trim().parse().ok()?;
        (1..=LONGEST_LIFE).contains(&seconds).then_some(Self(seconds))
    }

    pub(crate) fn seconds(self) -> u64 {
        self.0
    }
}

impl Tokens {
    /// With a fresh random key; fails if the system has no randomness.
    pub fn with_random_key() -> Result<Self, Unspecified> {
        let key = Key::generate(HMAC_SHA256, &SystemRandom::new())?;
        Ok(Self { key: Arc::new(key), started: Instant::now() })
    }

    /// The time since the key was made, on a clock that nobody can set.
    pub(crate) fn now(&self) -> Duration {
        self.started.elapsed()
    }

    pub(crate) fn issue(&self, instance: &str, now: Duration, life: Life) -> String {
        let expiry = (now.as_secs() + life.0).to_be_bytes();
        let proof = sign(&self.key, &signed(&expiry, instance));
        URL_SAFE.encode([&expiry, proof.as_ref()].concat())
    }

    /// The whole seconds that the token has still to live, if it is the instance's own.
    pub(crate) fn remaining(&self, instance: &str, now: Duration, token: &[u8]) -> Option<u64> {
        let bytes = URL_SAFE.decode(token).ok()?;
        let (expiry, proof) = bytes.split_first_chunk::<EXPIRY>()?;
        verify(&self.key, &signed(expiry, instance), proof).ok()?;
        u64::from_be_bytes(*expiry).checked_sub(now.as_secs()).filter(|left| *left > 0)
    }
}

fn signed(expiry: &[u8; EXPIRY], instance: &str) -> Vec<u8> {
    [expiry, instance.as_bytes()].concat()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(100);

    fn seconds(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    #[test]
    fn a_token_is_valid_for_its_instance_until_it_expires() {
        let tokens = Tokens::with_random_key().unwrap();
        let token = tokens.issue("i-1", NOW, Life(60));
        assert_eq!(tokens.remaining("i-1", NOW, token.as_bytes()), Some(60));
        assert_eq!(tokens.remaining("i-1", NOW + seconds(59), token.as_bytes()), Some(1));
        assert_eq!(tokens.remaining("i-1", NOW + seconds(60), token.as_bytes()), None);
        assert_eq!(tokens.remaining("i-2", NOW, token.as_bytes()), None, "another instance's");
    }

    #[test]
    fn a_token_of_another_key_or_with_a_changed_byte_is_worth_nothing() {
        let (tokens, others) = (Tokens::with_random_key().unwrap(), Tokens::with_random_key().unwrap());
        let token = tokens.issue("i-1", NOW, Life(60));
        assert_eq!(others.remaining("i-1", NOW, token.as_bytes()), None);
        for at in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(tokens.remaining("i-1", NOW, &changed), None, "byte {at}");
        }
    }

    #[test]
    fn a_life_is_1_to_21600_seconds() {
        assert_eq!(Life::parse(b"21600"), Some(Life(21_600)));
        for text in ["0", "21601", "-1", "", "ten", "1.5"] {
            assert_eq!(Life::parse(text.as_bytes()), None, "{text}");
        }
    }
}
