//! Entries of network ACLs as requests write them; protocols are numbers here.

use resource::Traffic;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::ec2::firewall::traffic;

/// ICMP type and code; -1 is any.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct IcmpTypeCode {
    pub code: Option<i32>,
    pub r#type: Option<i32>,
}

/// Ports, both included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PortRange {
    pub from: Option<i32>,
    pub to: Option<i32>,
}

/// How an entry writes its traffic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// A number, or -1.
    pub protocol: String,
    /// TCP and UDP.
    pub ports: Option<PortRange>,
    /// ICMP.
    pub icmp: Option<IcmpTypeCode>,
}

/// Reads an entry's traffic.
///
/// # Errors
/// `InvalidParameterValue` for an unknown protocol, `MissingParameter` for ports or ICMP types that a protocol needs.
pub fn traffic(protocol: &str, ports: Option<&PortRange>, icmp: Option<&IcmpTypeCode>) -> Result<Traffic, Error> {
    match protocol.to_ascii_lowercase().as_str() {
        "6" | "17" | "tcp" | "udp" => {
            let range = ports.ok_or_else(|| Error::missing("PortRange"))?;
            traffic::read(protocol, range.from, range.to)
        }
        "1" | "icmp" => {
            let kind = icmp.ok_or_else(|| Error::missing("IcmpTypeCode"))?;
            traffic::read(protocol, kind.r#type, kind.code)
        }
        _ => traffic::read(protocol, icmp.and_then(|kind| kind.r#type), icmp.and_then(|kind| kind.code)),
    }
}

/// Writes an entry's traffic.
pub fn words(traffic: Traffic) -> Words {
    let words = traffic::words(traffic);
    let ports = matches!(traffic, Traffic::Tcp(..) | Traffic::Udp(..)).then_some(PortRange { from: words.from, to: words.to });
    let icmp = matches!(traffic, Traffic::Icmp { .. } | Traffic::Icmpv6 { .. });
    let number = match words.protocol.as_str() {
        "tcp" => "6",
        "udp" => "17",
        "icmp" => "1",
        "icmpv6" => "58",
        other => other,
    };
    Words { protocol: number.to_owned(), ports, icmp: icmp.then_some(IcmpTypeCode { r#type: words.from, code: words.to }) }
}
