//! DescribeNetworkInterfaces: the caller's own and those that services made for him.

use std::sync::Arc;

use resource::{NetworkInterface, private_dns_name};
use serde::{Deserialize, Serialize};
use store::Snapshot;

use super::view::{self, View};
use crate::ec2::find;
use crate::filter::{self, Filter};
use crate::page::{self, Ask};
use crate::{Error, Read};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    network_interface_ids: Vec<String>,
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    network_interfaces: Vec<View>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

pub fn describe_network_interfaces(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let interfaces: Vec<Arc<NetworkInterface>> = match input.network_interface_ids.as_slice() {
        [] => cx.world.owned(cx.owner()).collect(),
        ids => ids.iter().map(|id| find::interface(cx.world, cx.owner(), id)).collect::<Result<_, _>>()?,
    };
    let kept = filter::select(&input.filters, interfaces.into_iter(), |interface, name| values(cx.world, interface, name))?;
    let ask = Ask { max_results: input.max_results, token: input.next_token.as_deref() };
    let page = page::cut(ask, kept, |interface| interface.id.to_string())?;
    let views = page.items.iter().map(|interface| view::view(cx.world, interface)).collect();
    Ok(Output { network_interfaces: views, next_token: page.next })
}

fn values(world: &Snapshot, interface: &NetworkInterface, filter: &str) -> Option<Vec<String>> {
    let one = |text: &str| Some(vec![text.to_owned()]);
    match filter {
        "network-interface-id" => one(interface.id.as_str()),
        "vpc-id" => one(interface.vpc.as_str()),
        "subnet-id" => one(interface.subnet.as_str()),
        "availability-zone" => one(&interface.zone),
        "status" => one(view::status(interface)),
        "description" => one(&interface.description),
        "mac-address" => one(&interface.mac),
        "interface-type" => one(view::kind(interface.kind)),
        "owner-id" => one(&interface.owner.account),
        "requester-id" => Some(interface.requester.iter().cloned().collect()),
        "requester-managed" => one(&interface.kind.is_managed().to_string()),
        "source-dest-check" => one(&interface.source_dest_check.to_string()),
        "group-id" => Some(interface.groups.iter().map(ToString::to_string).collect()),
        "group-name" => Some(view::groups(world, &interface.groups).into_iter().map(|group| group.group_name).collect()),
        _ => filter::tag_values(&interface.tags, filter)
            .or_else(|| address_values(world, interface, filter))
            .or_else(|| attachment_values(interface, filter)),
    }
}

fn address_values(world: &Snapshot, interface: &NetworkInterface, filter: &str) -> Option<Vec<String>> {
    let public = |n: usize| {
        interface.addresses.iter().take(n).filter_map(|address| view::public(world, interface, *address)).collect::<Vec<_>>()
    };
    let addresses = || interface.addresses.iter();
    match filter {
        "private-ip-address" => Some(addresses().take(1).map(ToString::to_string).collect()),
        "addresses.private-ip-address" => Some(addresses().map(ToString::to_string).collect()),
        "private-dns-name" => Some(addresses().take(1).map(|a| private_dns_name(&interface.owner.region, *a)).collect()),
        "association.public-ip" => Some(public(1).iter().map(|elastic| elastic.public.to_string()).collect()),
        "addresses.association.public-ip" => Some(public(usize::MAX).iter().map(|elastic| elastic.public.to_string()).collect()),
        "association.allocation-id" => {
            Some(public(1).iter().filter(|e| !e.automatic).map(|elastic| elastic.id.to_string()).collect())
        }
        _ => None,
    }
}

fn attachment_values(interface: &NetworkInterface, filter: &str) -> Option<Vec<String>> {
    let field = filter.strip_prefix("attachment.")?;
    let known = ["attachment-id", "instance-id", "instance-owner-id", "device-index", "status", "delete-on-termination"];
    if !known.contains(&field) {
        return None;
    }
    let value = view::attachment(interface).and_then(|attachment| match field {
        "attachment-id" => Some(attachment.attachment_id),
        "instance-id" => attachment.instance_id,
        "instance-owner-id" => Some(attachment.instance_owner_id),
        "device-index" => Some(attachment.device_index.to_string()),
        "status" => Some(attachment.status.to_owned()),
        _ => Some(attachment.delete_on_termination.to_string()),
    });
    Some(value.into_iter().collect())
}
