//! DescribeVpcEndpointAssociations: the resources that resource and service-network endpoints lead to, of which there are none.

use serde::{Deserialize, Serialize};

use crate::ec2::find;
use crate::filter::{self, Field, Filter};
use crate::page::{self, Ask};
use crate::{Error, Read};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    vpc_endpoint_ids: Vec<String>,
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    vpc_endpoint_associations: Vec<Association>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// What an endpoint leads to: never anything, since the endpoints that there are lead to services.
#[derive(Clone, Serialize)]
enum Association {}

/// Describes the associations of the caller's endpoints.
pub fn describe_vpc_endpoint_associations(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    for id in &input.vpc_endpoint_ids {
        find::endpoint(cx.world, cx.owner(), id)?;
    }
    let kept = filter::select(&input.filters, std::iter::empty(), field)?;
    let ask = Ask { max_results: input.max_results, token: input.next_token.as_deref() };
    let page = page::cut(ask, kept, |_: &Association| String::new())?;
    Ok(Output { vpc_endpoint_associations: page.items, next_token: page.next })
}

fn field(filter: &str) -> Option<Field<'_, Association>> {
    let of = filter::of::<Association>();
    let known = ["vpc-endpoint-id", "associated-resource-accessibility", "association-id", "associated-resource-id"];
    known.contains(&filter).then(|| of.one(|_| "")).flatten()
}
