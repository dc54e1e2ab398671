//! DescribeAddressesAttribute: no address has a reverse name of its own here.

use serde::{Deserialize, Serialize};

use crate::page::{self, Ask};
use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    allocation_ids: Vec<String>,
    attribute: Option<String>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    addresses: Vec<AddressAttribute>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AddressAttribute {
    public_ip: String,
    allocation_id: String,
}

/// The domain names of the caller's Elastic IPs.
pub fn describe_addresses_attribute(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    if input.attribute.as_deref() != Some("domain-name") {
        return Err(Error::missing("Attribute"));
    }
    let addresses = super::listed(cx, &input.allocation_ids)?;
    let ask = Ask { max_results: input.max_results, token: input.next_token.as_deref() };
    let page = page::cut(ask, addresses, |address| address.id.to_string())?;
    let shown = page
        .items
        .iter()
        .map(|address| AddressAttribute { public_ip: address.public.to_string(), allocation_id: address.id.to_string() });
    Ok(Output { addresses: shown.collect(), next_token: page.next })
}
