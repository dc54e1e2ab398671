//! AllocateAddress.

use resource::ElasticAddress;
use serde::{Deserialize, Serialize};

use crate::ec2::public_address;
use crate::quotas::{self, known::ADDRESSES};
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
    check_quota(cx)?;
    let address = public_address::allocate(cx.txn, &owner, false, tags)?;
    Ok(Output {
        allocation_id: address.id.to_string(),
        public_ipv4_pool: POOL,
        network_border_group: owner.region,
        domain: DOMAIN,
        public_ip: address.public.to_string(),
    })
}

/// Automatic addresses do not count.
fn check_quota(cx: &Write<'_>) -> Result<(), Error> {
    let has = cx.txn.owned::<ElasticAddress>(cx.owner()).filter(|address| !address.automatic).count();
    match has >= quotas::most(cx.txn, cx.owner(), &ADDRESSES) {
        true => Err(Error::new("AddressLimitExceeded", "The maximum number of addresses has been reached.")),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::ec2::testing::Cloud;

    #[test]
    fn an_account_has_five_addresses_in_a_region_until_it_asks_for_more() {
        let cloud = Cloud::new();
        let addresses: Vec<String> = (0..5).map(|_| cloud.text("AllocateAddress", json!({}), "/AllocationId")).collect();
        assert_eq!(cloud.refusal("AllocateAddress", json!({})), "AddressLimitExceeded");
        cloud.region("eu-west-1").ok("AllocateAddress", json!({}));
        cloud.account("222222222222").ok("AllocateAddress", json!({}));
        cloud.ok("ReleaseAddress", json!({"AllocationId": addresses[0]}));
        cloud.ok("AllocateAddress", json!({}));
        let wish = json!({"ServiceCode": "ec2", "QuotaCode": "L-0263D0A3", "DesiredValue": 6.0});
        cloud.call_in("service-quotas", "RequestServiceQuotaIncrease", wish).expect("it is granted");
        cloud.ok("AllocateAddress", json!({}));
        assert_eq!(cloud.refusal("AllocateAddress", json!({})), "AddressLimitExceeded");
    }
}
