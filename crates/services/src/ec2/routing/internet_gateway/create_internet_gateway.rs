//! CreateInternetGateway: a gateway that is attached to nothing yet.

use resource::{InternetGateway, InternetGatewayId};
use serde::{Deserialize, Serialize};

use super::view::InternetGatewayView;
use crate::tags::{self, TagSpecification};
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    tag_specifications: Vec<TagSpecification>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    internet_gateway: InternetGatewayView,
}

/// Records a new internet gateway.
pub fn create_internet_gateway(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let tags = tags::specified(&input.tag_specifications, "internet-gateway", &["internet-gateway"])?;
    let gateway = InternetGateway { id: InternetGatewayId::random(), owner: cx.owner().clone(), vpc: None, tags };
    let internet_gateway = InternetGatewayView::new(&gateway);
    cx.txn.put(gateway);
    Ok(Output { internet_gateway })
}
