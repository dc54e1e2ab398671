//! Domain names in lower-case wire form: suffixes of the bytes are the enclosing domains, so lookups allocate nothing.

use std::borrow::Borrow;
use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

/// The longest name on the wire, with its root label (RFC 1035 §3.1).
pub(crate) const LONGEST_NAME: usize = 255;
/// The longest label.
const LONGEST_LABEL: usize = 63;

/// A domain name, case folded. A first label of `*` makes it a wildcard (RFC 4592).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DomainName(Box<[u8]>);

/// The text is not a domain name: an empty or overlong label, or more than 255 bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a domain name")]
pub struct NotAName(String);

impl DomainName {
    /// The root of all names.
    pub fn root() -> Self {
        Self(Box::new([0]))
    }

    /// The name under which the name of `address` is found (`5.1.0.10.in-addr.arpa`).
    pub fn reverse(address: Ipv4Addr) -> Self {
        let [a, b, c, d] = address.octets();
        Self::from_str(&format!("{d}.{c}.{b}.{a}.in-addr.arpa")).expect("an address in reverse is a valid name")
    }

    /// The lower-case wire form, ending in the root label.
    pub fn wire(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn from_wire(wire: &[u8]) -> Self {
        Self(wire.into())
    }
}

impl FromStr for DomainName {
    type Err = NotAName;

    /// Reads `a.b.c` or `a.b.c.`; there are no escapes.
    fn from_str(text: &str) -> Result<Self, NotAName> {
        let bare = text.strip_suffix('.').unwrap_or(text);
        if bare.is_empty() {
            return if text == "." { Ok(Self::root()) } else { Err(NotAName(text.into())) };
        }
        let mut wire = Vec::with_capacity(bare.len() + 2);
        for label in bare.split('.') {
            if label.is_empty() || label.len() > LONGEST_LABEL {
                return Err(NotAName(text.into()));
            }
            wire.push(label.len() as u8);
            wire.extend(label.bytes().map(|b| b.to_ascii_lowercase()));
        }
        wire.push(0);
        if wire.len() > LONGEST_NAME { Err(NotAName(text.into())) } else { Ok(Self(wire.into())) }
    }
}

impl Borrow<[u8]> for DomainName {
    fn borrow(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.len() == 1 {
            return f.write_str(".");
        }
        let mut rest: &[u8] = &self.0;
        while let [length, tail @ ..] = rest {
            if *length == 0 {
                break;
            }
            let (label, after) = tail.split_at(usize::from(*length));
            write!(f, "{}.", String::from_utf8_lossy(label))?;
            rest = after;
        }
        Ok(())
    }
}

impl fmt::Debug for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The wire name without its first label; `None` for the root.
pub(crate) fn parent(wire: &[u8]) -> Option<&[u8]> {
    match wire.first() {
        None | Some(0) => None,
        Some(length) => wire.get(1 + usize::from(*length)..),
    }
}

/// The wire name and everything that encloses it, from itself to the root.
pub(crate) fn with_ancestors(wire: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::successors(Some(wire), |name| parent(name))
}

/// A case-folded wire name on the stack, as it is while one question is answered.
#[derive(Clone)]
pub(crate) struct NameBuf {
    bytes: [u8; LONGEST_NAME],
    length: usize,
}

impl NameBuf {
    /// Folds the uncompressed name at the start of `message`; `None` if it is malformed, compressed or too long.
    pub(crate) fn read(message: &[u8]) -> Option<Self> {
        let mut end = 0;
        loop {
            let length = usize::from(*message.get(end)?);
            end += 1 + length;
            if length > LONGEST_LABEL || end > LONGEST_NAME {
                return None;
            }
            if length == 0 {
                return message.get(..end).map(Self::folded);
            }
        }
    }

    /// The folded copy of a wire name of at most 255 bytes. Length bytes are below `A`, so folding leaves them alone.
    pub(crate) fn folded(wire: &[u8]) -> Self {
        let mut bytes = [0; LONGEST_NAME];
        let length = wire.len().min(LONGEST_NAME);
        for (to, from) in bytes.iter_mut().zip(wire) {
            *to = from.to_ascii_lowercase();
        }
        Self { bytes, length }
    }

    pub(crate) fn wire(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn names_are_folded_and_print_with_their_final_dot() {
        let name: DomainName = "VPCE-1.Example.com".parse().unwrap();
        assert_eq!(name.to_string(), "vpce-1.example.com.");
        assert_eq!(name, "vpce-1.example.COM.".parse().unwrap());
        assert_eq!(DomainName::root().to_string(), ".");
    }

    #[test]
    fn empty_and_overlong_names_are_refused() {
        let long = "a".repeat(64);
        let deep = "abcdefg.".repeat(32);
        for text in ["", "..", "a..b", ".a", long.as_str(), deep.as_str()] {
            assert!(DomainName::from_str(text).is_err(), "{text}");
        }
    }

    #[test]
    fn suffixes_are_the_enclosing_domains() {
        let name: DomainName = "a.b.c".parse().unwrap();
        let all: Vec<String> = with_ancestors(name.wire()).map(|w| DomainName::from_wire(w).to_string()).collect();
        assert_eq!(all, ["a.b.c.", "b.c.", "c.", "."]);
    }

    #[test]
    fn an_address_reversed_ends_in_in_addr_arpa() {
        assert_eq!(DomainName::reverse(Ipv4Addr::new(10, 0, 1, 5)).to_string(), "5.1.0.10.in-addr.arpa.");
    }

    #[test]
    fn a_name_that_is_cut_or_compressed_does_not_read() {
        assert!(NameBuf::read(b"\x03ab").is_none());
        assert!(NameBuf::read(b"\xc0\x0c").is_none());
        assert!(NameBuf::read(b"").is_none());
        assert_eq!(NameBuf::read(b"\x02AB\x00rest").unwrap().wire(), b"\x02ab\x00");
    }
}
