//! CreateDhcpOptions.

use std::net::Ipv4Addr;

use resource::{DhcpOptions, DhcpOptionsId};
use serde::{Deserialize, Serialize};

use super::view::DhcpOptionsView;
use crate::tags::{self, TagSpecification};
use crate::{Error, Write};

/// How many servers an option may list.
const MAX_SERVERS: usize = 4;

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    dhcp_configurations: Vec<Configuration>,
    tag_specifications: Vec<TagSpecification>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Configuration {
    key: String,
    values: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    dhcp_options: DhcpOptionsView,
}

/// Records a set of DHCP options.
pub fn create_dhcp_options(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let mut options: Vec<(String, Vec<String>)> = Vec::new();
    for Configuration { key, values } in input.dhcp_configurations {
        check(&key, &values)?;
        if options.iter().any(|(known, _)| *known == key) {
            return Err(Error::invalid_value(format!("The option {key} is given twice.")));
        }
        options.push((key, values));
    }
    let tags = tags::specified(&input.tag_specifications, "dhcp-options", &["dhcp-options"])?;
    let options = DhcpOptions { id: DhcpOptionsId::random(), owner: cx.owner().clone(), options, is_default: false, tags };
    let dhcp_options = DhcpOptionsView::new(&options);
    cx.txn.put(options);
    Ok(Output { dhcp_options })
}

/// Whether an option may have these values (RFC 2132; VPC User Guide, "DHCP option sets").
fn check(key: &str, values: &[String]) -> Result<(), Error> {
    let address = |value: &String| value.parse::<Ipv4Addr>().is_ok();
    let valid = match key {
        "domain-name" => values.len() == 1 && !values[0].is_empty(),
        "domain-name-servers" => servers(values, |value| value == "AmazonProvidedDNS" || address(value)),
        "ntp-servers" | "netbios-name-servers" => servers(values, address),
        "netbios-node-type" => matches!(values, [value] if matches!(value.as_str(), "1" | "2" | "4" | "8")),
        "ipv6-address-preferred-lease-time" => {
            matches!(values, [value] if value.parse().is_ok_and(|seconds: u32| (140..=2_147_483_647).contains(&seconds)))
        }
        _ => return Err(Error::invalid_value(format!("Value ({key}) for parameter key is invalid. Unknown DHCP option"))),
    };
    match valid {
        true => Ok(()),
        false => Err(Error::invalid_value(format!("Value ({}) for parameter {key} is invalid.", values.join(", ")))),
    }
}

fn servers(values: &[String], valid: impl Fn(&String) -> bool) -> bool {
    (1..=MAX_SERVERS).contains(&values.len()) && values.iter().all(valid)
}
