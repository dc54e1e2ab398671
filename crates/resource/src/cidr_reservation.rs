//! Subnet CIDR reservations (VPC User Guide, "Subnet CIDR reservations").

use ipnet::Ipv4Net;
use serde::{Deserialize, Serialize};

use crate::{CidrReservationId, Kind, Link, Owner, Resource, Subnet, SubnetId, Tags};

/// A part of a subnet whose addresses nobody gets who does not ask for them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CidrReservation {
    /// Its id.
    pub id: CidrReservationId,
    /// Who owns it.
    pub owner: Owner,
    /// The subnet.
    pub subnet: SubnetId,
    /// The part.
    pub cidr: Ipv4Net,
    /// `explicit` or `prefix`.
    pub reservation_type: String,
    /// What the user wrote about it.
    pub description: Option<String>,
    /// Its tags.
    pub tags: Tags,
}

impl Resource for CidrReservation {
    const KIND: Kind = Kind("subnet-cidr-reservation");

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn owner(&self) -> Option<&Owner> {
        Some(&self.owner)
    }

    fn links(&self) -> Vec<Link> {
        vec![Link::to(Subnet::KIND, &self.subnet)]
    }
}
