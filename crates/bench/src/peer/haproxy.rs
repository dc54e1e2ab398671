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
    let secure = between.certificate.as_ref();
    let secure = secure.map(|file| format!(" ssl crt {} ssl-min-ver TLSv1.3", file.display())).unwrap_or_default();
    for inlet in inlets {
        let (listen, target, source) = (inlet.listen, inlet.target, between.source);
        writeln!(
            text,
            "listen port-{}\n  bind fd@{}{secure}\n  server target {target} source {source}",
            listen.port(),
            inlet.socket.as_raw_fd()
        )?;
    }
    Ok(text)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::tests::{between, inlet};
    use super::*;

    #[test]
    fn each_port_is_served_from_an_inherited_socket() {
        let between = between();
        let inlet = inlet(&between);
        let socket = inlet.socket.as_raw_fd();
        let text = configuration(&between, &[inlet]).unwrap();
        let wanted = format!("listen port-80\n  bind fd@{socket}\n  server target 10.0.0.3:8080 source 10.0.0.2\n");
        assert!(text.ends_with(&wanted), "{text}");
    }

    #[test]
    fn with_a_certificate_clients_speak_tls() {
        let between = Between { certificate: Some("/b.pem".into()), ..between() };
        let text = configuration(&between, &[inlet(&between)]).unwrap();
        assert!(text.contains(" ssl crt /b.pem ssl-min-ver TLSv1.3\n  server target 10.0.0.3:8080 "), "{text}");
    }
}
