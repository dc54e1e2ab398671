//! `underpass exec`: runs a program as if on an instance in a subnet, inside an instance, or somewhere on the internet.

use std::error::Error;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};
use workload::{Machines, host};

use crate::client::Client;
use crate::state::StateDir;

/// Run a program of this host with the network of a subnet, or in an instance.
#[derive(Args)]
pub struct Exec {
    #[command(flatten)]
    place: Place,
    /// The groups on the program's interface [default: the VPC's default group]
    #[arg(long = "security-group", value_name = "GROUP", requires = "subnet")]
    groups: Vec<String>,
    /// The program and its arguments
    #[arg(last = true, required = true)]
    program: Vec<OsString>,
}

/// Where the program runs.
#[derive(Args)]
#[group(required = true, multiple = false)]
struct Place {
    /// As if on an instance in this subnet, with an interface of its own that goes when the program ends
    #[arg(long, value_name = "SUBNET")]
    subnet: Option<String>,
    /// Inside this running instance
    #[arg(long, value_name = "INSTANCE")]
    instance: Option<String>,
    /// As a host on the simulated internet
    #[arg(long)]
    internet: bool,
}

impl Exec {
    pub(super) fn run(self, state: &StateDir) -> Result<ExitCode, Box<dyn Error>> {
        let client = Client::new(state.daemon()?)?;
        let code = match (&self.place.subnet, &self.place.instance) {
            (Some(subnet), _) => self.in_subnet(&client, subnet)?,
            (None, Some(instance)) => self.in_instance(&client, state, instance)?,
            (None, None) => self.on_internet(&client)?,
        };
        Ok(ExitCode::from(code))
    }

    fn in_subnet(&self, client: &Client, subnet: &str) -> Result<u8, Box<dyn Error>> {
        let groups: Vec<&str> = self.groups.iter().map(String::as_str).collect();
        let visit = Visit::of(client, subnet, &groups)?;
        let code = self.run_at(&visit.place)?;
        visit.leave()?;
        Ok(code)
    }

    fn on_internet(&self, client: &Client) -> Result<u8, Box<dyn Error>> {
        let program = json!({ "Pid": std::process::id(), "Started": own_start()? });
        self.run_at(&client.call("POST", "/_underpass/exec/internet", &program)?)
    }

    fn in_instance(&self, client: &Client, state: &StateDir, instance: &str) -> Result<u8, Box<dyn Error>> {
        client.call("POST", "/_underpass/exec/instance", &json!({ "InstanceId": instance }))?;
        let folder = state.clone().prepare()?.machines(state.daemon()?.ephemeral);
        let machines = Machines::new(folder, std::env::current_exe()?)?;
        Ok(machines.exec(&instance.parse()?, &self.program)?)
    }

    /// Runs the program where the daemon says.
    fn run_at(&self, place: &Value) -> Result<u8, Box<dyn Error>> {
        let text = |name: &str| place[name].as_str().unwrap_or_default().to_owned();
        let own = Environment::of(std::env::vars(), &place["key"]);
        let view = host::View {
            netns: &PathBuf::from(text("netns")),
            resolv_conf: &text("resolvConf"),
            hosts: None,
            ca_pem: &text("caPem"),
            env: &own.added,
            without: &own.taken,
        };
        Ok(host::run(&view, &self.program)?)
    }
}

/// An interface in a subnet for as long as this process needs one.
pub(super) struct Visit<'a> {
    client: &'a Client,
    /// The interface, its address and its namespace, as the daemon says.
    pub place: Value,
    left: bool,
}

impl<'a> Visit<'a> {
    /// Makes the interface; no groups mean the VPC's default group.
    pub(super) fn of(client: &'a Client, subnet: &str, groups: &[&str]) -> Result<Self, Box<dyn Error>> {
        let wish = json!({ "SubnetId": subnet, "SecurityGroupIds": groups, "Pid": std::process::id(), "Started": own_start()? });
        Ok(Self { place: client.call("POST", "/_underpass/exec/subnet", &wish)?, client, left: false })
    }

    /// Removes the interface.
    fn leave(mut self) -> Result<(), Box<dyn Error>> {
        self.left = true;
        self.detach().map(drop)
    }

    fn detach(&self) -> Result<Value, Box<dyn Error>> {
        let interface = json!({ "NetworkInterfaceId": self.place["networkInterfaceId"] });
        self.client.call("POST", "/_underpass/exec/detach", &interface)
    }
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        // The daemon removes it too when this process is gone.
        if !self.left {
            let _ = self.detach();
        }
    }
}

/// What the program's environment has otherwise than ours.
#[derive(Debug, Default, PartialEq, Eq)]
struct Environment {
    added: Vec<(String, String)>,
    taken: Vec<String>,
}

impl Environment {
    /// Inside our networks, AWS's names lead to us by themselves, while what listens on this host's loopback is not there; and
    /// a key that nobody issued is only believed on loopback, so the program has an issued one in its place.
    fn of(variables: impl Iterator<Item = (String, String)>, key: &Value) -> Self {
        let mut own = Self::default();
        for (name, value) in variables {
            if name.starts_with("AWS_ENDPOINT_URL") && is_loopback(&value) {
                own.taken.push(name);
            } else if name == "AWS_ACCESS_KEY_ID" && key.is_object() {
                let text = |member: &str| key[member].as_str().unwrap_or_default().to_owned();
                own.added.push((name, text("AccessKeyId")));
                own.added.push(("AWS_SECRET_ACCESS_KEY".to_owned(), text("SecretAccessKey")));
                own.taken.push("AWS_SESSION_TOKEN".to_owned());
            }
        }
        own
    }
}

/// Whether a URL leads to the loopback of whoever opens it.
fn is_loopback(url: &str) -> bool {
    let authority = url.split_once("://").map_or(url, |(_, rest)| rest).split('/').next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// When this process started: field 22 of its `/proc/PID/stat`, counted behind the name in parentheses.
fn own_start() -> Result<u64, Box<dyn Error>> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let field = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(19));
    Ok(field.ok_or("/proc/self/stat cannot be read")?.parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> impl Iterator<Item = (String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<Vec<_>>().into_iter()
    }

    #[test]
    fn a_program_in_our_networks_does_not_look_for_the_api_on_its_own_loopback() {
        let own = Environment::of(
            variables(&[
                ("AWS_ENDPOINT_URL", "http://127.0.0.1:4566"),
                ("AWS_ENDPOINT_URL_S3", "http://localhost:4566/"),
                ("AWS_ENDPOINT_URL_STS", "http://[::1]:4566"),
                ("AWS_ENDPOINT_URL_EC2", "https://vpce-1.ec2.us-east-1.vpce.amazonaws.com"),
                ("AWS_ACCESS_KEY_ID", "AKIAOWN"),
            ]),
            &Value::Null,
        );
        assert_eq!(own.taken, ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_STS"]);
        assert_eq!(own.added, []);
    }

    #[test]
    fn a_key_that_nobody_issued_is_replaced_and_no_key_stays_no_key() {
        let key = json!({"AccessKeyId": "AKIANEW", "SecretAccessKey": "secret"});
        let own = Environment::of(variables(&[("AWS_ACCESS_KEY_ID", "111111111111")]), &key);
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(own.added, [pair("AWS_ACCESS_KEY_ID", "AKIANEW"), pair("AWS_SECRET_ACCESS_KEY", "secret")]);
        assert_eq!(own.taken, ["AWS_SESSION_TOKEN"]);
        assert_eq!(Environment::of(variables(&[("HOME", "/root")]), &key), Environment::default());
    }
}
