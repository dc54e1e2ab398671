//! What decides about packets at a hop: the rule, for answers that name it.

use ipnet::Ipv4Net;
use plan::{AclRule, Allow};
use resource::{GroupId, InterfaceId, RouteTableId, SubnetId, VpcId};

/// The rule by which something lets packets on or stops them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ground {
    /// The groups of an interface.
    Groups {
        /// The interface, if there is one already.
        interface: Option<InterfaceId>,
        /// Whether the packet goes out.
        egress: bool,
        /// The group that lets it pass, or all that do not.
        groups: Vec<GroupId>,
        /// What lets it pass, if anything does.
        allow: Option<Allow>,
    },
    /// A network ACL.
    Acl {
        /// The subnet around which it lies.
        subnet: SubnetId,
        /// Whether the packet goes out.
        egress: bool,
        /// The rule; none is the implied last one.
        rule: Option<AclRule>,
    },
    /// A route.
    Route {
        /// The table, where the hop is not the table itself.
        table: Option<RouteTableId>,
        /// The prefix that won.
        prefix: Ipv4Net,
        /// The id of its target.
        target: String,
    },
    /// Two VPCs that nothing connects.
    Apart {
        /// The VPC of who sends.
        source: VpcId,
        /// The VPC of who shall be reached.
        destination: VpcId,
    },
}
