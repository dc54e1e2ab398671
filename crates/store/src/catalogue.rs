//! The kinds that a store can read back from its log: one visible list.

use std::collections::HashMap;
use std::sync::Arc;

use resource::Resource;

use crate::world::Record;

/// Reads the rows of one kind.
#[derive(Clone, Copy)]
pub struct Codec {
    pub(crate) kind: &'static str,
    pub(crate) decode: fn(&[u8]) -> Result<Record, serde_json::Error>,
}

impl Codec {
    /// The codec of a resource type.
    pub fn of<R: Resource>() -> Self {
        Self { kind: R::KIND.0, decode: |bytes| Ok(Record::new(Arc::new(serde_json::from_slice::<R>(bytes)?))) }
    }
}

/// Every kind of a store.
pub struct Catalogue {
    codecs: HashMap<&'static str, Codec>,
}

impl Catalogue {
    /// A catalogue of these kinds.
    pub fn new(codecs: impl IntoIterator<Item = Codec>) -> Self {
        Self { codecs: codecs.into_iter().map(|codec| (codec.kind, codec)).collect() }
    }

    pub(crate) fn codec(&self, kind: &str) -> Option<&Codec> {
        self.codecs.get(kind)
    }
}

impl Default for Catalogue {
    /// Every kind that the crate `resource` names.
    fn default() -> Self {
        Self::new([
            Codec::of::<resource::Vpc>(),
            Codec::of::<resource::DhcpOptions>(),
            Codec::of::<resource::Subnet>(),
            Codec::of::<resource::CidrReservation>(),
            Codec::of::<resource::RouteTable>(),
            Codec::of::<resource::SecurityGroup>(),
            Codec::of::<resource::NetworkAcl>(),
            Codec::of::<resource::NetworkInterface>(),
            Codec::of::<resource::InternetGateway>(),
            Codec::of::<resource::ElasticAddress>(),
            Codec::of::<resource::NatGateway>(),
            Codec::of::<resource::PublicAccess>(),
            Codec::of::<resource::PublicAccessExclusion>(),
            Codec::of::<resource::PeeringConnection>(),
            Codec::of::<resource::PrefixList>(),
            Codec::of::<resource::VpcEndpoint>(),
            Codec::of::<resource::EndpointService>(),
            Codec::of::<resource::ConnectionNotification>(),
            Codec::of::<resource::LoadBalancer>(),
            Codec::of::<resource::Listener>(),
            Codec::of::<resource::Certificate>(),
            Codec::of::<resource::TargetGroup>(),
            Codec::of::<resource::TargetHealth>(),
            Codec::of::<resource::Instance>(),
            Codec::of::<resource::MetadataDefaults>(),
            Codec::of::<resource::InsightsPath>(),
            Codec::of::<resource::InsightsAnalysis>(),
            Codec::of::<resource::ConsoleOutput>(),
            Codec::of::<resource::KeyPair>(),
            Codec::of::<resource::LaunchTemplate>(),
            Codec::of::<resource::ScalingGroup>(),
            Codec::of::<resource::ScalingActivity>(),
            Codec::of::<resource::User>(),
            Codec::of::<resource::Role>(),
            Codec::of::<resource::ManagedPolicy>(),
            Codec::of::<resource::AccessKey>(),
            Codec::of::<resource::InstanceProfile>(),
            Codec::of::<resource::HostedZone>(),
            Codec::of::<resource::RecordSet>(),
            Codec::of::<resource::ZoneChange>(),
            Codec::of::<resource::ResolverEndpoint>(),
            Codec::of::<resource::ResolverRule>(),
            Codec::of::<resource::RuleAssociation>(),
            Codec::of::<resource::Bucket>(),
            Codec::of::<resource::Object>(),
            Codec::of::<resource::Upload>(),
            Codec::of::<resource::UploadedPart>(),
            Codec::of::<resource::Sequence>(),
            Codec::of::<resource::RequestToken>(),
            Codec::of::<resource::QuotaChange>(),
        ])
    }
}
