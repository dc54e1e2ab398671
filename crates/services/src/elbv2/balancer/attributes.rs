//! The attributes of a Network Load Balancer (Elastic Load Balancing API, "LoadBalancerAttribute").

use resource::{LoadBalancer, SECONDARY_ADDRESSES};

use super::super::attribute::{Attribute, Rule};

/// What `balancer` can be set to, with its defaults.
pub fn of(balancer: &LoadBalancer) -> Vec<Attribute> {
    let deny_internet_traffic = if balancer.internet_facing { "false" } else { "true" };
    vec![
        Attribute { key: "deletion_protection.enabled", default: "false", rule: Rule::Flag },
        Attribute { key: "load_balancing.cross_zone.enabled", default: "false", rule: Rule::Flag },
        Attribute { key: "access_logs.s3.enabled", default: "false", rule: Rule::Flag },
        Attribute { key: "access_logs.s3.bucket", default: "", rule: Rule::Text },
        Attribute { key: "access_logs.s3.prefix", default: "", rule: Rule::Text },
        Attribute { key: "ipv6.deny_all_igw_traffic", default: deny_internet_traffic, rule: Rule::Fixed },
        Attribute { key: "zonal_shift.config.enabled", default: "false", rule: Rule::Fixed },
        Attribute { key: "dns_record.client_routing_policy", default: "any_availability_zone", rule: Rule::Fixed },
        Attribute { key: SECONDARY_ADDRESSES, default: "0", rule: Rule::Number(0..=7) },
    ]
}
