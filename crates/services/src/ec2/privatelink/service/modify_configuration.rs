//! ModifyVpcEndpointServiceConfiguration: other balancers behind a service, acceptance on and off, or a private name.

use resource::{EndpointService, Timestamp};
use serde::{Deserialize, Serialize};

use super::{balancers, own, private_name, refuse_while_connected};
use crate::{Error, Write};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    service_id: String,
    acceptance_required: Option<bool>,
    private_dns_name: Option<String>,
    remove_private_dns_name: bool,
    add_network_load_balancer_arns: Vec<String>,
    remove_network_load_balancer_arns: Vec<String>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    r#return: bool,
}

/// Changes a service. Acceptance speaks of new connections only.
pub fn modify_configuration(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let mut service = EndpointService::clone(&*own(cx.txn, cx.owner(), &input.service_id)?);
    service.acceptance_required = input.acceptance_required.unwrap_or(service.acceptance_required);
    rename(&mut service, &input, cx.now)?;
    remove(cx, &mut service, &input.remove_network_load_balancer_arns)?;
    for arn in balancers::parse(cx.txn, cx.owner(), Some(&service), &input.add_network_load_balancer_arns)? {
        if !service.balancers.contains(&arn) {
            service.balancers.push(arn);
        }
    }
    balancers::check_number(&service.balancers)?;
    cx.txn.put(service);
    Ok(Output { r#return: true })
}

/// Another name has to be proved anew; endpoints keep the names that they have.
fn rename(service: &mut EndpointService, input: &Input, now: Timestamp) -> Result<(), Error> {
    match (input.private_dns_name.as_deref(), input.remove_private_dns_name) {
        (Some(_), true) => {
            return Err(Error::combination("PrivateDnsName and RemovePrivateDnsName cannot be used together"));
        }
        (Some(name), false) => {
            let new = private_name::of(name, now)?;
            if service.private_name.as_ref().is_none_or(|old| old.name != new.name) {
                service.private_name = Some(new);
            }
        }
        (None, true) => service.private_name = None,
        (None, false) => {}
    }
    Ok(())
}

fn remove(cx: &Write<'_>, service: &mut EndpointService, arns: &[String]) -> Result<(), Error> {
    if arns.is_empty() {
        return Ok(());
    }
    if let Some(absent) = arns.iter().find(|arn| !service.balancers.contains(arn)) {
        let message = format!("The network load balancer '{absent}' is not associated with the endpoint service {}", service.id);
        return Err(Error::new("InvalidNetworkLoadBalancerArn.NotFound", message));
    }
    refuse_while_connected(cx.txn, service)?;
    service.balancers.retain(|arn| !arns.contains(arn));
    Ok(())
}
