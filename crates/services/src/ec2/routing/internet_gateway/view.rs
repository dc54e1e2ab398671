//! Internet gateways as answers show them.

use resource::InternetGateway;
use serde::Serialize;

use crate::tags::{self, Tag};

/// EC2 says `available` of an attached internet gateway, where other attachments say `attached`.
pub const ATTACHED: &str = "available";

/// An internet gateway.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct InternetGatewayView {
    attachments: Vec<Attachment>,
    internet_gateway_id: String,
    owner_id: String,
    tags: Vec<Tag>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Attachment {
    state: &'static str,
    vpc_id: String,
}

impl InternetGatewayView {
    /// `gateway` as answers show it.
    pub fn new(gateway: &InternetGateway) -> Self {
        Self {
            attachments: gateway.vpc.iter().map(|vpc| Attachment { state: ATTACHED, vpc_id: vpc.to_string() }).collect(),
            internet_gateway_id: gateway.id.to_string(),
            owner_id: gateway.owner.account.clone(),
            tags: tags::view(&gateway.tags),
        }
    }
}
