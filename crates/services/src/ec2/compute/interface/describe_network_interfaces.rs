//! DescribeNetworkInterfaces: the caller's own and those that services made for him.

use std::sync::Arc;

use resource::{Instance, Kind, NetworkInterface, Resource, SecurityGroup, Subnet, Vpc, private_dns_name};
use serde::{Deserialize, Serialize};
use store::Snapshot;

use super::view::{self, AttachmentView, View};
use crate::ec2::find;
use crate::filter::{self, Field, Filter};
use crate::page::{self, Ask};
use crate::{Error, Read};

/// Filters by which what is described is looked up.
const BY: &[(&str, Kind)] = &[
    ("network-interface-id", NetworkInterface::KIND),
    ("attachment.instance-id", Instance::KIND),
    ("group-id", SecurityGroup::KIND),
    ("subnet-id", Subnet::KIND),
    ("vpc-id", Vpc::KIND),
];

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
    let interfaces = find::chosen(cx, &input.network_interface_ids, &input.filters, BY, find::interface)?;
    let kept = filter::select(&input.filters, interfaces.into_iter(), |name| field(cx.world, name))?;
    let ask = Ask { max_results: input.max_results, token: input.next_token.as_deref() };
    let page = page::cut(ask, kept, |interface| interface.id.to_string())?;
    let views = page.items.iter().map(|interface| view::view(cx.world, interface)).collect();
    Ok(Output { network_interfaces: views, next_token: page.next })
}

/// What an interface has under a filter's name.
pub fn field<'a>(world: &'a Snapshot, filter: &'a str) -> Option<Field<'a, Arc<NetworkInterface>>> {
    let of = filter::of::<Arc<NetworkInterface>>();
    match filter {
        "network-interface-id" => of.one(|interface| interface.id.to_string()),
        "vpc-id" => of.one(|interface| interface.vpc.to_string()),
        "subnet-id" => of.one(|interface| interface.subnet.to_string()),
        "availability-zone" => of.one(|interface| interface.zone.clone()),
        "status" => of.one(|interface| view::status(interface)),
        "description" => of.one(|interface| interface.description.clone()),
        "mac-address" => of.one(|interface| interface.mac.clone()),
        "interface-type" => of.one(|interface| view::kind(interface.kind)),
        "owner-id" => of.one(|interface| interface.owner.account.clone()),
        "requester-id" => of.many(|interface| interface.requester.iter().cloned().collect()),
        "requester-managed" => of.one(|interface| interface.kind.is_managed()),
        "source-dest-check" => of.one(|interface| interface.source_dest_check),
        "group-id" => of.many(|interface| interface.groups.iter().map(ToString::to_string).collect()),
        "group-name" => {
            of.many(|interface| view::groups(world, &interface.groups).into_iter().map(|group| group.group_name).collect())
        }
        _ => of
            .tag(filter, |interface| &interface.tags)
            .or_else(|| address_field(world, filter))
            .or_else(|| attachment_field(filter)),
    }
}

fn address_field<'a>(world: &'a Snapshot, filter: &str) -> Option<Field<'a, Arc<NetworkInterface>>> {
    let of = filter::of::<Arc<NetworkInterface>>();
    let public = move |interface: &NetworkInterface, n: usize| {
        let addresses = interface.addresses.iter().take(n);
        addresses.filter_map(|address| view::public(world, interface, *address)).collect::<Vec<_>>()
    };
    match filter {
        "private-ip-address" => of.many(|interface| interface.primary().iter().map(ToString::to_string).collect()),
        "addresses.private-ip-address" => of.many(|interface| interface.addresses.iter().map(ToString::to_string).collect()),
        "private-dns-name" => of.many(|interface| {
            interface.primary().iter().map(|address| private_dns_name(&interface.owner.region, *address)).collect()
        }),
        "association.public-ip" => {
            of.many(move |interface| public(interface, 1).iter().map(|elastic| elastic.public.to_string()).collect())
        }
        "addresses.association.public-ip" => {
            of.many(move |interface| public(interface, usize::MAX).iter().map(|e| e.public.to_string()).collect())
        }
        "association.allocation-id" => of.many(move |interface| {
            public(interface, 1).iter().filter(|e| !e.automatic).map(|elastic| elastic.id.to_string()).collect()
        }),
        _ => None,
    }
}

fn attachment_field<'a>(filter: &str) -> Option<Field<'a, Arc<NetworkInterface>>> {
    let of = filter::of::<Arc<NetworkInterface>>();
    let value: fn(AttachmentView) -> Option<String> = match filter.strip_prefix("attachment.")? {
        "attachment-id" => |attachment| Some(attachment.attachment_id),
        "instance-id" => |attachment| attachment.instance_id,
        "instance-owner-id" => |attachment| Some(attachment.instance_owner_id),
        "device-index" => |attachment| Some(attachment.device_index.to_string()),
        "status" => |attachment| Some(attachment.status.to_owned()),
        "delete-on-termination" => |attachment| Some(attachment.delete_on_termination.to_string()),
        _ => return None,
    };
    of.many(move |interface| view::attachment(interface).and_then(value).into_iter().collect())
}
