//! `underpass explain`: why A can or cannot reach B, and the commands that mend it.

use std::error::Error;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::Output;
use crate::client::Client;
use crate::state::StateDir;

/// Say why packets from one point pass or do not pass to another.
#[derive(Args)]
pub struct Explain {
    /// An instance, a network interface, a subnet (with groups: subnet-…+sg-…,sg-…) or `internet`
    source: String,
    /// An instance, a network interface, an endpoint, a load balancer, an IPv4 address, a DNS name or `internet`, and :PORT
    destination: String,
    /// What is sent
    #[arg(long, value_enum, default_value_t)]
    protocol: Protocol,
    /// Exit with 0 when it is so and with 1 when it is not, whatever is found
    #[arg(long, value_enum)]
    expect: Option<Expected>,
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
    /// Every connection passes.
    Allow,
    /// No connection passes.
    Deny,
}

impl Explain {
    pub(super) fn run(self, state: &StateDir) -> Result<ExitCode, Box<dyn Error>> {
        let question = json!({ "source": self.source, "destination": self.destination, "protocol": self.protocol.name() });
        let answer = Client::new(state.daemon()?)?.call("POST", "/_underpass/explain", &question)?;
        match self.output {
            Output::Json => println!("{:#}", answer["explanation"]),
            Output::Text => println!("{}", answer["text"].as_str().unwrap_or_default()),
        }
        Ok(ExitCode::from(u8::from(!as_expected(self.expect, &answer["explanation"]["verdict"]))))
    }
}

/// Without an expectation, asking is all that can go wrong.
fn as_expected(expected: Option<Expected>, verdict: &Value) -> bool {
    match expected {
        None => true,
        Some(Expected::Allow) => verdict == "allowed",
        Some(Expected::Deny) => verdict == "denied",
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
    }
}
