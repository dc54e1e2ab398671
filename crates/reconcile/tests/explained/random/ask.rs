//! What is asked of a world: mostly about addresses and names that mean something where the source is.

use std::fmt::{self, Display, Formatter};

use super::{INTERNET, INTERNET_HOST, Net, Plot, Site};
use crate::dice::Dice;

const QUESTIONS: usize = 30;

/// Whether a connection from somewhere gets somewhere.
pub struct Asked {
    pub namespace: String,
    pub source: String,
    /// An address, or a name.
    pub to: String,
    pub port: u16,
    pub protocol: Protocol,
    /// Its place among the questions.
    pub number: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    Tcp,
    Udp,
    Ping,
}

impl Protocol {
    /// As questions call it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Ping => "icmp",
        }
    }
}

impl Display for Asked {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "from {} to {}:{} by {}", self.source, self.to, self.port, self.protocol.as_str())
    }
}

impl Site<'_> {
    pub(super) fn ask(mut self, nets: &[Net]) -> Plot {
        let machines = || nets.iter().flat_map(|net| &net.machines).filter(|machine| machine.runs);
        let running: Vec<String> = machines().map(|machine| machine.instance.to_string()).collect();
        let appliances = machines().filter(|machine| machine.forwards).map(|machine| machine.instance.to_string()).collect();
        let internet = nets.iter().any(|net| net.gateway.is_some());
        let sources: Vec<&str> = running.iter().map(String::as_str).chain(internet.then_some(INTERNET)).collect();
        self.spot(INTERNET_HOST, &[80]);
        self.spot("198.18.0.17", &[443, 80]);
        self.spot("198.18.0.133", &[443]);
        ["10.0.0.77", "10.1.0.4", "10.2.1.5", "198.18.0.200"].iter().for_each(|address| self.spot(address, &[80]));
        self.spot("169.254.169.253", &[53]);
        let mut dice = self.dice("questions", 0);
        let questions = (0u16..).take(QUESTIONS).filter(|_| !sources.is_empty()).map(|number| {
            let source = *dice.pick(&sources);
            let (to, ports) = self.destination(&mut dice, nets, source);
            let protocol = *dice.pick(&[Protocol::Tcp, Protocol::Tcp, Protocol::Tcp, Protocol::Udp, Protocol::Ping]);
            Asked { namespace: source.into(), source: source.into(), to, port: *dice.pick(ports), protocol, number }
        });
        Plot { questions: questions.collect(), running: running.clone(), appliances, internet }
    }

    fn destination(&self, dice: &mut Dice, nets: &[Net], source: &str) -> (String, &'static [u16]) {
        if dice.chance(20) {
            return (dice.pick(&self.names).clone(), &[80, 443]);
        }
        let home = nets.iter().find(|net| net.machines.iter().any(|machine| machine.instance.as_str() == source));
        let public = |address: &str| address.starts_with("198.");
        let own = |address: &str| home.is_some_and(|net| address.starts_with(&net.base));
        let spots = |wanted: &dyn Fn(&str) -> bool| self.spots.iter().filter(|spot| wanted(&spot.address)).collect::<Vec<_>>();
        let (inside, outside, abroad) = (spots(&own), spots(&public), spots(&|address| !public(address) && !own(address)));
        let spot = match dice.below(10) {
            0..=4 if !inside.is_empty() => *dice.pick(&inside),
            5..=7 if home.is_some() && !abroad.is_empty() => *dice.pick(&abroad),
            _ => *dice.pick(&outside),
        };
        (spot.address.clone(), spot.ports)
    }
}
