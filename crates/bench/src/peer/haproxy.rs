//! HAProxy in TCP mode, one thread per processor, with otherwise its own defaults.

use std::error::Error;
use std::fmt::Write as _;
use std::os::fd::AsRawFd;
use std::process::{Command, Stdio};

use super::{Between, Inlet, inherit};
use crate::process::in_namespace;

pub(super) fn command(between: &Between, inlets: &[Inlet]) -> Result<Command, Box<dyn Error>> {
    let file = between.directory.join("haproxy.cfg");
    std::fs::write(&file, configuration(between, inlets)?)?;
    let mut command = Command::new("haproxy");
    command.args(["-db", "-q", "-f"]).arg(&file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    in_namespace(&mut command, &between.provider);
    inherit(&mut command, inlets)?;
    Ok(command)
}

fn configuration(between: &Between, inlets: &[Inlet]) -> Result<String, Box<dyn Error>> {
    let threads = std::thread::available_parallelism()?;
    let mut text = format!(
        "global\n  maxconn 9000\n  nbthread {threads}\n\
         defaults\n  mode tcp\n  maxconn 9000\n  timeout connect 5s\n  timeout client 350s\n  timeout server 350s\n"
    );
    for inlet in inlets {
        let (listen, target, source) = (inlet.listen, inlet.target, between.source);
        writeln!(text, "listen port-{}\n  bind fd@{}\n  server target {target} source {source}", listen.port(), inlet.socket.as_raw_fd())?;
    }
    Ok(text)
}
