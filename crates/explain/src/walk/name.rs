//! Before the first packet: who answers for the name, if anybody does.

use std::net::Ipv4Addr;

use resource::{DhcpOptions, HostedZone, RecordType, Vpc, VpcEndpoint};

use super::Walk;
use crate::Code;
use crate::explanation::{Blocker, Fix, Way};
use crate::mend::{associating, run};
use crate::party::Party;
use crate::resolve::Nowhere;
use crate::zones::{self, Decider, Named};

/// What DHCP options call the VPC's own resolver.
const AMAZON: &str = "AmazonProvidedDNS";

impl Walk<'_> {
    /// The name that led to an address.
    pub(super) fn resolve(&mut self, party: &Party, address: Ipv4Addr, named: Option<&Named>) {
        let Some(Named { name, by }) = named else { return };
        if !self.has_resolver(party, name) {
            return;
        }
        let decider = match by {
            None => {
                return match zones::closed(self.world, name) {
                    Some(endpoint) => self.not_yet(name, address, &endpoint),
                    None => self.passes(name, format!("resolves to {address}")),
                };
            }
            Some(Decider::Rule(rule)) => {
                self.forwarded(rule, name);
                return self.passes(&rule.id, format!("has it answered {address} for {name}"));
            }
            // What it answers is the endpoint's own name, which is there while the endpoint is open.
            Some(Decider::Endpoint(endpoint)) if endpoint.service.is_some() && !endpoint.state.is_open() => {
                return self.not_yet(name, address, endpoint);
            }
            Some(decider) => decider,
        };
        let what = match decider {
            Decider::Endpoint(_) => "private DNS of the endpoint",
            Decider::Zone(_) | Decider::Rule(_) => "a private hosted zone",
        };
        let does = format!("{what} answers {address} for {name} in {}, and hides every public name there", party.vpc);
        self.passes(decider.id(), does);
        if let Decider::Endpoint(endpoint) = decider {
            self.otherwise(run(&endpoint.owner.account, no_private_dns(endpoint)));
        }
    }

    fn not_yet(&mut self, name: &str, address: Ipv4Addr, endpoint: &VpcEndpoint) {
        self.hop(name.to_owned(), format!("will be {address} when {} is available", endpoint.id), false);
    }

    /// A name that an endpoint has taken over from a public zone, where it is something else: what the name means elsewhere may be
    /// what is wanted, when the endpoint does not answer.
    pub(super) fn taken_over(&self, party: &Party, address: Ipv4Addr, named: &Named) -> Option<Blocker> {
        let Some(decider @ Decider::Endpoint(endpoint)) = &named.by else { return None };
        plan::public_zone_of(self.world, &format!("{}.", named.name))?;
        let outside = zones::outside(self.world, &named.name);
        let elsewhere = outside.first().filter(|first| **first != address)?;
        let problem = format!("takes {} over in {}, which is {elsewhere} elsewhere", named.name, party.vpc);
        let (component, fixes) = (endpoint.id.to_string(), fixes(decider, &named.name, &outside));
        Some(Blocker { code: Code::NameHidden, component, problem, fixes, ground: None })
    }

    /// A name that a private zone or an endpoint has taken over without an address for it.
    pub(super) fn hidden(mut self, party: &Party, named: &Named, outside: &[Ipv4Addr]) -> Vec<Way> {
        let name = &named.name;
        if self.has_resolver(party, name)
            && let Some(decider) = &named.by
        {
            let elsewhere = match outside {
                [] => "it is no name elsewhere either".to_owned(),
                [address, ..] => format!("elsewhere it is {address}"),
            };
            let problem = format!("decides about {name} in {} and has no address for it; {elsewhere}", party.vpc);
            self.blocked(Code::NameHidden, decider.id(), problem, fixes(decider, name, outside));
        }
        self.end()
    }

    /// A name without addresses.
    pub(super) fn nowhere(mut self, party: Option<&Party>, named: &Named, why: &Nowhere) -> Vec<Way> {
        let name = &named.name;
        if party.is_some_and(|party| !self.has_resolver(party, name)) {
            return self.end();
        }
        let place = party.map_or_else(|| "the internet".to_owned(), |party| party.vpc.to_string());
        let by = named.by.as_ref();
        let component = by.map_or_else(|| name.clone(), Decider::id);
        match why {
            Nowhere::Unknown(more) => {
                let problem = format!("is a name that nobody has for {place}{more}");
                self.blocked(Code::NoSuchName, name, problem, Vec::new());
            }
            Nowhere::Circle => {
                self.blocked(Code::NoSuchName, component, format!("has {name} stand for itself in a circle"), Vec::new());
            }
            Nowhere::Others(types) => {
                let problem = match types.contains(&RecordType::A) {
                    true => format!("has {name} as an alias of what has no address for {place}"),
                    false => {
                        let types: Vec<&str> = types.iter().map(|kind| kind.as_str()).collect();
                        format!("has {name} for {place}, and no address for it, but {} only", types.join(" and "))
                    }
                };
                self.blocked(Code::NoSuchName, component, problem, Vec::new());
            }
        }
        self.end()
    }

    /// A name in a private zone that a VPC does not see, and then the ways as if it did.
    pub(super) fn unseen(mut self, party: &Party, name: &str, zone: &HostedZone, addresses: &[Ipv4Addr]) -> Vec<Way> {
        self.has_resolver(party, name);
        let Some(vpc) = self.world.find::<Vpc>(party.vpc.as_str()) else { return self.end() };
        if !zone.vpcs.iter().any(|at| at.vpc == vpc.id) {
            let problem = format!("has {name} in {}, and is not associated with {}", list(zone), party.vpc);
            self.blocked(Code::ZoneNotAssociated, &zone.id, problem, associating(&zone.id, &zone.owner.account, &vpc));
        }
        if !vpc.dns_hostnames {
            let problem = format!("has DNS hostnames off, so no private zone has an effect there, nor has {}", zone.id);
            let mend = format!("aws ec2 modify-vpc-attribute --vpc-id {} --enable-dns-hostnames", vpc.id);
            self.blocked(Code::PrivateDnsOff, &vpc.id, problem, vec![run(&party.account, mend)]);
        }
        addresses.iter().flat_map(|address| self.clone().leave(party, *address)).collect()
    }

    /// Whether the machines of a VPC are told of its resolver, and it answers.
    pub(super) fn has_resolver(&mut self, party: &Party, name: &str) -> bool {
        let Some(vpc) = self.world.find::<Vpc>(party.vpc.as_str()) else { return true };
        let known = self.way.blockers.len();
        if !vpc.dns_support {
            let mend = format!("aws ec2 modify-vpc-attribute --vpc-id {} --enable-dns-support", vpc.id);
            let problem = format!("its resolver is switched off, so nobody there can look up {name}");
            self.blocked(Code::NoResolver, &vpc.id, problem, vec![run(&party.account, mend)]);
        }
        self.told_of_resolver(party, &vpc);
        self.way.blockers.len() == known
    }

    fn told_of_resolver(&mut self, party: &Party, vpc: &Vpc) {
        let options = vpc.dhcp_options.as_ref().and_then(|id| self.world.find::<DhcpOptions>(id.as_str()));
        let servers = options.iter().flat_map(|options| &options.options).find(|(key, _)| key == "domain-name-servers");
        let others = servers.map(|(_, servers)| servers).filter(|servers| servers.iter().all(|server| server != AMAZON));
        if let (Some(options), Some(others)) = (&options, others) {
            let problem = format!(
                "tells the machines of {} to ask {} for names, who know nothing of this VPC's private names",
                vpc.id,
                others.join(", ")
            );
            let mend = format!("aws ec2 associate-dhcp-options --dhcp-options-id default --vpc-id {}", vpc.id);
            self.blocked(Code::OtherResolver, &options.id, problem, vec![run(&party.account, mend)]);
        }
    }
}

fn list(zone: &HostedZone) -> String {
    zone.vpcs.iter().map(|at| at.vpc.as_str()).collect::<Vec<_>>().join(" and ")
}

/// A record with the public address, or an end to the endpoint's private DNS.
fn fixes(decider: &Decider, name: &str, outside: &[Ipv4Addr]) -> Vec<Fix> {
    let command = match (decider, outside) {
        (Decider::Endpoint(endpoint), _) => no_private_dns(endpoint),
        (Decider::Zone(_), []) | (Decider::Rule(_), _) => return Vec::new(),
        (Decider::Zone(zone), addresses) => {
            let records: Vec<String> = addresses.iter().map(|address| format!("{{\"Value\":\"{address}\"}}")).collect();
            let set = format!("{{\"Name\":\"{name}\",\"Type\":\"A\",\"TTL\":60,\"ResourceRecords\":[{}]}}", records.join(","));
            format!(
                "aws route53 change-resource-record-sets --hosted-zone-id {} --change-batch \
                 '{{\"Changes\":[{{\"Action\":\"CREATE\",\"ResourceRecordSet\":{set}}}]}}'",
                zone.id
            )
        }
    };
    vec![run(decider.account(), command)]
}

fn no_private_dns(endpoint: &VpcEndpoint) -> String {
    format!("aws ec2 modify-vpc-endpoint --vpc-endpoint-id {} --no-private-dns-enabled", endpoint.id)
}
