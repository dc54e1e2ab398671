//! Why packets do not pass: the explanation codes of AWS's Reachability Analyzer, and our own where AWS has none.

use std::fmt::{self, Display, Formatter};

use serde::Serialize;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// Why packets do not pass (VPC Reachability Analyzer, "Explanation codes").
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        pub enum Code {
            $($(#[$doc])* #[serde(rename = $text)] $name,)*
        }

        impl Code {
            /// The code's text.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

codes! {
    /// No rule of the groups lets the packet pass.
    GroupRules = "ENI_SG_RULES_MISMATCH";
    /// The groups have no rules at all in the packet's direction.
    GroupsEmpty = "SG_HAS_NO_RULES";
    /// A network ACL denies the packet, or its answer.
    Acl = "SUBNET_ACL_RESTRICTION";
    /// The route table has no route for the destination.
    NoRoute = "NO_ROUTE_TO_DESTINATION";
    /// The route that wins leads nowhere.
    Blackhole = "BAD_STATE_ROUTE";
    /// A more specific route takes the packet from one that would work.
    MoreSpecificRoute = "MORE_SPECIFIC_ROUTE";
    /// No public address stands for the sender.
    NoPublicAddress = "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS";
    /// An internet gateway takes nothing for private addresses.
    PrivateDestination = "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS";
    /// No public address leads to the destination.
    NotPublic = "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS";
    /// Block Public Access cuts the VPC off from the internet.
    PublicAccessBlocked = "VPC_BLOCK_PUBLIC_ACCESS_ENABLED";
    /// An appliance may not send what is not its own.
    SourceCheck = "ENI_SOURCE_DEST_CHECK_RESTRICTION";
    /// Nobody has the address.
    Nobody = "NO_POSSIBLE_DESTINATION";
    /// The resource is in a state in which it takes no packets.
    BadState = "BAD_STATE";
    /// The interface is not attached to anything.
    Unattached = "UNASSOCIATED_COMPONENT";
    /// Nothing connects the two VPCs.
    Disconnected = "DISCONNECTED_VPCS";
    /// A peering carries only what comes from one VPC's blocks and goes to the other's.
    PeerAddress = "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR";
    /// A rule names a group where groups are not known.
    GroupReferences = "SG_REFERENCING_SUPPORT";
    /// A rule names a group of a peer that is gone, or whose connection is.
    UnknownPeerGroup = "UNKNOWN_PEERED_SGS";
    /// A rule names the sender's group, and what stands in between has hidden who the sender is.
    ReferenceLost = "SG_REFERENCES_NOT_PRESERVED";
    /// What has the address takes nothing on this protocol.
    Protocol = "PROTOCOL_RESTRICTION";
    /// What has the address takes nothing on this port.
    TargetPort = "TARGET_PORT_RESTRICTION";
    /// The target cannot be one.
    TargetAddress = "TARGET_ADDRESS_RESTRICTION";
    /// The balancer has no listener for the protocol.
    NoListener = "ELBV2_LISTENERS_MISMATCH";
    /// The balancer has no listener on the port.
    ListenerPort = "ELBV2_LISTENER_PORT_RESTRICTION";
    /// The listener's target group has no targets.
    NoTargets = "ELBV2_LISTENER_HAS_NO_TG";
    /// The node's zone has no target, and nodes keep to their zones.
    NoTargetsInZone = "ELBV2_NO_TARGETS_IN_AZ";
    /// A target sees its own address as the client's and answers nobody.
    ClientAddress = "ELBV2_SOURCE_ADDRESS_PRESERVATION";
    /// The targets are in a zone that the balancer is not in.
    ZoneNotEnabled = "ELB_INSTALLED_AZ_RESTRICTION";
    /// The service has no node in the zone of the endpoint's interface.
    ServiceNotInZone = "VPCE_SERVICE_NOT_INSTALLED_IN_AZ";
    /// An endpoint opens no connections in its own VPC.
    IntraVpc = "VPCE_INTRA_VPC_TRAFFIC";
    /// PrivateLink carries connections from consumer to provider only. Ours.
    OneWay = "PRIVATELINK_IS_ONE_WAY";
    /// The provider has not accepted the endpoint's connection. Ours.
    NotAccepted = "ENDPOINT_NOT_ACCEPTED";
    /// The provider has rejected the endpoint's connection. Ours.
    Rejected = "ENDPOINT_REJECTED";
    /// The balancer's own groups stop what comes through PrivateLink. Ours.
    Screen = "PRIVATELINK_SG_RULES_MISMATCH";
    /// No target that the node may use is healthy, while others are. Ours.
    Unhealthy = "TARGETS_UNHEALTHY";
    /// The endpoint's policy lets none of the calls through. Ours.
    EndpointPolicy = "VPC_ENDPOINT_POLICY";
    /// The private DNS that would lead the name to an endpoint is off, has no effect, or is another VPC's. Ours.
    PrivateDnsOff = "PRIVATE_DNS_NOT_IN_EFFECT";
    /// An endpoint service has no private name. Ours.
    NoPrivateName = "ENDPOINT_SERVICE_HAS_NO_PRIVATE_DNS_NAME";
    /// The private name of an endpoint service is not proved. Ours.
    NameNotVerified = "PRIVATE_DNS_NAME_NOT_VERIFIED";
    /// The VPC has no endpoint to the service. Ours.
    NoEndpoint = "NO_ENDPOINT_TO_SERVICE";
    /// The region has no such endpoint service. Ours.
    NoService = "ENDPOINT_SERVICE_UNKNOWN";
    /// The account may not make endpoints to the service. Ours.
    NotPermitted = "ENDPOINT_SERVICE_PRINCIPAL_NOT_ALLOWED";
    /// The subnet has no address left for an endpoint. Ours.
    SubnetFull = "SUBNET_HAS_NO_FREE_ADDRESSES";
    /// The VPC's resolver does not answer. Ours.
    NoResolver = "DNS_SUPPORT_DISABLED";
    /// DHCP tells the machines of the VPC another resolver than the VPC's own. Ours.
    OtherResolver = "DHCP_OPTIONS_RESOLVER";
    /// A private zone, or an endpoint's private DNS, has the domain and not the name. Ours.
    NameHidden = "PRIVATE_DNS_HIDES_NAME";
    /// The private zone that has the name is not associated with the VPC. Ours.
    ZoneNotAssociated = "HOSTED_ZONE_NOT_ASSOCIATED";
    /// Nobody has the name, or whoever has it knows no address for it. Ours.
    NoSuchName = "NO_ADDRESS_FOR_NAME";
}

impl Display for Code {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
