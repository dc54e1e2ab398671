//! CreateSubnetCidrReservation.

use resource::{CidrReservation, CidrReservationId, Resource, Subnet};
use serde::{Deserialize, Serialize};

use super::ReservationView;
use crate::ec2::{cidr, find};
use crate::tags::{self, TagSpecification};
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    subnet_id: String,
    cidr: String,
    reservation_type: String,
    description: Option<String>,
    tag_specifications: Vec<TagSpecification>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    subnet_cidr_reservation: ReservationView,
}

/// Reserves a part of a subnet that no other reservation touches. Interfaces that are there already keep their addresses.
pub fn create_subnet_cidr_reservation(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let subnet = find::subnet(cx.txn, cx.owner(), &input.subnet_id)?;
    let cidr = cidr::parse("cidr", &input.cidr)?;
    if !subnet.cidr.contains(&cidr) {
        return Err(Error::invalid_value(format!("The CIDR {cidr} does not lie in the block {} of {}.", subnet.cidr, subnet.id)));
    }
    if let Some(other) = cx.txn.linked::<CidrReservation>(Subnet::KIND, &subnet.id).find(|r| cidr::overlap(r.cidr, cidr)) {
        return Err(Error::invalid_value(format!("The CIDR {cidr} overlaps {} of the reservation {}.", other.cidr, other.id)));
    }
    let reservation = CidrReservation {
        id: CidrReservationId::random(),
        owner: cx.owner().clone(),
        subnet: subnet.id.clone(),
        cidr,
        reservation_type: input.reservation_type,
        description: input.description,
        tags: tags::specified(&input.tag_specifications, "subnet-cidr-reservation", &["subnet-cidr-reservation"])?,
    };
    let view = ReservationView::new(&reservation);
    cx.txn.put(reservation);
    Ok(Output { subnet_cidr_reservation: view })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};

    use crate::ec2::testing::Cloud;

    fn subnet(cloud: &Cloud) -> String {
        let vpc = cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/Vpc/VpcId");
        cloud.text("CreateSubnet", json!({"VpcId": vpc, "CidrBlock": "10.0.1.0/28"}), "/Subnet/SubnetId")
    }

    fn reserve(subnet: &str, cidr: &str) -> Value {
        json!({"SubnetId": subnet, "Cidr": cidr, "ReservationType": "explicit"})
    }

    #[test]
    fn what_is_reserved_is_given_to_those_who_ask_for_it_only() {
        let cloud = Cloud::new();
        let subnet = subnet(&cloud);
        cloud.ok("CreateSubnetCidrReservation", reserve(&subnet, "10.0.1.4/30"));
        let free = || cloud.text("CreateNetworkInterface", json!({"SubnetId": subnet}), "/NetworkInterface/PrivateIpAddress");
        let given: BTreeSet<String> = (8..15).map(|_| free()).collect();
        assert_eq!(given, (8..15).map(|n| format!("10.0.1.{n}")).collect());
        assert_eq!(cloud.refusal("CreateNetworkInterface", json!({"SubnetId": subnet})), "InsufficientFreeAddressesInSubnet");
        let chosen = json!({"SubnetId": subnet, "PrivateIpAddress": "10.0.1.5"});
        cloud.ok("CreateNetworkInterface", chosen);
    }

    #[test]
    fn reservations_are_parts_of_their_subnet_that_do_not_meet_and_go_with_it() {
        let cloud = Cloud::new();
        let subnet = subnet(&cloud);
        let mut wish = reserve(&subnet, "10.0.1.4/30");
        wish["Description"] = json!("for appliances");
        wish["TagSpecifications"] = json!([{"ResourceType": "subnet-cidr-reservation", "Tags": [{"Key": "a", "Value": "b"}]}]);
        let made = cloud.ok("CreateSubnetCidrReservation", wish)["SubnetCidrReservation"].clone();
        assert_eq!((&made["Cidr"], &made["ReservationType"]), (&json!("10.0.1.4/30"), &json!("explicit")));
        let listed = || cloud.ok("GetSubnetCidrReservations", json!({"SubnetId": subnet}))["SubnetIpv4CidrReservations"].clone();
        assert_eq!(listed(), json!([made]));
        for cidr in ["10.0.2.0/28", "10.0.1.0/24", "10.0.1.0/28", "10.0.1.6/32", "nothing"] {
            assert_eq!(cloud.refusal("CreateSubnetCidrReservation", reserve(&subnet, cidr)), "InvalidParameterValue", "{cidr}");
        }
        let id = json!({"SubnetCidrReservationId": made["SubnetCidrReservationId"]});
        let stranger = cloud.account("222222222222");
        assert_eq!(stranger.refusal("DeleteSubnetCidrReservation", id.clone()), "InvalidSubnetCidrReservationID.NotFound");
        assert_eq!(cloud.ok("DeleteSubnetCidrReservation", id.clone())["DeletedSubnetCidrReservation"], made);
        assert_eq!(cloud.refusal("DeleteSubnetCidrReservation", id), "InvalidSubnetCidrReservationID.NotFound");
        assert_eq!(listed(), json!([]));
        cloud.ok("CreateSubnetCidrReservation", reserve(&subnet, "10.0.1.8/29"));
        cloud.ok("DeleteSubnet", json!({"SubnetId": subnet}));
        assert_eq!(cloud.world().all::<resource::CidrReservation>().count(), 0);
    }
}
