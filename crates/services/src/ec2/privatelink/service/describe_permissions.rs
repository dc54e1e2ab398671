//! DescribeVpcEndpointServicePermissions: who may make endpoints to a service of the caller's.

use resource::AllowedPrincipal;
use serde::{Deserialize, Serialize};

use super::super::principal::Principal;
use super::own;
use crate::filter::{self, Field, Filter};
use crate::page::{self, Ask};
use crate::tags::Tag;
use crate::{Error, Read};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    service_id: String,
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    allowed_principals: Vec<View>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct View {
    principal_type: &'static str,
    principal: String,
    service_permission_id: String,
    tags: Vec<Tag>,
    service_id: String,
}

/// Describes the permissions of a service.
pub fn describe_permissions(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let service = own(cx.world, cx.owner(), &input.service_id)?;
    let kept = filter::select(&input.filters, service.principals.iter(), field)?;
    let ask = Ask { max_results: input.max_results, token: input.next_token.as_deref() };
    let page = page::cut(ask, kept, |allowed| allowed.id.clone())?;
    let view = |allowed: &&AllowedPrincipal| View {
        principal_type: kind(allowed),
        principal: allowed.principal.clone(),
        service_permission_id: allowed.id.clone(),
        tags: Vec::new(),
        service_id: service.id.to_string(),
    };
    Ok(Output { allowed_principals: page.items.iter().map(view).collect(), next_token: page.next })
}

fn field(filter: &str) -> Option<Field<'_, &AllowedPrincipal>> {
    let of = filter::of::<&AllowedPrincipal>();
    match filter {
        "principal" => of.one(|allowed| allowed.principal.clone()),
        "principal-type" => of.one(|allowed| kind(allowed)),
        _ => None,
    }
}

fn kind(allowed: &AllowedPrincipal) -> &'static str {
    Principal::parse(&allowed.principal).map_or("Service", Principal::kind)
}
