//! nginx as a stream proxy, one worker per processor, with 64 KB buffers, its best setting for streams.

use std::error::Error;
use std::fmt::Write as _;
use std::os::fd::AsRawFd;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{Between, Inlet, inherit};
use crate::process::in_namespace;

/// Where Debian keeps the stream module when it is not built in.
const MODULE: &str = "/usr/lib/nginx/modules/ngx_stream_module.so";

pub(super) fn command(between: &Between, inlets: &[Inlet]) -> Result<Command, Box<dyn Error>> {
    let file = between.directory.join("nginx.conf");
    std::fs::write(&file, configuration(between, inlets)?)?;
    // This is how nginx hands sockets to its successor.
    let sockets: String = inlets.iter().map(|inlet| format!("{};", inlet.socket.as_raw_fd())).collect();
    let mut command = Command::new("nginx");
    command.arg("-p").arg(&between.directory).arg("-c").arg(&file).env("NGINX", sockets);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    in_namespace(&mut command, &between.provider);
    inherit(&mut command, inlets)?;
    Ok(command)
}

fn configuration(between: &Between, inlets: &[Inlet]) -> Result<String, Box<dyn Error>> {
    let module = if Path::new(MODULE).exists() { format!("load_module {MODULE};\n") } else { String::new() };
    let mut text = format!(
        "{module}daemon off;\nuser root;\nworker_processes auto;\npid nginx.pid;\nerror_log nginx.log crit;\n\
         events {{ worker_connections 19000; }}\nstream {{\n  proxy_buffer_size 64k;\n  proxy_timeout 350s;\n"
    );
    if let Some(file) = &between.certificate {
        let file = file.display();
        writeln!(text, "  ssl_certificate {file};\n  ssl_certificate_key {file};\n  ssl_protocols TLSv1.3;")?;
    }
    let secure = if between.certificate.is_some() { " ssl" } else { "" };
    for inlet in inlets {
        let (listen, target, source) = (inlet.listen, inlet.target, between.source);
        writeln!(text, "  server {{ listen {listen}{secure}; proxy_pass {target}; proxy_bind {source}; }}")?;
    }
    text.push_str("}\n");
    Ok(text)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::tests::{between, inlet};
    use super::*;

    #[test]
    fn each_port_is_a_stream_from_the_source_to_the_target() {
        let between = between();
        let text = configuration(&between, &[inlet(&between)]).unwrap();
        assert!(text.contains("  server { listen 10.0.0.1:80; proxy_pass 10.0.0.3:8080; proxy_bind 10.0.0.2; }\n}\n"), "{text}");
    }

    #[test]
    fn with_a_certificate_clients_speak_tls() {
        let between = Between { certificate: Some("/b.pem".into()), ..between() };
        let text = configuration(&between, &[inlet(&between)]).unwrap();
        assert!(text.contains("  ssl_certificate_key /b.pem;\n  ssl_protocols TLSv1.3;\n"), "{text}");
        assert!(text.contains("listen 10.0.0.1:80 ssl; proxy_pass"), "{text}");
    }
}
