//! At an endpoint to one of AWS's services: what its policy says of the calls that arrive.

use policy::{Context, Kind, Known, Outlook, Policy, Principal};
use resource::{InstanceProfile, Role, VpcEndpoint};

use super::{Sender, Walk};
use crate::{Code, mend};

impl Walk<'_> {
    /// Judges the call that the question is about, or all calls of the service. Who asks is known of an instance with a role;
    /// what is not known is named as that on which it depends.
    pub(super) fn endpoint_policy(&mut self, endpoint: &VpcEndpoint, sender: &Sender) {
        let Some(document) = &endpoint.policy else { return };
        let Some(service) = endpoint.aws_service().map(|service| service.signing_name) else { return };
        let principal = self.principal(sender);
        let who = principal.as_ref().and_then(Principal::arn).map(|arn| format!(" of {arn}")).unwrap_or_default();
        let calls = match self.action {
            Some(action) => format!("{action}{who}"),
            None => format!("calls of {service}{who}"),
        };
        if let Some(action) = self.action.filter(|action| action.split(':').next() != Some(service)) {
            let problem = format!("leads to {service} only, and {action} is a call of another service");
            return self.refused(Code::EndpointPolicy, &endpoint.id, problem, Vec::new());
        }
        let reset = format!("aws ec2 modify-vpc-endpoint --vpc-endpoint-id {} --reset-policy", endpoint.id);
        let fixes = vec![mend::run(&endpoint.owner.account, reset)];
        let Ok(policy) = Policy::parse(document, Kind::Resource) else {
            let problem = "has a policy that cannot be read, so it lets nothing through";
            return self.refused(Code::EndpointPolicy, &endpoint.id, problem, fixes);
        };
        let context = facts(endpoint, sender, principal.as_ref());
        let known = Known { principal: principal.as_ref(), service, action: self.action, context: &context };
        match policy.outlook(&known) {
            Outlook::Always => self.passes(&endpoint.id, format!("has a policy that lets {calls} through")),
            Outlook::Depends(on) => {
                let does = format!("has a policy that lets {calls} through if {}", on.join(", and "));
                self.passes(&endpoint.id, does);
            }
            Outlook::Never(by) => {
                let why = match by {
                    Some((n, Some(sid))) => format!("statement {n} ({sid}) denies them"),
                    Some((n, None)) => format!("statement {n} denies them"),
                    None => "no statement allows them".to_owned(),
                };
                let problem = format!("has a policy that lets no {calls} through: {why} (packets arrive, calls are refused)");
                self.refused(Code::EndpointPolicy, &endpoint.id, problem, fixes);
            }
        }
    }

    /// Who asks, where that is known: the role of an instance, as its programs get it from instance metadata.
    fn principal(&self, sender: &Sender) -> Option<Principal> {
        let instance = sender.party.as_ref()?.instance(self.world)?;
        let profile = self.world.find::<InstanceProfile>(instance.profile.as_ref()?)?;
        let role = self.world.find::<Role>(profile.role.as_ref()?)?;
        Some(Principal::AssumedRole { role_arn: role.arn.clone(), role_id: role.id.clone(), session: instance.id.to_string() })
    }
}

/// What is known of every request that comes this way.
fn facts(endpoint: &VpcEndpoint, sender: &Sender, principal: Option<&Principal>) -> Context {
    let context = principal.map(Principal::context).unwrap_or_default();
    let place = context.with("aws:SourceVpce", endpoint.id.as_str()).with("aws:SourceVpc", endpoint.vpc.as_str());
    place.with("aws:VpcSourceIp", sender.address.to_string())
}
