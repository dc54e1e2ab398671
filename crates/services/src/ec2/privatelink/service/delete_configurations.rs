//! DeleteVpcEndpointServiceConfigurations: withdraws services that nobody is connected to.

use resource::EndpointService;
use serde::Deserialize;

use super::super::unsuccessful::{self, Output};
use super::{own, refuse_while_connected};
use crate::{Error, Write};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    service_ids: Vec<String>,
}

/// Deletes services. Rejected endpoints stay as they are, for their owners to delete.
pub fn delete_configurations(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    unsuccessful::each(&input.service_ids, |id| {
        let not_found = |refused: Error| Error::new("InvalidVpcEndpointService.NotFound", refused.message);
        let service = own(cx.txn, cx.owner(), id).map_err(not_found)?;
        refuse_while_connected(cx.txn, &service)?;
        cx.txn.remove::<EndpointService>(id);
        Ok(())
    })
}
