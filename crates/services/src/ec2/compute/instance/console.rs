//! GetConsoleOutput: what an instance printed, as the reconciler last read it.

use resource::{ConsoleOutput, Timestamp};
use serde::{Deserialize, Serialize};

use crate::ec2::find;
use crate::{Error, Read};

/// `Latest` asks for the text of this moment, which is what is returned always.
#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    instance_id: String,
    #[serde(rename = "Latest")]
    _latest: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    instance_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<String>,
}

pub fn get_console_output(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let instance = find::instance(cx.world, cx.owner(), &input.instance_id)?;
    let console = cx.world.find::<ConsoleOutput>(instance.id.as_str());
    let (timestamp, output) = console.map(|console| (console.at, console.text.clone())).unzip();
    Ok(Output { instance_id: instance.id.to_string(), timestamp, output })
}
