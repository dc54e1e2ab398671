//! Both sides of PrivateLink: endpoints in consumers' VPCs and the services they reach (AWS PrivateLink Guide).

use serde::{Deserialize, Serialize};

use crate::{
    AwsService, EndpointId, EndpointServiceId, GroupId, InterfaceId, Kind, Link, LoadBalancer, NetworkInterface, Owner,
    PRIVATE_DOMAIN, PrivateName, Resource, RouteTable, RouteTableId, SecurityGroup, Subnet, SubnetId, Tags, Timestamp, Vpc,
    VpcId, private_domain_key, zone_of_private_name,
};

/// The namespace of links from an endpoint to the name of the service it reaches.
pub const SERVICE_NAME: &str = "service-name";

/// The namespace of links from a service to the accounts that it names among its principals.
pub const ALLOWED_ACCOUNT: &str = "allowed-account";

/// A consumer's way to one service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VpcEndpoint {
    /// Its id.
    pub id: EndpointId,
    /// Who owns it: the consumer.
    pub owner: Owner,
    /// The consumer's VPC.
    pub vpc: VpcId,
    /// Interface or gateway.
    pub kind: EndpointKind,
    /// `com.amazonaws.vpce.{region}.vpce-svc-…` or `com.amazonaws.{region}.{service}`.
    pub service_name: String,
    /// The custom service, when it is one.
    pub service: Option<EndpointServiceId>,
    /// Where its connection stands.
    pub state: EndpointState,
    /// Whether its sockets are open: those of AWS's own services are answered by the daemon itself.
    #[serde(default)]
    pub served: bool,
    /// The subnets it has interfaces in, one per zone.
    pub subnets: Vec<SubnetId>,
    /// The groups on its interfaces.
    pub groups: Vec<GroupId>,
    /// Its interfaces, in the order of `subnets`.
    pub interfaces: Vec<InterfaceId>,
    /// Gateway: the route tables that lead to it.
    pub route_tables: Vec<RouteTableId>,
    /// Whether the service's own name leads to it inside the VPC.
    pub private_dns: bool,
    /// The names that then do; they stay whatever the service is called later.
    #[serde(default)]
    pub private_names: Vec<String>,
    /// Whether the service says which kinds of records its names have.
    #[serde(default)]
    pub service_defined_records: bool,
    /// The policy document, as given.
    pub policy: Option<String>,
    /// The random label in its DNS names.
    pub dns_label: String,
    /// When it was made.
    pub created: Timestamp,
    /// Its tags.
    pub tags: Tags,
}

/// The kinds of endpoints that we carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EndpointKind {
    /// Interfaces with addresses in the consumer's subnets.
    Interface,
    /// Routes to an AWS service's public addresses.
    Gateway,
}

/// Where the connection of an endpoint stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum EndpointState {
    /// The provider must accept it first; nothing passes.
    PendingAcceptance,
    /// Accepted, not yet in the kernel.
    Pending,
    /// Packets pass.
    Available,
    /// The provider rejected it; nothing passes.
    Rejected,
    /// Could not be made available, or its service is gone.
    Failed,
    /// Being taken from the kernel.
    Deleting,
    /// Gone; listed for a short while.
    Deleted,
}

impl EndpointState {
    /// AWS's spelling on the wire (lower camel case).
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PendingAcceptance => "pendingAcceptance",
            Self::Pending => "pending",
            Self::Available => "available",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
            Self::Deleting => "deleting",
            Self::Deleted => "deleted",
        }
    }

    /// Whether packets should pass.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::Available)
    }
}

impl VpcEndpoint {
    /// The id with which one of its names begins.
    pub fn id_in(name: &str) -> Option<&str> {
        name.get(..EndpointId::PREFIX.len() + 17)
    }

    /// Its name in public DNS, with the addresses of all its interfaces. S3's holds a place for the bucket.
    pub fn regional_name(&self) -> String {
        format!("{}{}-{}.{}", self.place(), self.id, self.dns_label, self.service_domain())
    }

    /// Its name in public DNS for the interface in `zone`.
    pub fn zonal_name(&self, zone: &str) -> String {
        format!("{}{}-{}-{zone}.{}", self.place(), self.id, self.dns_label, self.service_domain())
    }

    /// What stands for a bucket in the names of S3's endpoints.
    fn place(&self) -> &'static str {
        if self.service_name.ends_with(".s3") { "*." } else { "" }
    }

    /// The service of AWS's to which it leads, if it is one.
    pub fn aws_service(&self) -> Option<&'static AwsService> {
        AwsService::find(&self.owner.region, &self.service_name, self.kind)
    }

    /// The zones that its private names lie in, while it has any.
    pub fn private_zones(&self) -> impl Iterator<Item = &str> {
        let holds = self.private_dns && !matches!(self.state, EndpointState::Deleting | EndpointState::Deleted);
        let names = if holds { self.private_names.as_slice() } else { &[] };
        let zones: std::collections::BTreeSet<&str> = names.iter().map(|name| zone_of_private_name(name)).collect();
        zones.into_iter()
    }

    /// `vpce-svc-….us-east-1.vpce.amazonaws.com`; the parts of an AWS service's name are turned round (`ecr.api` is `api.ecr`).
    fn service_domain(&self) -> String {
        let prefixes = [format!("com.amazonaws.vpce.{}.", self.owner.region), format!("com.amazonaws.{}.", self.owner.region)];
        let short =
            prefixes.iter().find_map(|prefix| self.service_name.strip_prefix(prefix.as_str())).unwrap_or(&self.service_name);
        let label = short.rsplit('.').collect::<Vec<_>>().join(".");
        format!("{label}.{}.vpce.amazonaws.com", self.owner.region)
    }
}

impl Resource for VpcEndpoint {
    const KIND: Kind = Kind("vpc-endpoint");

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn owner(&self) -> Option<&Owner> {
        Some(&self.owner)
    }

    fn links(&self) -> Vec<Link> {
        let mut links = vec![Link::to(Vpc::KIND, &self.vpc), Link::name(SERVICE_NAME, &self.service_name)];
        links.extend(self.service.iter().map(|id| Link::to(EndpointService::KIND, id)));
        links.extend(self.subnets.iter().map(|id| Link::to(Subnet::KIND, id)));
        links.extend(self.groups.iter().map(|id| Link::to(SecurityGroup::KIND, id)));
        links.extend(self.interfaces.iter().map(|id| Link::to(NetworkInterface::KIND, id)));
        links.extend(self.route_tables.iter().map(|id| Link::to(RouteTable::KIND, id)));
        links.extend(self.private_zones().map(|zone| Link::name(PRIVATE_DOMAIN, private_domain_key(&self.vpc, zone))));
        links
    }
}

/// A provider's offer of what stands behind its load balancers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EndpointService {
    /// Its id.
    pub id: EndpointServiceId,
    /// Who owns it: the provider.
    pub owner: Owner,
    /// Whether the provider accepts each connection by hand.
    pub acceptance_required: bool,
    /// The ARNs of its Network Load Balancers.
    pub balancers: Vec<String>,
    /// Who may make endpoints to it, besides its owner.
    pub principals: Vec<AllowedPrincipal>,
    /// What it wants to be called in consumers' VPCs.
    #[serde(default)]
    pub private_name: Option<PrivateName>,
    /// Whether its owner pays for the endpoints to it.
    #[serde(default)]
    pub owner_pays: bool,
    /// Its tags.
    pub tags: Tags,
}

/// Somebody who may make endpoints to a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllowedPrincipal {
    /// `vpce-svc-perm-…`.
    pub id: String,
    /// An ARN, or `*`.
    pub principal: String,
}

impl AllowedPrincipal {
    /// The account that it names or that it is in; none for `*`.
    fn account(&self) -> Option<&str> {
        self.principal.split(':').nth(4)
    }
}

impl EndpointService {
    /// The name that consumers give.
    pub fn service_name(&self) -> String {
        format!("com.amazonaws.vpce.{}.{}", self.owner.region, self.id)
    }

    /// The domain that the names of its endpoints end in.
    pub fn base_dns_name(&self) -> String {
        format!("{}.{}.vpce.amazonaws.com", self.id, self.owner.region)
    }
}

impl Resource for EndpointService {
    const KIND: Kind = Kind("endpoint-service");

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn owner(&self) -> Option<&Owner> {
        Some(&self.owner)
    }

    fn links(&self) -> Vec<Link> {
        let accounts = self.principals.iter().filter_map(AllowedPrincipal::account);
        let accounts = accounts.map(|account| Link::name(ALLOWED_ACCOUNT, account));
        self.balancers.iter().map(|arn| Link::to(LoadBalancer::KIND, arn)).chain(accounts).collect()
    }
}
