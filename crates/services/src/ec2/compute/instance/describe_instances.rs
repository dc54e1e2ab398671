//! DescribeInstances, grouped by the reservation that made them.

use std::net::Ipv4Addr;
use std::sync::Arc;

use resource::{Instance, private_dns_name};
use serde::{Deserialize, Serialize};
use store::Snapshot;

use super::super::instance_type;
use super::super::interface::describe_network_interfaces;
use super::view::{self, View};
use crate::ec2::find;
use crate::filter::{self, Field, Filter};
use crate::page::{self, Ask};
use crate::{Error, Read};

/// The least that a page of instances may hold; the model does not say it.
const LEAST_PAGE: usize = 5;

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    instance_ids: Vec<String>,
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    reservations: Vec<Reservation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Reservation {
    reservation_id: String,
    owner_id: String,
    groups: [(); 0],
    instances: Vec<View>,
}

pub fn describe_instances(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let chosen =
        Chosen { ids: &input.instance_ids, filters: &input.filters, max: input.max_results, token: input.next_token.as_deref() };
    let page = chosen.page(cx, |_| true)?;
    let mut reservations: Vec<Reservation> = Vec::new();
    for instance in &page.items {
        let view = view::view(cx.world, instance);
        match reservations.iter_mut().find(|r| r.reservation_id == instance.reservation) {
            Some(reservation) => reservation.instances.push(view),
            None => reservations.push(Reservation {
                reservation_id: instance.reservation.clone(),
                owner_id: instance.owner.account.clone(),
                groups: [],
                instances: vec![view],
            }),
        }
    }
    Ok(Output { reservations, next_token: page.next })
}

/// The instances that a Describe request chooses.
pub struct Chosen<'a> {
    /// By id; empty is all.
    pub ids: &'a [String],
    /// By filters.
    pub filters: &'a [Filter],
    /// At most this many.
    pub max: Option<usize>,
    /// From here on.
    pub token: Option<&'a str>,
}

impl Chosen<'_> {
    /// The page of them that also satisfy `also`.
    ///
    /// # Errors
    /// AWS's codes for unknown ids, filters and tokens; `InvalidParameterCombination` for ids with a page size.
    pub fn page(&self, cx: &Read<'_>, also: impl Fn(&Instance) -> bool) -> Result<page::Page<Arc<Instance>>, Error> {
        if !self.ids.is_empty() && self.max.is_some() {
            return Err(Error::combination("The parameter instancesSet cannot be used with the parameter maxResults"));
        }
        if let Some(max) = self.max.filter(|max| *max < LEAST_PAGE) {
            let message =
                format!("Value ({max}) for parameter maxResults is invalid. Expecting a value of at least {LEAST_PAGE}.");
            return Err(Error::invalid_value(message));
        }
        let instances: Vec<Arc<Instance>> = match self.ids {
            [] => cx.world.owned(cx.owner()).collect(),
            ids => ids.iter().map(|id| find::instance(cx.world, cx.owner(), id)).collect::<Result<_, _>>()?,
        };
        let instances = instances.into_iter().filter(|instance| also(instance));
        let mut kept = filter::select(self.filters, instances, |name| field(cx.world, name))?;
        kept.sort_by_key(|instance| key(instance));
        page::cut(Ask { max_results: self.max, token: self.token }, kept, |instance| key(instance))
    }
}

/// In the order of launches.
fn key(instance: &Instance) -> String {
    format!("{:020}/{}/{:05}", instance.launched.0, instance.reservation, instance.launch_index)
}

fn field<'a>(world: &'a Snapshot, filter: &'a str) -> Option<Field<'a, Arc<Instance>>> {
    let of = filter::of::<Arc<Instance>>();
    match filter {
        "instance-id" => of.one(|instance| instance.id.to_string()),
        "instance-state-name" => of.one(|instance| instance.state.code_and_name().1),
        "instance-state-code" => of.one(|instance| instance.state.code_and_name().0),
        "instance-type" => of.one(|instance| instance.instance_type.clone()),
        "image-id" => of.one(|instance| instance.image.clone()),
        "vpc-id" => of.one(|instance| instance.vpc.to_string()),
        "subnet-id" => of.one(|instance| instance.subnet.to_string()),
        "availability-zone" => of.one(|instance| instance.zone.clone()),
        "reservation-id" => of.one(|instance| instance.reservation.clone()),
        "client-token" => of.one(|instance| instance.client_token.clone().unwrap_or_default()),
        "owner-id" => of.one(|instance| instance.owner.account.clone()),
        "launch-index" => of.one(|instance| instance.launch_index),
        "key-name" => of.many(|instance| instance.key_name.iter().cloned().collect()),
        "iam-instance-profile.arn" => of.many(|instance| instance.profile.iter().cloned().collect()),
        "ip-address" => of.many(|instance| view::public_address(world, instance).iter().map(ToString::to_string).collect()),
        "monitoring-state" => of.one(|instance| if instance.monitoring { "enabled" } else { "disabled" }),
        "ebs-optimized" => of.one(|instance| instance.ebs_optimized),
        _ => of
            .tag(filter, |instance| &instance.tags)
            .or_else(|| metadata_field(filter))
            .or_else(|| hardware_field(filter))
            .or_else(|| interface_field(world, filter)),
    }
}

fn metadata_field<'a>(filter: &str) -> Option<Field<'a, Arc<Instance>>> {
    let of = filter::of::<Arc<Instance>>();
    match filter.strip_prefix("metadata-options.")? {
        "http-tokens" => of.one(|instance| if instance.metadata.tokens_required { "required" } else { "optional" }),
        "http-endpoint" => of.one(|instance| if instance.metadata.enabled { "enabled" } else { "disabled" }),
        "http-put-response-hop-limit" => of.one(|instance| instance.metadata.hop_limit),
        _ => None,
    }
}

/// What is the same of all instances here, and what none of them has.
fn hardware_field<'a>(filter: &str) -> Option<Field<'a, Arc<Instance>>> {
    let of = filter::of::<Arc<Instance>>();
    let always = |value: &'static str| of.one(move |_| value);
    match filter {
        "architecture" => always(instance_type::architecture()),
        "hypervisor" => always(view::HYPERVISOR),
        "root-device-name" => always(view::ROOT_DEVICE),
        "root-device-type" => always(view::ROOT_DEVICE_TYPE),
        "virtualization-type" => always(view::VIRTUALIZATION),
        "tenancy" => always(view::TENANCY),
        "affinity"
        | "host-id"
        | "instance-lifecycle"
        | "ipv6-address"
        | "kernel-id"
        | "outpost-arn"
        | "placement-group-name"
        | "platform"
        | "product-code"
        | "product-code.type"
        | "ramdisk-id"
        | "spot-instance-request-id" => of.empty(),
        _ if filter.starts_with("block-device-mapping.") => of.empty(),
        _ => None,
    }
}

fn interface_field<'a>(world: &'a Snapshot, filter: &'a str) -> Option<Field<'a, Arc<Instance>>> {
    let of = filter::of::<Arc<Instance>>();
    let primary = |value: fn(&Instance, Ipv4Addr) -> String| {
        of.many(move |instance: &Arc<Instance>| {
            let first = view::interfaces_of(world, instance).into_iter().next();
            first.and_then(|interface| interface.primary()).map(|address| value(instance, address)).into_iter().collect()
        })
    };
    match filter {
        "private-ip-address" => primary(|_, address| address.to_string()),
        "private-dns-name" => primary(|instance, address| private_dns_name(&instance.owner.region, address)),
        "source-dest-check" => of.many(|instance| {
            let first = view::interfaces_of(world, instance).into_iter().next();
            first.map(|interface| interface.source_dest_check.to_string()).into_iter().collect()
        }),
        "instance.group-id" => of_interfaces(world, "group-id"),
        "instance.group-name" => of_interfaces(world, "group-name"),
        _ => of_interfaces(world, filter.strip_prefix("network-interface.")?),
    }
}

/// What the interfaces of an instance have under the name that a filter of interfaces has.
fn of_interfaces<'a>(world: &'a Snapshot, filter: &'a str) -> Option<Field<'a, Arc<Instance>>> {
    let field = describe_network_interfaces::field(world, filter)?;
    filter::of::<Arc<Instance>>()
        .many(move |instance| view::interfaces_of(world, instance).iter().flat_map(|interface| field.values(interface)).collect())
}

#[cfg(test)]
mod tests {
    use resource::{ConsoleOutput, InstanceId, InstanceState, Timestamp};
    use serde_json::{Value, json};

    use crate::ec2::compute::instance_type;
    use crate::ec2::compute::testing::{Site, text};

    #[test]
    fn instances_are_found_by_filters() {
        let site = Site::new();
        let tags = json!([{"ResourceType": "instance", "Tags": [{"Key": "role", "Value": "web"}]}]);
        let web =
            site.launch(json!({"TagSpecifications": tags, "SecurityGroupIds": [site.group], "PrivateIpAddress": "10.0.1.10"}));
        site.instance(InstanceState::Running);
        let found = |name: &str, value: &str| -> Vec<Value> {
            let answer = site.cloud.ok("DescribeInstances", json!({"Filters": [{"Name": name, "Values": [value]}]}));
            answer["Reservations"].as_array().into_iter().flatten().map(|r| r["Instances"][0]["InstanceId"].clone()).collect()
        };
        for (name, value) in [
            ("tag:role", "web"),
            ("instance-state-name", "pending"),
            ("private-ip-address", "10.0.1.10"),
            ("private-dns-name", "ip-10-0-1-10.*"),
            ("instance.group-name", "web"),
            ("network-interface.addresses.private-ip-address", "10.0.1.10"),
            ("network-interface.private-dns-name", "ip-10-0-1-10.*"),
            ("instance-id", &text(&web, "InstanceId")),
        ] {
            assert_eq!(found(name, value), [web["InstanceId"].clone()], "{name}");
        }
        for (name, value, number) in [
            ("vpc-id", site.vpc.as_str(), 2),
            ("network-interface.attachment.device-index", "0", 2),
            ("architecture", instance_type::architecture(), 2),
            ("metadata-options.http-endpoint", "disabled", 0),
            ("platform", "windows", 0),
        ] {
            assert_eq!(found(name, value).len(), number, "{name}");
        }
        let unknown = json!({"Filters": [{"Name": "colour", "Values": ["red"]}]});
        assert_eq!(site.cloud.refusal("DescribeInstances", unknown), "InvalidParameterValue");
    }

    #[test]
    fn pages_follow_each_other_and_do_not_go_with_ids() {
        let site = Site::new();
        for _ in 0..7 {
            site.instance(InstanceState::Running);
        }
        let first = site.cloud.ok("DescribeInstances", json!({"MaxResults": 5}));
        let second = site.cloud.ok("DescribeInstances", json!({"MaxResults": 5, "NextToken": first["NextToken"]}));
        assert_eq!(first["Reservations"].as_array().map(Vec::len), Some(5));
        assert_eq!(second["Reservations"].as_array().map(Vec::len), Some(2));
        assert_eq!(site.cloud.refusal("DescribeInstances", json!({"MaxResults": 4})), "InvalidParameterValue");
        assert_eq!(second.get("NextToken"), None);
        let both = json!({"MaxResults": 5, "InstanceIds": ["i-0123456789abcdef0"]});
        assert_eq!(site.cloud.refusal("DescribeInstances", both), "InvalidParameterCombination");
    }

    #[test]
    fn status_is_of_running_instances_unless_all_are_asked_for() {
        let site = Site::new();
        let running = site.instance(InstanceState::Running);
        let stopped = site.instance(InstanceState::Stopped);
        let statuses = site.cloud.ok("DescribeInstanceStatus", json!({}))["InstanceStatuses"].clone();
        assert_eq!(statuses.as_array().map(Vec::len), Some(1));
        assert_eq!(statuses[0]["InstanceId"], running);
        assert_eq!(statuses[0]["InstanceStatus"]["Status"], "ok");
        let all = json!({"IncludeAllInstances": true, "InstanceIds": [stopped]});
        let all = site.cloud.ok("DescribeInstanceStatus", all)["InstanceStatuses"].clone();
        assert_eq!(all[0]["SystemStatus"]["Status"], "not-applicable");
    }

    #[test]
    fn console_output_is_what_the_reconciler_last_read() {
        let site = Site::new();
        let id = site.instance(InstanceState::Running);
        let read = || site.cloud.ok("GetConsoleOutput", json!({"InstanceId": id, "Latest": true}));
        assert_eq!(read(), json!({"InstanceId": id}));
        site.cloud.change(|txn| {
            txn.put(ConsoleOutput { instance: InstanceId::parse(&id).expect("ours"), text: "aGVsbG8=".into(), at: Timestamp(7) });
        });
        assert_eq!(read(), json!({"InstanceId": id, "Timestamp": 7, "Output": "aGVsbG8="}));
    }

    #[test]
    fn credits_are_as_asked_for_or_as_the_type_has_them() {
        let site = Site::new();
        let launch = |kind: &str, more: Value| {
            text(&site.launch(crate::ec2::compute::testing::with(json!({"InstanceType": kind}), more)), "InstanceId")
        };
        let asked = launch("t3.micro", json!({"CreditSpecification": {"CpuCredits": "standard"}}));
        let (older, newer) = (launch("t2.micro", json!({})), launch("t3.nano", json!({})));
        launch("m5.large", json!({}));
        let shown = site.cloud.ok("DescribeInstanceCreditSpecifications", json!({}))["InstanceCreditSpecifications"].clone();
        let of =
            |id: &str| shown.as_array().into_iter().flatten().find(|s| s["InstanceId"] == id).map(|s| s["CpuCredits"].clone());
        assert_eq!([of(&asked), of(&older), of(&newer)], ["standard", "standard", "unlimited"].map(|text| Some(json!(text))));
        assert_eq!(shown.as_array().map(Vec::len), Some(3));
    }
}
