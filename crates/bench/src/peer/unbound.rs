//! unbound, with one thread per processor, that knows the measured names by heart and asks nobody.

use std::error::Error;
use std::fmt::Write as _;
use std::net::SocketAddrV4;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::netns::Netns;
use crate::play::names;
use crate::process::{Background, in_namespace};

/// Its name in the report.
pub const UNBOUND: &str = "unbound";

/// Starts it in a router, where it answers beside our resolver.
pub fn unbound(router: &Netns, listen: SocketAddrV4, directory: &Path) -> Result<Background, Box<dyn Error>> {
    let file = directory.join("unbound.conf");
    std::fs::write(&file, configuration(listen)?)?;
    let mut command = Command::new("unbound");
    command.args(["-d", "-c"]).arg(&file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Background::start(in_namespace(&mut command, router))
}

fn configuration(listen: SocketAddrV4) -> Result<String, Box<dyn Error>> {
    let threads = std::thread::available_parallelism()?;
    // Without a validator there is no anchor to look for; the sockets of its threads share the port.
    let mut text = format!(
        "server:\n  interface: {}@{}\n  access-control: 0.0.0.0/0 allow\n  num-threads: {threads}\n  so-reuseport: yes\n  \
         do-ip6: no\n  module-config: \"iterator\"\n  username: \"\"\n  chroot: \"\"\n  directory: \"\"\n  pidfile: \"\"\n  \
         use-syslog: no\n  local-zone: \"{}.\" static\n",
        listen.ip(),
        listen.port(),
        names::ZONE,
    );
    for n in 0..names::COUNT {
        writeln!(text, "  local-data: \"{}. 60 IN A {}\"", names::host(n), names::address(n))?;
    }
    text.push_str("remote-control:\n  control-enable: no\n");
    Ok(text)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn it_knows_every_name_that_is_asked_for() {
        let text = configuration(SocketAddrV4::new(Ipv4Addr::new(10, 0, 0, 2), 5300)).unwrap();
        assert!(text.contains("  interface: 10.0.0.2@5300\n"), "{text}");
        assert_eq!(text.matches("local-data: ").count(), names::COUNT);
    }
}
