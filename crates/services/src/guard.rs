//! The policy of the VPC endpoint that a request came through: whoever asks, it must allow what is asked.

use policy::{Attached, Kind, Layer, Layers, Policy, Reason, Request};
use resource::{EndpointId, VpcEndpoint};
use store::Snapshot;

/// What an endpoint lets through.
#[derive(Debug)]
pub struct Guard {
    name: String,
    policy: Policy,
}

impl Guard {
    /// The guard of an endpoint; none where everything may pass.
    ///
    /// # Errors
    /// A sentence, when the endpoint is gone or closed, or its policy cannot be read: then nothing may pass.
    pub fn of(world: &Snapshot, endpoint: &EndpointId) -> Result<Option<Self>, String> {
        let name = endpoint.to_string();
        let endpoint = world.find::<VpcEndpoint>(&name).filter(|endpoint| endpoint.state.is_open());
        let endpoint = endpoint.ok_or_else(|| format!("The VPC endpoint {name} carries no requests any more"))?;
        let Some(document) = &endpoint.policy else { return Ok(None) };
        let policy = Policy::parse(document, Kind::Resource);
        let policy = policy.map_err(|error| format!("The policy of the VPC endpoint {name} cannot be read: {error}"))?;
        Ok(Some(Self { name, policy }))
    }

    /// The sentence with which it refuses `request`, if it does.
    pub fn refusal(&self, request: &Request) -> Option<String> {
        let endpoint = Some(Attached { name: &self.name, policy: &self.policy });
        let verdict = policy::evaluate(&Layers { endpoint, ..Layers::default() }, request);
        // It is the only layer that has something to say here; what others think is asked elsewhere.
        match &verdict.reason {
            Reason::ImplicitDeny(Layer::Endpoint) | Reason::ExplicitDeny(_) => verdict.refusal(request),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use policy::Principal;

    fn refusal(statement: &str, principal: Principal, action: &str) -> Option<String> {
        let document = format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#);
        let policy = Policy::parse(&document, Kind::Resource).expect("a policy");
        let request = Request::new(principal, action, "*").with("aws:SourceVpce", "vpce-1");
        Guard { name: "vpce-1".into(), policy }.refusal(&request)
    }

    fn root() -> Principal {
        Principal::Root { account: "111111111111".into() }
    }

    #[test]
    fn what_no_statement_allows_is_refused_even_to_a_root() {
        let look = r#"{"Effect":"Allow","Principal":"*","Action":"ec2:DescribeSubnets","Resource":"*"}"#;
        assert_eq!(refusal(look, root(), "ec2:DescribeSubnets"), None);
        let told = refusal(look, root(), "ec2:DescribeVpcs").expect("it is not allowed");
        let expected = "User: arn:aws:iam::111111111111:root is not authorized to perform: ec2:DescribeVpcs on resource: * because \
                        no VPC endpoint policy allows the ec2:DescribeVpcs action";
        assert_eq!(told, expected);
    }

    #[test]
    fn a_deny_wins_and_principals_and_conditions_count() {
        let everything = r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}"#;
        let deny = format!(r#"[{everything},{{"Effect":"Deny","Principal":"*","Action":"ec2:*","Resource":"*"}}]"#);
        let told = refusal(&deny, root(), "ec2:DescribeVpcs").expect("it is denied");
        assert!(told.ends_with("with an explicit deny in a VPC endpoint policy"), "{told}");
        let others = r#"{"Effect":"Allow","Principal":{"AWS":"222222222222"},"Action":"*","Resource":"*"}"#;
        assert!(refusal(others, root(), "ec2:DescribeVpcs").is_some());
        let here = r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:SourceVpce":"vpce-1"}}}"#;
        assert_eq!(refusal(here, root(), "ec2:DescribeVpcs"), None);
    }
}
