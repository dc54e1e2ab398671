//! Values of records in the form in which people write them (RFC 1035 §5, RFC 8659): parsed, with a reason when they cannot be.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

/// The types of records that zones here can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each is the type of the DNS that it is named after")]
pub enum RecordType {
    A,
    Aaaa,
    Caa,
    Cname,
    Mx,
    Ns,
    Ptr,
    Soa,
    Spf,
    Srv,
    Txt,
}

/// Every type, with its name.
const TYPES: [(RecordType, &str); 11] = [
    (RecordType::A, "A"),
    (RecordType::Aaaa, "AAAA"),
    (RecordType::Caa, "CAA"),
    (RecordType::Cname, "CNAME"),
    (RecordType::Mx, "MX"),
    (RecordType::Ns, "NS"),
    (RecordType::Ptr, "PTR"),
    (RecordType::Soa, "SOA"),
    (RecordType::Spf, "SPF"),
    (RecordType::Srv, "SRV"),
    (RecordType::Txt, "TXT"),
];

/// A value, read. Names have their final dot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordValue {
    /// An IPv4 address.
    Address(Ipv4Addr),
    /// An IPv6 address.
    Address6(Ipv6Addr),
    /// Another name.
    Name(String),
    /// Strings.
    Text(Vec<Vec<u8>>),
    /// A preference and a mail exchanger.
    Exchanger(u16, String),
    /// Priority, weight, port and host of a service.
    Service(u16, u16, u16, String),
    /// Flags, property and value for issuers of certificates.
    Issuers(u8, String, Vec<u8>),
    /// Primary server, contact, and serial number, refresh, retry, expiry and negative time to live.
    Authority(String, String, [u32; 5]),
}

impl RecordType {
    /// The type of that name.
    pub fn parse(name: &str) -> Option<Self> {
        TYPES.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind)
    }

    /// Its name.
    pub fn as_str(self) -> &'static str {
        TYPES.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }

    /// Reads a value of this type.
    ///
    /// # Errors
    /// Why it is none, in Route 53's words.
    pub fn value(self, text: &str) -> Result<RecordValue, &'static str> {
        match self {
            Self::A => text.parse().map(RecordValue::Address).map_err(|_| "Value is not a valid IPv4 address"),
            Self::Aaaa => text.parse().map(RecordValue::Address6).map_err(|_| "Value is not a valid IPv6 address"),
            Self::Cname | Self::Ns | Self::Ptr => name(text).map(RecordValue::Name),
            Self::Txt | Self::Spf => strings(text).map(RecordValue::Text),
            Self::Mx => exchanger(text).ok_or("Value is not a preference and a domain name"),
            Self::Srv => service(text).ok_or("Value is not priority, weight, port and a domain name"),
            Self::Caa => issuers(text).ok_or("CAA record is not flags, a tag and a quoted value"),
            Self::Soa => authority(text).ok_or("Value is not the two names and five numbers of an SOA record"),
        }
    }
}

/// A domain name in lower case with its final dot, its escapes (`\052`) resolved.
///
/// # Errors
/// Why it is none.
pub fn canonical_name(text: &str) -> Result<String, &'static str> {
    let bytes = unescaped(text).ok_or("Domain name contains an escape that is not \\ and three octal digits")?;
    let name = String::from_utf8(bytes).map_err(|_| "Domain name contains characters that are not ASCII")?;
    let bare = name.strip_suffix('.').unwrap_or(&name).to_ascii_lowercase();
    if bare.is_empty() {
        return Err("Domain label is empty");
    }
    if !bare.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("Domain name contains characters that are not printable");
    }
    if bare.len() > 253 {
        return Err("Domain name is too long");
    }
    if bare.split('.').any(str::is_empty) {
        return Err("Domain label is empty");
    }
    if bare.split('.').any(|label| label.len() > 63) {
        return Err("Domain label is too long");
    }
    Ok(format!("{bare}."))
}

/// A name as Route 53 answers it: what is neither letter, digit, `-`, `_` nor dot is escaped.
pub fn escaped_name(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    name.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("\\{byte:03o}") }).collect()
}

fn unescaped(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        if *first == b'\\' {
            let (digits, after) = tail.split_at_checked(3)?;
            let digits = std::str::from_utf8(digits).ok().filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
            bytes.push(u8::from_str_radix(digits, 8).ok()?);
            rest = after;
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    Some(bytes)
}

fn name(text: &str) -> Result<String, &'static str> {
    if text.trim().is_empty() {
        return Err("Value is empty");
    }
    canonical_name(text)
}

/// Strings in quotes, separated by spaces.
fn strings(text: &str) -> Result<Vec<Vec<u8>>, &'static str> {
    const QUOTED: &str = "Value should be enclosed in quotation marks";
    let mut found = Vec::new();
    let mut rest = text.trim_matches([' ', '\t']).as_bytes();
    while let [first, tail @ ..] = rest {
        if *first != b'"' {
            return Err(QUOTED);
        }
        let (string, after) = quoted(tail).ok_or(QUOTED)?;
        if string.len() > 255 {
            return Err("CharacterStringTooLong: Value is too long");
        }
        found.push(string);
        rest = after.trim_ascii_start();
    }
    if found.is_empty() { Err(QUOTED) } else { Ok(found) }
}

/// What stands before the closing quote, and what comes after it.
fn quoted(mut rest: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut string = Vec::new();
    loop {
        match rest {
            [b'"', after @ ..] => return Some((string, after)),
            [b'\\', a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', after @ ..] => {
                string.push((a - b'0') << 6 | (b - b'0') << 3 | (c - b'0'));
                rest = after;
            }
            [b'\\', byte, after @ ..] => {
                string.push(*byte);
                rest = after;
            }
            [byte, after @ ..] => {
                string.push(*byte);
                rest = after;
            }
            [] => return None,
        }
    }
}

fn exchanger(text: &str) -> Option<RecordValue> {
    let mut words = text.split_ascii_whitespace();
    let value = RecordValue::Exchanger(words.next()?.parse().ok()?, name(words.next()?).ok()?);
    words.next().is_none().then_some(value)
}

fn service(text: &str) -> Option<RecordValue> {
    let mut words = text.split_ascii_whitespace();
    let mut number = || words.next()?.parse().ok();
    let (priority, weight, port) = (number()?, number()?, number()?);
    let value = RecordValue::Service(priority, weight, port, name(words.next()?).ok()?);
    words.next().is_none().then_some(value)
}

fn issuers(text: &str) -> Option<RecordValue> {
    let (flags, rest) = text.trim().split_once(' ')?;
    let (tag, value) = rest.trim_start().split_once(' ')?;
    let known = !tag.is_empty() && tag.len() < 16 && tag.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let [value] = <[Vec<u8>; 1]>::try_from(strings(value).ok()?).ok()?;
    known.then_some(RecordValue::Issuers(flags.parse().ok()?, tag.to_ascii_lowercase(), value))
}

fn authority(text: &str) -> Option<RecordValue> {
    let mut words = text.split_ascii_whitespace();
    let (primary, contact) = (name(words.next()?).ok()?, name(words.next()?).ok()?);
    let numbers: Vec<u32> = words.map(str::parse).collect::<Result<_, _>>().ok()?;
    Some(RecordValue::Authority(primary, contact, numbers.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_of_each_type_are_read() {
        let read = |kind: RecordType, text| kind.value(text).unwrap_or_else(|why| panic!("{text}: {why}"));
        assert_eq!(read(RecordType::A, "10.0.0.1"), RecordValue::Address(Ipv4Addr::new(10, 0, 0, 1)));
        assert_eq!(read(RecordType::Cname, "WWW.Example.com"), RecordValue::Name("www.example.com.".into()));
        assert_eq!(read(RecordType::Txt, r#""a \"b\"" "c\052""#), RecordValue::Text(vec![br#"a "b""#.to_vec(), b"c*".to_vec()]));
        assert_eq!(read(RecordType::Mx, "10 mail.x."), RecordValue::Exchanger(10, "mail.x.".into()));
        assert_eq!(read(RecordType::Srv, "1 2 443 h.x"), RecordValue::Service(1, 2, 443, "h.x.".into()));
        let issuers = RecordValue::Issuers(0, "issue".into(), b"amazon.com".to_vec());
        assert_eq!(read(RecordType::Caa, "0 issue \"amazon.com\""), issuers);
        let authority = RecordValue::Authority("a.x.".into(), "b.x.".into(), [1, 7200, 900, 1_209_600, 86_400]);
        assert_eq!(read(RecordType::Soa, "a.x. b.x. 1 7200 900 1209600 86400"), authority);
    }

    #[test]
    fn what_cannot_be_read_has_a_reason() {
        for (kind, text) in [
            (RecordType::A, "10.0.0.256"),
            (RecordType::A, "::1"),
            (RecordType::Aaaa, "10.0.0.1"),
            (RecordType::Txt, "plain"),
            (RecordType::Txt, "\"open"),
            (RecordType::Txt, ""),
            (RecordType::Mx, "mail.x"),
            (RecordType::Mx, "10 mail.x extra"),
            (RecordType::Srv, "1 2 70000 h.x"),
            (RecordType::Caa, "0 issue amazon.com"),
            (RecordType::Cname, "a..b"),
            (RecordType::Soa, "a.x. b.x. 1 2 3"),
        ] {
            assert!(kind.value(text).is_err(), "{text}");
        }
        assert!(RecordType::Txt.value(&format!("\"{}\"", "x".repeat(256))).is_err());
    }

    #[test]
    fn names_are_folded_and_escapes_go_both_ways() {
        assert_eq!(canonical_name("\\052.Example.COM").as_deref(), Ok("*.example.com."));
        assert_eq!(escaped_name("*.example.com."), "\\052.example.com.");
        for bad in ["", ".", "a..b", "\\9.x", "\\05", "a b.x"] {
            assert!(canonical_name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn types_have_their_names() {
        assert!(TYPES.iter().all(|(kind, name)| RecordType::parse(name) == Some(*kind) && kind.as_str() == *name));
        assert_eq!(RecordType::parse("SVCB"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_and_a_name_that_is_read_stays_what_it_is(text in name_like(), kind in 0..TYPES.len()) {
            let _ = TYPES[kind].0.value(&text);
            if let Ok(name) = canonical_name(&text) {
                prop_assert!(name.ends_with('.') && name.len() <= 254, "{name}");
                prop_assert_eq!(canonical_name(&escaped_name(&name)), Ok(name));
            }
        }
    }

    /// Text of which much is of names, numbers, quotes and escapes.
    fn name_like() -> impl Strategy<Value = String> {
        prop_oneof![any::<String>(), r#"([a-zA-Z0-9_*-]{1,4}|\\|[0-7]{3}|\.|"| |0 issue |10 ){0,12}"#]
    }
}
