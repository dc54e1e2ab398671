//! A name that an endpoint of the sender's VPC would lead to, and that nobody answers for yet.

use resource::{EndpointService, EndpointState, PrivateName, PrivateNameState, Vpc, VpcEndpoint, zone_of_private_name};

use super::Walk;
use crate::explanation::{Fix, Way};
use crate::find::interface;
use crate::mend::run;
use crate::party::Party;
use crate::{Code, mend};

impl Walk<'_> {
    /// What keeps the name from being known, and then the way to the endpoint as if it were.
    pub(super) fn promised(mut self, party: &Party, name: &str, endpoint: &VpcEndpoint) -> Vec<Way> {
        self.has_resolver(party, name);
        let service = endpoint.service.as_ref().and_then(|id| self.world.find::<EndpointService>(id.as_str()));
        let Some(service) = service else { return self.end() };
        match service.private_name.as_ref() {
            None => self.nameless(party, name, &service, endpoint),
            Some(own) if own.state != PrivateNameState::Verified => self.unproved(&service, own),
            Some(_) => {}
        }
        self.attributes(party, endpoint);
        if !endpoint.private_dns {
            let problem = format!("has its private DNS off, so {name} is no name in {}", party.vpc);
            self.blocked(Code::PrivateDnsOff, &endpoint.id, problem, enabling(&service, endpoint));
        }
        let legs = endpoint.interfaces.iter().filter_map(|id| interface(self.world, id));
        let legs: Vec<Party> = legs.collect();
        legs.iter().flat_map(|leg| self.clone().leave(party, leg.address)).collect()
    }

    fn nameless(&mut self, party: &Party, name: &str, service: &EndpointService, endpoint: &VpcEndpoint) {
        let problem = format!(
            "has no private DNS name, so {name} is no name in {}; {} answers under {}",
            party.vpc,
            endpoint.id,
            endpoint.regional_name()
        );
        let fixes = self.naming(service, name);
        self.blocked(Code::NoPrivateName, &service.id, problem, fixes);
    }

    fn unproved(&mut self, service: &EndpointService, own: &PrivateName) {
        let domain = zone_of_private_name(&own.name);
        let problem = format!(
            "has not proved that {domain} is its owner's ({}): a public zone must have the TXT record {}.{domain} {:?}",
            own.state.as_str(),
            own.label,
            own.value
        );
        let fixes = self.proof(service, domain, [&own.label, &own.value]);
        self.blocked(Code::NameNotVerified, &service.id, problem, fixes);
    }

    /// A private name, and the proof that is then asked for.
    fn naming(&self, service: &EndpointService, name: &str) -> Vec<Fix> {
        let provider = |command: String| run(&service.owner.account, command);
        let asked = |variable: &str, member: &str| {
            let describe = format!("aws ec2 describe-vpc-endpoint-service-configurations --service-ids {}", service.id);
            let member = format!("ServiceConfigurations[0].PrivateDnsNameConfiguration.{member}");
            provider(format!("{variable}=$({describe} --query '{member}' --output text)"))
        };
        let modify = "aws ec2 modify-vpc-endpoint-service-configuration";
        let named = provider(format!("{modify} --service-id {} --private-dns-name {name}", service.id));
        let mut fixes = vec![named, asked("LABEL", "Name"), asked("VALUE", "Value")];
        fixes.extend(self.proof(service, name, ["$LABEL", "$VALUE"]));
        fixes
    }

    /// The VPC's own switches, without which private DNS has no effect.
    fn attributes(&mut self, party: &Party, endpoint: &VpcEndpoint) {
        let fixes = self.switching_on(party);
        if !fixes.is_empty() {
            let problem = format!("has DNS hostnames or support off, so the private DNS of {} has no effect", endpoint.id);
            self.blocked(Code::PrivateDnsOff, &party.vpc, problem, fixes);
        }
    }

    /// The commands that switch on what private names need of a VPC.
    pub(super) fn switching_on(&self, party: &Party) -> Vec<Fix> {
        let Some(vpc) = self.world.find::<Vpc>(party.vpc.as_str()) else { return Vec::new() };
        let off = [(!vpc.dns_support).then_some("support"), (!vpc.dns_hostnames).then_some("hostnames")];
        let switch = |attribute| {
            run(&party.account, format!("aws ec2 modify-vpc-attribute --vpc-id {} --enable-dns-{attribute}", party.vpc))
        };
        off.into_iter().flatten().map(switch).collect()
    }

    /// The TXT record in the provider's public zone, and a look at it.
    fn proof(&self, service: &EndpointService, domain: &str, [label, value]: [&str; 2]) -> Vec<Fix> {
        let account = &service.owner.account;
        let mut fixes = Vec::new();
        let zone = plan::public_zone_of(self.world, &format!("{domain}.")).filter(|zone| zone.owner.account == *account);
        let (id, domain) = match zone {
            Some(zone) => (zone.id.clone(), zone.name.trim_end_matches('.').to_owned()),
            None => {
                fixes.push(run(account, mend::new_zone(domain, None)));
                ("$ZONE".to_owned(), domain.to_owned())
            }
        };
        let value = format!("{{\"Value\":\"\\\"{value}\\\"\"}}");
        let set = format!("\"Name\":\"{label}.{domain}\",\"Type\":\"TXT\",\"TTL\":60,\"ResourceRecords\":[{value}]");
        fixes.push(run(account, mend::record(&id, &set)));
        let start = "aws ec2 start-vpc-endpoint-service-private-dns-verification";
        fixes.push(run(account, format!("{start} --service-id {}", service.id)));
        fixes
    }
}

/// Private DNS is switched on for who is accepted, and asks to be accepted once more.
fn enabling(service: &EndpointService, endpoint: &VpcEndpoint) -> Vec<Fix> {
    let accept = || {
        let accept = format!("aws ec2 accept-vpc-endpoint-connections --service-id {}", service.id);
        run(&service.owner.account, format!("{accept} --vpc-endpoint-ids {}", endpoint.id))
    };
    let enable = format!("aws ec2 modify-vpc-endpoint --vpc-endpoint-id {} --private-dns-enabled", endpoint.id);
    let waits = endpoint.state == EndpointState::PendingAcceptance;
    let mut fixes: Vec<Fix> = waits.then(accept).into_iter().collect();
    fixes.push(run(&endpoint.owner.account, enable));
    fixes.extend(service.acceptance_required.then(accept));
    fixes
}
