//! DescribeAddresses: Elastic IPs only; automatic public addresses show at their interfaces.

use std::sync::Arc;

use resource::{AddressAssociation, ElasticAddress, Holder, NetworkInterface, Tags};
use serde::{Deserialize, Serialize};
use store::Snapshot;

use super::allocate_address::{DOMAIN, POOL};
use crate::filter::{self, Field, Filter};
use crate::tags::{self, Tag};
use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    public_ips: Vec<String>,
    allocation_ids: Vec<String>,
    filters: Vec<Filter>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    addresses: Vec<AddressView>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AddressView {
    allocation_id: String,
    domain: &'static str,
    public_ipv4_pool: &'static str,
    network_border_group: String,
    public_ip: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Tag>,
    #[serde(skip_serializing_if = "Option::is_none")]
    association_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    network_interface_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    network_interface_owner_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    private_ip_address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance_id: Option<String>,
}

/// The caller's Elastic IPs.
pub fn describe_addresses(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let mut addresses = super::listed(cx, &input.allocation_ids)?;
    for wanted in &input.public_ips {
        if !addresses.iter().any(|address| address.public.to_string() == *wanted) {
            return Err(Error::new("InvalidAddress.NotFound", format!("Address '{wanted}' not found.")));
        }
    }
    addresses.retain(|address| input.public_ips.is_empty() || input.public_ips.contains(&address.public.to_string()));
    let shown = addresses.iter().map(|address| (AddressView::new(cx.world, address), &address.tags));
    let kept = filter::select(&input.filters, shown, AddressView::field)?;
    Ok(Output { addresses: kept.into_iter().map(|(view, _)| view).collect() })
}

impl AddressView {
    fn new(world: &Snapshot, address: &ElasticAddress) -> Self {
        let (association, interface): (Option<AddressAssociation>, Option<Arc<NetworkInterface>>) =
            super::association(world, address).unzip();
        let attachment = interface.as_ref().and_then(|interface| interface.attachment.as_ref());
        let instance = attachment.and_then(|attachment| match &attachment.holder {
            Holder::Instance(id) => Some(id.to_string()),
            Holder::Process { .. } | Holder::Service => None,
        });
        Self {
            allocation_id: address.id.to_string(),
            domain: DOMAIN,
            public_ipv4_pool: POOL,
            network_border_group: address.owner.region.clone(),
            public_ip: address.public.to_string(),
            tags: tags::view(&address.tags),
            association_id: association.as_ref().map(|association| association.id.clone()),
            network_interface_id: interface.as_ref().map(|interface| interface.id.to_string()),
            network_interface_owner_id: interface.as_ref().map(|interface| interface.owner.account.clone()),
            private_ip_address: association.map(|association| association.private.to_string()),
            instance_id: instance,
        }
    }

    fn field(filter: &str) -> Option<Field<'_, (Self, &Tags)>> {
        let of = filter::of::<(Self, &Tags)>();
        let value: fn(&Self) -> Option<&String> = match filter {
            "allocation-id" => |view| Some(&view.allocation_id),
            "association-id" => |view| view.association_id.as_ref(),
            "domain" => return of.one(|_| DOMAIN),
            "instance-id" => |view| view.instance_id.as_ref(),
            "network-border-group" => |view| Some(&view.network_border_group),
            "network-interface-id" => |view| view.network_interface_id.as_ref(),
            "network-interface-owner-id" => |view| view.network_interface_owner_id.as_ref(),
            "private-ip-address" => |view| view.private_ip_address.as_ref(),
            "public-ip" => |view| Some(&view.public_ip),
            _ => return of.tag(filter, |(_, tags): &(Self, &Tags)| tags),
        };
        of.many(move |(view, _)| value(view).cloned().into_iter().collect())
    }
}
