//! Our own socket path, in a process of its own.

use std::error::Error;
use std::process::{Command, Stdio};

use super::{Between, Inlet};
use crate::process::role;

pub(super) fn command(between: &Between, inlets: &[Inlet]) -> Result<Command, Box<dyn Error>> {
    let (consumer, provider, source) = (between.consumer.path(), between.provider.path(), between.source.to_string());
    let ways: Vec<String> = inlets.iter().map(|inlet| format!("{}={}", inlet.listen, inlet.target)).collect();
    let mut arguments = vec![consumer.as_str(), provider.as_str(), source.as_str()];
    arguments.extend(ways.iter().map(String::as_str));
    let mut command = role("relay", &arguments)?;
    command.stdin(Stdio::piped());
    Ok(command)
}
