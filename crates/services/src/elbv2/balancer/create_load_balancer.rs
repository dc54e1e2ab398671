//! CreateLoadBalancer: a Network Load Balancer with a node in each zone.

use std::collections::BTreeMap;
use std::sync::Arc;

use resource::{BALANCER_NAME, BalancerState, GroupId, LoadBalancer, Tags};
use serde::Deserialize;

use super::super::{arn, find, refusal, tag};
use super::groups;
use super::node::{self, Plan, SubnetMapping};
use super::view::{self, Balancers};
use crate::quotas::{self, known::BALANCERS};
use crate::tags::Tag;
use crate::{Error, Read, Write};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    name: String,
    subnets: Vec<String>,
    subnet_mappings: Vec<SubnetMapping>,
    security_groups: Vec<String>,
    scheme: Option<String>,
    tags: Vec<Tag>,
    #[serde(rename = "Type")]
    kind: Option<String>,
    ip_address_type: Option<String>,
}

/// Creates a balancer; the same request again returns the one that there is.
pub fn create_load_balancer(cx: &mut Write<'_>, input: Input) -> Result<Balancers, Error> {
    let wish = Wish::parse(&cx.read(), input)?;
    let balancer = match existing(&cx.read(), &wish)? {
        Some(balancer) => balancer,
        None => Arc::new(create(cx, wish)?),
    };
    Ok(Balancers { load_balancers: vec![view::balancer(cx.txn, &balancer)], next_marker: None })
}

/// A request that makes sense.
struct Wish {
    name: String,
    internet_facing: bool,
    plans: Vec<Plan>,
    groups: Vec<GroupId>,
    tags: Tags,
}

impl Wish {
    fn parse(cx: &Read<'_>, input: Input) -> Result<Self, Error> {
        match input.kind.as_deref().unwrap_or("application") {
            "network" => {}
            other => return Err(refusal::unsupported(&format!("load balancers of type {other}"), "use type network")),
        }
        match input.ip_address_type.as_deref() {
            None | Some("ipv4") => {}
            Some(other) => return Err(refusal::unsupported(&format!("IpAddressType {other}"), "use ipv4")),
        }
        arn::check_name("Load balancer", &input.name)?;
        let internet_facing = input.scheme.as_deref() != Some("internal");
        let plans = node::parse(cx.world, cx.owner(), internet_facing, &input.subnets, &input.subnet_mappings)?;
        let groups = match plans.first() {
            Some(plan) => groups::parse(cx.world, cx.owner(), &plan.subnet.vpc, &input.security_groups)?,
            None => Vec::new(),
        };
        Ok(Self { name: input.name, internet_facing, plans, groups, tags: tag::new(&input.tags)? })
    }
}

/// The balancer of that name, if it is what is wished for.
fn existing(cx: &Read<'_>, wish: &Wish) -> Result<Option<Arc<LoadBalancer>>, Error> {
    let Some(known) = cx.world.named::<LoadBalancer>(BALANCER_NAME, find::name_key(cx.owner(), &wish.name)).next() else {
        return Ok(None);
    };
    let same = known.internet_facing == wish.internet_facing && known.groups == wish.groups && known.tags == wish.tags;
    match same && node::same(&known, &wish.plans) {
        true => Ok(Some(known)),
        false => {
            let message = format!("A load balancer with the same name '{}' exists, but with different settings", wish.name);
            Err(Error::new("DuplicateLoadBalancerName", message))
        }
    }
}

fn create(cx: &mut Write<'_>, wish: Wish) -> Result<LoadBalancer, Error> {
    let most = quotas::most(cx.txn, cx.owner(), &BALANCERS);
    if cx.txn.owned::<LoadBalancer>(cx.owner()).count() >= most {
        return Err(Error::new("TooManyLoadBalancers", format!("You have reached the limit of {most} Network Load Balancers")));
    }
    node::check(cx.txn, wish.internet_facing, &wish.plans)?;
    let id = arn::random_suffix();
    let description = node::description(&wish.name, &id);
    let make = |plan| node::create(cx, &description, wish.internet_facing, &wish.groups, plan);
    let zones = wish.plans.iter().map(make).collect::<Result<Vec<_>, _>>()?;
    let vpc =
        wish.plans.first().map(|plan| plan.subnet.vpc.clone()).ok_or_else(|| Error::internal("a balancer without subnets"))?;
    let balancer = LoadBalancer {
        arn: arn::of_balancer(cx.owner(), &wish.name, &id),
        owner: cx.owner().clone(),
        name: wish.name,
        id,
        vpc,
        internet_facing: wish.internet_facing,
        zones,
        groups: wish.groups,
        enforce_on_private_link: true,
        attributes: BTreeMap::new(),
        state: BalancerState::Provisioning,
        created: cx.now,
        tags: wish.tags,
    };
    cx.txn.put(balancer.clone());
    Ok(balancer)
}
