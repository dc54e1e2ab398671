//! Service names in requests: custom services of the Region are found, AWS's own are refused until we have them.

use std::sync::Arc;

use resource::EndpointService;

use super::principal::may_connect;
use crate::{Error, Read};

/// The custom service of that name, if the caller may connect to it.
///
/// # Errors
/// `InvalidServiceName` alike for a service that does not exist and for one that the caller may not know of;
/// `UnsupportedOperation` for a service of AWS's.
pub fn find(cx: &Read<'_>, name: &str) -> Result<Arc<EndpointService>, Error> {
    let region = &cx.owner().region;
    let Some(id) = name.strip_prefix(&format!("com.amazonaws.vpce.{region}.")) else {
        return Err(other(name));
    };
    let service = cx.world.find::<EndpointService>(id).filter(|service| service.owner.region == *region);
    service.filter(|service| may_connect(service, cx.caller)).ok_or_else(|| unknown(name))
}

fn other(name: &str) -> Error {
    match name.starts_with("com.amazonaws.") && !name.starts_with("com.amazonaws.vpce.") {
        true => {
            let message = format!(
                "underpass does not support endpoints to the AWS service {name} yet; endpoints to custom services (com.amazonaws.vpce.…) work"
            );
            Error::new("UnsupportedOperation", message)
        }
        false => unknown(name),
    }
}

fn unknown(name: &str) -> Error {
    Error::new("InvalidServiceName", format!("The Vpc Endpoint Service '{name}' does not exist"))
}
