//! Subnets (VPC User Guide, "Subnets for your VPC").

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use serde::{Deserialize, Serialize};

use crate::{Kind, Link, Owner, Resource, SubnetId, Tags, Vpc, VpcId, VpcState};

/// A range of a VPC's addresses in one zone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Subnet {
    /// Its id.
    pub id: SubnetId,
    /// Who owns it.
    pub owner: Owner,
    /// The VPC it lies in.
    pub vpc: VpcId,
    /// Its block.
    pub cidr: Ipv4Net,
    /// Its zone's name.
    pub zone: String,
    /// `pending` until the router knows its gateway.
    pub state: VpcState,
    /// Whether instances get a public address unless they say otherwise.
    pub map_public_ip: bool,
    /// Whether it is the zone's default subnet.
    pub default_for_zone: bool,
    /// `ip-name` or `resource-name`.
    pub hostname_type: String,
    /// Whether resource names get A records.
    pub resource_name_a_record: bool,
    /// Its tags.
    pub tags: Tags,
}

impl Subnet {
    /// The VPC router's address in it: base plus one.
    pub fn gateway(&self) -> Ipv4Addr {
        Ipv4Addr::from(u32::from(self.cidr.network()) + 1)
    }

    /// The addresses that interfaces may have: all but the first four and the last.
    pub fn assignable(&self) -> impl Iterator<Item = Ipv4Addr> + use<> {
        let (first, last) = (u32::from(self.cidr.network()), u32::from(self.cidr.broadcast()));
        (first + 4..last).map(Ipv4Addr::from)
    }

    /// Whether `address` lies in it and is not one of the five reserved ones.
    pub fn can_assign(&self, address: Ipv4Addr) -> bool {
        let (first, last, n) = (u32::from(self.cidr.network()), u32::from(self.cidr.broadcast()), u32::from(address));
        n >= first + 4 && n < last
    }
}

impl Resource for Subnet {
    const KIND: Kind = Kind("subnet");

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn owner(&self) -> Option<&Owner> {
        Some(&self.owner)
    }

    fn links(&self) -> Vec<Link> {
        vec![Link::to(Vpc::KIND, &self.vpc)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_24_has_251_assignable_addresses() {
        let subnet = Subnet {
            id: SubnetId::random(),
            owner: Owner::new("111111111111", "us-east-1"),
            vpc: VpcId::random(),
            cidr: "10.0.1.0/24".parse().expect("a literal"),
            zone: "us-east-1a".into(),
            state: VpcState::Available,
            map_public_ip: false,
            default_for_zone: false,
            hostname_type: "ip-name".into(),
            resource_name_a_record: false,
            tags: Tags::default(),
        };
        assert_eq!(subnet.assignable().count(), 251);
        assert!(subnet.assignable().all(|a| subnet.can_assign(a)));
        assert!(!subnet.can_assign(Ipv4Addr::new(10, 0, 1, 3)));
        assert!(!subnet.can_assign(Ipv4Addr::new(10, 0, 1, 255)));
        assert_eq!(subnet.gateway(), Ipv4Addr::new(10, 0, 1, 1));
    }
}
