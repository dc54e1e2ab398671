//! Request ids: a random UUID each (RFC 9562, version 4).

use rand::Rng;

const VERSION: u128 = 0x4 << 76;
const VARIANT: u128 = 0b10 << 62;
const FREE: u128 = !(0xF << 76 | 0b11 << 62);

/// A fresh one.
pub(crate) fn request_id() -> String {
    written(rand::rng().random())
}

fn written(random: u128) -> String {
    let n = random & FREE | VERSION | VARIANT;
    let part = |shift: u32, digits: u32| n >> shift & ((1 << (digits * 4)) - 1);
    format!("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", part(96, 8), part(80, 4), part(64, 4), part(48, 4), part(0, 12))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_version_4_uuid_whatever_was_drawn() {
        assert_eq!(written(0), "00000000-0000-4000-8000-000000000000");
        assert_eq!(written(u128::MAX), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(written(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef), "01234567-89ab-4def-8123-456789abcdef");
    }
}
