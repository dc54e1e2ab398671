//! `underpass explain`: why A can or cannot reach B, and the commands that mend it.

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::Output;
use super::probe::{Kind, Tried, probe};
use crate::client::Client;
use crate::state::StateDir;

/// Say why packets from one point pass or do not pass to another.
#[derive(Args)]
pub struct Explain {
    /// An instance, a network interface, a subnet (with groups: subnet-…+sg-…,sg-…), an endpoint or `internet`
    source: String,
    /// An instance, a network interface, a subnet (with groups), an endpoint, a load balancer, an IPv4 address, a DNS name, the name of a service or `internet`, and :PORT
    destination: String,
    /// What is sent
    #[arg(long, value_enum, default_value_t)]
    protocol: Protocol,
    /// At an endpoint to one of AWS's services, the one call that its policy is asked about, such as ec2:DescribeVpcs
    #[arg(long)]
    action: Option<String>,
    /// Exit with 0 when it is so and with 1 when it is not, whatever is found; 2 always means that there is no answer
    #[arg(long, value_enum)]
    expect: Option<Expected>,
    /// Send a real packet too, and exit with 3 when it does not do what is said of it
    #[arg(long)]
    probe: bool,
    /// How to write the answer
    #[arg(long, value_enum, default_value_t)]
    output: Output,
}

/// What is sent.
#[derive(Clone, Copy, Default, ValueEnum)]
enum Protocol {
    /// A TCP connection.
    #[default]
    Tcp,
    /// A UDP datagram and its answer.
    Udp,
    /// A ping.
    Icmp,
}

/// What somebody relies on.
#[derive(Clone, Copy, ValueEnum)]
enum Expected {
    /// Every connection passes, and no endpoint's policy refuses what is asked for over it.
    Allow,
    /// No connection passes, or whatever is asked for over it is refused.
    Deny,
}

/// What is exited with when there is no answer, so that nobody takes it for one that was not expected.
const NO_ANSWER: u8 = 2;
/// What `--probe` exits with when packets do not do what was said of them.
const DISAGREES: u8 = 3;
/// How long a change may take to be in the kernel before packets are believed.
const SETTLING: Duration = Duration::from_secs(1);

impl Explain {
    pub(super) fn run(self, state: &StateDir) -> Result<ExitCode, Box<dyn Error>> {
        self.answer(state).or_else(|error| {
            match self.output {
                Output::Json => println!("{:#}", json!({ "error": error.to_string() })),
                Output::Text => crate::tell(&*error),
            }
            Ok(ExitCode::from(NO_ANSWER))
        })
    }

    fn answer(&self, state: &StateDir) -> Result<ExitCode, Box<dyn Error>> {
        let client = Client::new(state.daemon()?)?;
        let mut answer = self.ask(&client)?;
        let mut tried = self.tried(&client, &answer)?;
        if disagrees(&tried) {
            // A change may have been on its way to the kernel: what stands now is asked once more.
            std::thread::sleep(SETTLING);
            answer = self.ask(&client)?;
            tried = self.tried(&client, &answer)?;
        }
        self.print(&mut answer, &tried);
        Ok(match disagrees(&tried) {
            true => ExitCode::from(DISAGREES),
            false => ExitCode::from(u8::from(!as_expected(self.expect, &answer["explanation"]["verdict"]))),
        })
    }

    fn ask(&self, client: &Client) -> Result<Value, Box<dyn Error>> {
        let (source, destination, protocol) = (&self.source, &self.destination, self.protocol.name());
        let question = json!({ "source": source, "destination": destination, "protocol": protocol, "action": self.action });
        client.call("POST", "/_underpass/explain", &question)
    }

    fn tried(&self, client: &Client, answer: &Value) -> Result<Option<Tried>, Box<dyn Error>> {
        self.probe.then(|| probe(client, &self.source, answer, self.kind())).transpose()
    }

    /// What a packet to the destination is; its port has been read by the daemon already.
    fn kind(&self) -> Kind {
        let port = self.destination.rsplit_once(':').and_then(|(_, port)| port.parse().ok()).unwrap_or_default();
        match self.protocol {
            Protocol::Tcp => Kind::Tcp(port),
            Protocol::Udp => Kind::Udp(port),
            Protocol::Icmp => Kind::Echo,
        }
    }

    fn print(&self, answer: &mut Value, tried: &Option<Tried>) {
        match self.output {
            Output::Json => {
                if let Some(tried) = tried {
                    answer["explanation"]["probe"] = tried.json();
                }
                println!("{:#}", answer["explanation"]);
            }
            Output::Text => {
                println!("{}", answer["text"].as_str().unwrap_or_default());
                tried.iter().for_each(|tried| println!("\n{tried}"));
            }
        }
    }
}

fn disagrees(tried: &Option<Tried>) -> bool {
    tried.as_ref().is_some_and(|tried| tried.agrees == Some(false))
}

/// Without an expectation, asking is all that can go wrong.
fn as_expected(expected: Option<Expected>, verdict: &Value) -> bool {
    match expected {
        None => true,
        Some(Expected::Allow) => verdict == "allowed",
        Some(Expected::Deny) => verdict == "denied" || verdict == "refused",
    }
}

impl Protocol {
    fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Icmp => "icmp",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_on_some_ways_only_is_neither_allowed_nor_denied() {
        let met = |verdict: &str| {
            [Some(Expected::Allow), Some(Expected::Deny), None].map(|expected| as_expected(expected, &json!(verdict)))
        };
        assert_eq!(met("allowed"), [true, false, true]);
        assert_eq!(met("denied"), [false, true, true]);
        assert_eq!(met("partly"), [false, false, true]);
        assert_eq!(met("refused"), [false, true, true]);
    }
}
