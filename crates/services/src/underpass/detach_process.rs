//! DetachProcess: gives back the interface and the keys of a program that ended.

use resource::{Holder, NetworkInterface};
use serde::{Deserialize, Serialize};

use super::process_key;
use crate::ec2::find;
use crate::{Error, Write};

/// Which interface.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    network_interface_id: String,
}

/// Nothing.
#[derive(Serialize)]
pub struct Output {}

/// Removes the interface; only one that belongs to a program.
pub fn detach_process(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let interface = find::interface(cx.txn, &cx.owner().clone(), &input.network_interface_id)?;
    let Some(&Holder::Process { pid, started }) = interface.attachment.as_ref().map(|a| &a.holder) else {
        return Err(Error::new(
            "OperationNotPermitted",
            format!("{} does not belong to a program of underpass exec", interface.id),
        ));
    };
    process_key::revoke(cx, pid, started);
    cx.txn.remove::<NetworkInterface>(interface.id.as_str());
    Ok(Output {})
}
