//! SetIpAddressType: IPv4, which balancers have.

use serde::{Deserialize, Serialize};

use super::super::{find, refusal};
use crate::{Error, Write};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    load_balancer_arn: String,
    ip_address_type: String,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    ip_address_type: &'static str,
}

/// Takes IPv4 and refuses the rest by name.
pub fn set_ip_address_type(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    find::balancer(cx.txn, cx.owner(), &input.load_balancer_arn)?;
    match input.ip_address_type.as_str() {
        "ipv4" => Ok(Output { ip_address_type: "ipv4" }),
        other => Err(refusal::unsupported(&format!("IpAddressType {other}"), "use ipv4")),
    }
}
