//! ModifyInstanceMetadataOptions: how an instance's metadata may be read from now on.

use resource::{Instance, InstanceState};
use serde::{Deserialize, Serialize};

use super::launch::MetadataRequest;
use super::view::MetadataView;
use crate::ec2::find;
use crate::{Error, Write};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    instance_id: String,
    http_tokens: Option<String>,
    http_put_response_hop_limit: Option<u32>,
    http_endpoint: Option<String>,
    http_protocol_ipv6: Option<String>,
    instance_metadata_tags: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    instance_id: String,
    instance_metadata_options: MetadataView,
}

pub fn modify_instance_metadata_options(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let owner = cx.owner().clone();
    let instance = find::instance(cx.txn, &owner, &input.instance_id)?;
    if matches!(instance.state, InstanceState::Terminated | InstanceState::ShuttingDown) {
        return Err(Error::new("IncorrectInstanceState", format!("The instance '{}' is gone.", instance.id)));
    }
    let request = MetadataRequest {
        http_tokens: input.http_tokens,
        http_put_response_hop_limit: input.http_put_response_hop_limit,
        http_endpoint: input.http_endpoint,
        http_protocol_ipv6: input.http_protocol_ipv6,
        instance_metadata_tags: input.instance_metadata_tags,
    };
    let metadata = request.apply(&instance.metadata)?;
    let view = MetadataView::from(&metadata);
    cx.txn.put(Instance { metadata, ..(*instance).clone() });
    Ok(Output { instance_id: instance.id.to_string(), instance_metadata_options: view })
}
