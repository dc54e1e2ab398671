//! Service names in requests: AWS's own services and custom ones, in the caller's Region.

use std::sync::Arc;

use resource::{AwsService, EndpointKind, EndpointService};

use super::principal::may_connect;
use crate::{Error, Read};

/// A service that endpoints can be made to.
#[derive(Clone, Debug)]
pub enum Offer {
    /// One of AWS's own.
    Aws(&'static AwsService),
    /// A provider's.
    Custom(Arc<EndpointService>),
}

impl Offer {
    /// Its name in `region`.
    pub fn name(&self, region: &str) -> String {
        match self {
            Self::Aws(service) => service.service_name(region),
            Self::Custom(service) => service.service_name(),
        }
    }

    /// AWS's word for the kind of endpoint that leads to it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Aws(service) if service.kind == EndpointKind::Gateway => "Gateway",
            Self::Aws(_) | Self::Custom(_) => "Interface",
        }
    }

    /// Whether its endpoints have policies.
    pub fn takes_policy(&self) -> bool {
        matches!(self, Self::Aws(service) if service.policy)
    }
}

/// The services of that name, if the caller may connect to them: one, or both S3s.
///
/// # Errors
/// `InvalidServiceName` alike for a service that does not exist and for one that the caller may not know of.
pub fn find(cx: &Read<'_>, name: &str) -> Result<Vec<Offer>, Error> {
    let region = &cx.owner().region;
    let aws: Vec<Offer> = AwsService::named(region, name).map(Offer::Aws).collect();
    if !aws.is_empty() {
        return Ok(aws);
    }
    let id = name.strip_prefix(&format!("com.amazonaws.vpce.{region}."));
    let service = id.and_then(|id| cx.world.find::<EndpointService>(id)).filter(|service| service.owner.region == *region);
    let service = service.filter(|service| may_connect(service, cx.caller)).ok_or_else(|| unknown(name))?;
    Ok(vec![Offer::Custom(service)])
}

fn unknown(name: &str) -> Error {
    Error::new("InvalidServiceName", format!("The Vpc Endpoint Service '{name}' does not exist"))
}
