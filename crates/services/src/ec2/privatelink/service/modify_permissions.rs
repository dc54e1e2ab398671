//! ModifyVpcEndpointServicePermissions: who may make endpoints to a service. Existing connections stay.

use resource::{AllowedPrincipal, EndpointService, random_id};
use serde::{Deserialize, Serialize};

use super::super::principal::Principal;
use super::own;
use crate::{Error, Write};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    service_id: String,
    add_allowed_principals: Vec<String>,
    remove_allowed_principals: Vec<String>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    added_principals: Vec<Added>,
    return_value: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Added {
    principal_type: &'static str,
    principal: String,
    service_permission_id: String,
    service_id: String,
}

/// Adds and removes principals; those that are there already, or not there, are no error.
pub fn modify_permissions(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let mut service = EndpointService::clone(&*own(cx.txn, cx.owner(), &input.service_id)?);
    service.principals.retain(|allowed| !input.remove_allowed_principals.contains(&allowed.principal));
    let mut added_principals = Vec::new();
    for principal in input.add_allowed_principals {
        let principal_type = Principal::parse(&principal)?.kind();
        if service.principals.iter().any(|allowed| allowed.principal == principal) {
            continue;
        }
        let id = random_id("vpce-svc-perm-");
        service.principals.push(AllowedPrincipal { id: id.clone(), principal: principal.clone() });
        added_principals.push(Added { principal_type, principal, service_permission_id: id, service_id: service.id.to_string() });
    }
    cx.txn.put(service);
    Ok(Output { added_principals, return_value: true })
}
