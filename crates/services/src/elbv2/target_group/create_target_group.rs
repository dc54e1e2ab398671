//! CreateTargetGroup: a group of instances or addresses that take TCP, UDP or both.

use std::collections::BTreeMap;
use std::sync::Arc;

use resource::{HealthCheck, TARGET_GROUP_NAME, Tags, TargetGroup, TargetType, VpcId};
use serde::Deserialize;

use super::super::{arn, find, refusal, tag};
use super::health_check::{Matcher, Wish};
use super::view::{self, TargetGroups};
use crate::ec2;
use crate::quotas::{self, known::TARGET_GROUPS};
use crate::tags::Tag;
use crate::{Error, Read, Write};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    name: String,
    protocol: Option<String>,
    port: Option<u32>,
    vpc_id: Option<String>,
    health_check_protocol: Option<String>,
    health_check_port: Option<String>,
    health_check_enabled: Option<bool>,
    health_check_path: Option<String>,
    health_check_interval_seconds: Option<u32>,
    health_check_timeout_seconds: Option<u32>,
    healthy_threshold_count: Option<u32>,
    unhealthy_threshold_count: Option<u32>,
    matcher: Option<Matcher>,
    target_type: Option<String>,
    tags: Vec<Tag>,
    ip_address_type: Option<String>,
}

/// Creates a group; the same request again returns the one that there is.
pub fn create_target_group(cx: &mut Write<'_>, input: Input) -> Result<TargetGroups, Error> {
    let wished = Wished::parse(&cx.read(), input)?;
    let group = match existing(&cx.read(), &wished)? {
        Some(group) => group,
        None => {
            let most = quotas::most(cx.txn, cx.owner(), &TARGET_GROUPS);
            if cx.txn.owned::<TargetGroup>(cx.owner()).count() >= most {
                return Err(Error::new("TooManyTargetGroups", format!("You have reached the limit of {most} target groups")));
            }
            Arc::new(create(cx, wished))
        }
    };
    Ok(TargetGroups { target_groups: vec![view::target_group(cx.txn, &group)], next_marker: None })
}

/// A request that makes sense.
struct Wished {
    name: String,
    vpc: VpcId,
    target_type: TargetType,
    protocol: String,
    port: u16,
    health_check: HealthCheck,
    tags: Tags,
}

impl Wished {
    fn parse(cx: &Read<'_>, input: Input) -> Result<Self, Error> {
        arn::check_name("Target group", &input.name)?;
        let target_type = parse_type(input.target_type.as_deref())?;
        let protocol = parse_protocol(input.protocol)?;
        if let Some(other) = input.ip_address_type.as_deref().filter(|kind| *kind != "ipv4") {
            return Err(refusal::unsupported(&format!("target groups of IpAddressType {other}"), "use ipv4"));
        }
        let port = input.port.ok_or_else(|| refusal::validation("A port must be specified"))?;
        let port = u16::try_from(port).ok().filter(|port| *port > 0);
        let port = port.ok_or_else(|| refusal::validation("The port must be in the range 1-65535"))?;
        let vpc = input.vpc_id.as_deref().ok_or_else(|| refusal::validation("A VPC ID must be specified"))?;
        let vpc = ec2::find::vpc(cx.world, cx.owner(), vpc).map_err(|refused| refusal::validation(refused.message))?;
        let wish = Wish {
            protocol: input.health_check_protocol,
            port: input.health_check_port,
            path: input.health_check_path,
            enabled: input.health_check_enabled,
            interval: input.health_check_interval_seconds,
            timeout: input.health_check_timeout_seconds,
            healthy: input.healthy_threshold_count,
            unhealthy: input.unhealthy_threshold_count,
            matcher: input.matcher.and_then(|matcher| matcher.http_code),
        };
        Ok(Self {
            name: input.name,
            vpc: vpc.id.clone(),
            target_type,
            protocol,
            port,
            health_check: wish.create()?,
            tags: tag::new(&input.tags)?,
        })
    }
}

fn parse_type(text: Option<&str>) -> Result<TargetType, Error> {
    match text {
        None | Some("instance") => Ok(TargetType::Instance),
        Some("ip") => Ok(TargetType::Ip),
        Some(other) => Err(refusal::unsupported(&format!("target groups of type {other}"), "use type instance or ip")),
    }
}

fn parse_protocol(text: Option<String>) -> Result<String, Error> {
    let text = text.ok_or_else(|| refusal::validation("A protocol must be specified"))?;
    match text.as_str() {
        "TCP" | "TLS" | "UDP" | "TCP_UDP" => Ok(text),
        other => Err(refusal::unsupported(&format!("target groups with protocol {other}"), "use TCP, TLS, UDP or TCP_UDP")),
    }
}

/// The group of that name, if it is what is wished for.
fn existing(cx: &Read<'_>, wished: &Wished) -> Result<Option<Arc<TargetGroup>>, Error> {
    let Some(known) = cx.world.named::<TargetGroup>(TARGET_GROUP_NAME, find::name_key(cx.owner(), &wished.name)).next() else {
        return Ok(None);
    };
    let same = known.vpc == wished.vpc
        && known.target_type == wished.target_type
        && (&known.protocol, known.port) == (&wished.protocol, wished.port)
        && known.health_check == wished.health_check
        && known.tags == wished.tags;
    match same {
        true => Ok(Some(known)),
        false => {
            let message = format!("A target group with the same name '{}' exists, but with different settings", wished.name);
            Err(Error::new("DuplicateTargetGroupName", message))
        }
    }
}

fn create(cx: &mut Write<'_>, wished: Wished) -> TargetGroup {
    let group = TargetGroup {
        arn: arn::of_target_group(cx.owner(), &wished.name, &arn::random_suffix()),
        owner: cx.owner().clone(),
        name: wished.name,
        vpc: wished.vpc,
        target_type: wished.target_type,
        protocol: wished.protocol,
        port: wished.port,
        health_check: wished.health_check,
        attributes: BTreeMap::new(),
        targets: Vec::new(),
        tags: wished.tags,
    };
    cx.txn.put(group.clone());
    group
}
