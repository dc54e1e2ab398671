//! Protocols and ports of security group rules: AWS's words and numbers, read and written.

use resource::Traffic;

use crate::Error;

/// How a rule's traffic is written: a protocol, and ports or ICMP type and code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// `tcp`, `udp`, `icmp`, `icmpv6`, `-1`, or a number.
    pub protocol: String,
    /// The first port, or the ICMP type; -1 is any.
    pub from: Option<i32>,
    /// The last port, or the ICMP code; -1 is any.
    pub to: Option<i32>,
}

/// Reads a protocol and its ports. Ports are disregarded for protocols that have none, as AWS defines.
///
/// # Errors
/// `InvalidParameterValue` for an unknown protocol, a missing or reversed port range, an ICMP type out of range.
pub fn read(protocol: &str, from: Option<i32>, to: Option<i32>) -> Result<Traffic, Error> {
    match protocol.to_ascii_lowercase().as_str() {
        "-1" | "all" => Ok(Traffic::All),
        "tcp" | "6" => ports(from, to).map(|(from, to)| Traffic::Tcp(from, to)),
        "udp" | "17" => ports(from, to).map(|(from, to)| Traffic::Udp(from, to)),
        "icmp" | "1" => icmp(from, to).map(|(kind, code)| Traffic::Icmp { kind, code }),
        "icmpv6" | "58" => icmp(from, to).map(|(kind, code)| Traffic::Icmpv6 { kind, code }),
        other => other
            .parse()
            .map(Traffic::Protocol)
            .map_err(|_| Error::invalid_value(format!("Invalid value '{protocol}' for IP protocol. Unknown protocol."))),
    }
}

/// Writes traffic in AWS's words.
pub fn words(traffic: Traffic) -> Words {
    let icmp = |value: Option<u8>| Some(value.map_or(-1, i32::from));
    let (protocol, from, to) = match traffic {
        Traffic::All => ("-1".to_owned(), None, None),
        Traffic::Tcp(from, to) => ("tcp".to_owned(), Some(i32::from(from)), Some(i32::from(to))),
        Traffic::Udp(from, to) => ("udp".to_owned(), Some(i32::from(from)), Some(i32::from(to))),
        Traffic::Icmp { kind, code } => ("icmp".to_owned(), icmp(kind), icmp(code)),
        Traffic::Icmpv6 { kind, code } => ("icmpv6".to_owned(), icmp(kind), icmp(code)),
        Traffic::Protocol(number) => (number.to_string(), None, None),
    };
    Words { protocol, from, to }
}

/// A port range that a protocol with ports needs.
///
/// # Errors
/// `InvalidParameterValue` when it is missing, out of range or reversed.
pub fn ports(from: Option<i32>, to: Option<i32>) -> Result<(u16, u16), Error> {
    let (Some(from), Some(to)) = (from, to) else {
        return Err(Error::invalid_value("Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange."));
    };
    let range = u16::try_from(from).ok().zip(u16::try_from(to).ok()).filter(|(from, to)| from <= to);
    range.ok_or_else(|| Error::invalid_value(format!("Invalid TCP/UDP port range ({from}:{to})")))
}

/// An ICMP type and code, of which -1 or nothing is any.
///
/// # Errors
/// `InvalidParameterValue` when one is out of range, or a code comes without a type.
pub fn icmp(kind: Option<i32>, code: Option<i32>) -> Result<(Option<u8>, Option<u8>), Error> {
    let byte = |value: Option<i32>| match value {
        None | Some(-1) => Ok(None),
        Some(n) => u8::try_from(n).map(Some).map_err(|_| Error::invalid_value(format!("ICMP type or code ({n}) out of range"))),
    };
    match (byte(kind)?, byte(code)?) {
        (None, Some(code)) => Err(Error::invalid_value(format!("ICMP code ({code}) needs a type"))),
        pair => Ok(pair),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_known_protocols_become_names() {
        for (given, expected) in
            [("6", "tcp"), ("17", "udp"), ("1", "icmp"), ("58", "icmpv6"), ("TCP", "tcp"), ("50", "50"), ("all", "-1")]
        {
            let traffic = read(given, Some(1), Some(2)).expect("valid");
            assert_eq!(words(traffic).protocol, expected, "{given}");
        }
    }

    #[test]
    fn what_was_read_is_written_back() {
        for (protocol, from, to) in
            [("tcp", Some(80), Some(443)), ("icmp", Some(-1), Some(-1)), ("icmp", Some(8), Some(0)), ("-1", None, None)]
        {
            let words = words(read(protocol, from, to).expect("valid"));
            assert_eq!((words.protocol.as_str(), words.from, words.to), (protocol, from, to));
        }
    }

    #[test]
    fn impossible_traffic_is_refused() {
        let cases = [
            ("tcp", None, None),
            ("tcp", Some(443), Some(80)),
            ("udp", Some(0), Some(65536)),
            ("icmp", Some(256), None),
            ("icmp", Some(-1), Some(3)),
            ("ipx", None, None),
            ("256", None, None),
        ];
        for (protocol, from, to) in cases {
            let code = read(protocol, from, to).err().map(|e| e.code);
            assert_eq!(code.as_deref(), Some("InvalidParameterValue"), "{protocol} {from:?} {to:?}");
        }
    }
}
