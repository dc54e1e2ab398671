//! AllocateAddress.

use serde::{Deserialize, Serialize};

use crate::ec2::public_address;
use crate::tags::{self, TagSpecification};
use crate::{Error, Write};

/// What every address is for: there are no others any more.
pub const DOMAIN: &str = "vpc";
/// AWS's own pool of addresses.
pub const POOL: &str = "amazon";

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    domain: Option<String>,
    public_ipv4_pool: Option<String>,
    network_border_group: Option<String>,
    tag_specifications: Vec<TagSpecification>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    allocation_id: String,
    public_ipv4_pool: &'static str,
    network_border_group: String,
    domain: &'static str,
    public_ip: String,
}

/// Gives the account an address of the simulated internet.
pub fn allocate_address(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let owner = cx.owner().clone();
    for (member, given, only) in [
        ("domain", &input.domain, DOMAIN),
        ("publicIpv4Pool", &input.public_ipv4_pool, POOL),
        ("networkBorderGroup", &input.network_border_group, &owner.region),
    ] {
        if let Some(given) = given.as_deref().filter(|given| *given != only) {
            return Err(Error::invalid_value(format!(
                "Value ({given}) for parameter {member} is invalid: underpass has {only} only."
            )));
        }
    }
    let tags = tags::specified(&input.tag_specifications, "elastic-ip", &["elastic-ip"])?;
    let address = public_address::allocate(cx.txn, &owner, false, tags)?;
    Ok(Output {
        allocation_id: address.id.to_string(),
        public_ipv4_pool: POOL,
        network_border_group: owner.region,
        domain: DOMAIN,
        public_ip: address.public.to_string(),
    })
}
