//! The little of DER (ITU-T X.690) that RSA keys need: tag, length, value.

/// `SEQUENCE`.
pub const SEQUENCE: u8 = 0x30;
/// `INTEGER`.
pub const INTEGER: u8 = 0x02;
/// `OCTET STRING`.
pub const OCTET_STRING: u8 = 0x04;
/// `BIT STRING`.
pub const BIT_STRING: u8 = 0x03;

/// The algorithm identifier of RSA keys: rsaEncryption (RFC 8017, appendix C) without parameters.
pub const RSA_ALGORITHM: [u8; 15] = [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];

/// Takes one value with `tag` from the front of `bytes`: its content, and what follows.
pub fn take(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (first, rest) = bytes.split_first()?;
    let (length, rest) = length(rest)?;
    (*first == tag).then(|| rest.split_at_checked(length))?
}

fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    if *first < 0x80 {
        return Some((usize::from(*first), rest));
    }
    let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
    let length = digits.iter().try_fold(0usize, |n, digit| n.checked_mul(256)?.checked_add(usize::from(*digit)))?;
    Some((length, rest))
}

/// One value: tag, length and content.
pub fn value(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    match u8::try_from(content.len()) {
        Ok(short) if short < 0x80 => bytes.push(short),
        _ => {
            let digits: Vec<u8> = content.len().to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
            bytes.push(0x80 | digits.len() as u8);
            bytes.extend(digits);
        }
    }
    bytes.extend(content);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_back() {
        for size in [0, 1, 127, 128, 255, 256, 70_000] {
            let content = vec![7; size];
            let bytes = [value(OCTET_STRING, &content), vec![9]].concat();
            assert_eq!(take(&bytes, OCTET_STRING), Some((content.as_slice(), [9].as_slice())));
            assert_eq!(take(&bytes, SEQUENCE), None);
        }
    }

    #[test]
    fn truncated_values_are_none() {
        for bytes in [&[][..], &[0x30], &[0x30, 0x05, 1], &[0x30, 0x82, 1], &[0x30, 0xff]] {
            assert_eq!(take(bytes, SEQUENCE), None);
        }
    }
}
