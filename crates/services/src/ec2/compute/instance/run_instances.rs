//! RunInstances: new machines, in one reservation; they answer `pending` until their processes run.

use base64::{Engine, engine::general_purpose::STANDARD};
use resource::{Instance, InstanceId, InstanceState, KeyPair, NetworkInterface, Owner, Resource, Tags, Timestamp, random_id};
use serde::Serialize;
use store::{Snapshot, Txn};

use super::super::instance_type::{self, InstanceType};
use super::super::{image, template};
use super::launch::Launch;
use super::metadata_defaults;
use super::network::Network;
use super::profile;
use super::view::{self, View};
use crate::tags;
use crate::{Error, Write};

const MAX_USER_DATA: usize = 16_384;
const MAX_PER_CALL: u32 = 100;
const TAGGABLE: &[&str] = &["instance", "network-interface", "volume"];

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    reservation_id: String,
    owner_id: String,
    groups: [(); 0],
    instances: Vec<View>,
}

pub fn run_instances(cx: &mut Write<'_>, input: Launch) -> Result<Output, Error> {
    let (owner, now) = (cx.owner().clone(), cx.now);
    let (least, most) = counts(&input)?;
    let (reserved, input) = in_the_name_of_a_service(cx, input);
    let (launch, marks) = match &input.launch_template {
        Some(reference) => {
            let (base, marks) = template::launch_of(cx.txn, &owner, reference)?;
            (input.clone().over(base)?, marks)
        }
        None => (input, Tags::default()),
    };
    let launch = if cx.caller.is_service_linked() { launch.placed() } else { launch };
    let mut order = Order::read(cx.txn, &owner, &launch, now)?;
    order.model.client_token = cx.client_token();
    order.model.tags.0.extend(reserved.0.into_iter().chain(marks.0));
    profile::may_give(cx, order.model.profile.as_deref())?;
    let mut launched = Vec::new();
    for index in 0..most {
        match order.launch_one(cx.txn, index) {
            Ok(id) => launched.push(id),
            Err(error) if error.code == "InsufficientFreeAddressesInSubnet" && index >= least => break,
            Err(error) => return Err(error),
        }
    }
    let instances =
        launched.iter().filter_map(|id| cx.txn.find::<Instance>(id.as_str())).map(|i| view::view(cx.txn, &i)).collect();
    Ok(Output { reservation_id: order.model.reservation.clone(), owner_id: owner.account, groups: [], instances })
}

/// AWS's services mark what they launch with tags that users cannot give: these are taken out of the request.
fn in_the_name_of_a_service(cx: &Write<'_>, mut input: Launch) -> (Tags, Launch) {
    let mut reserved = Tags::default();
    if cx.caller.is_service_linked() {
        for specification in &mut input.tag_specifications {
            let mine = specification.tags.extract_if(.., |tag| tag.key.starts_with("aws:"));
            reserved.0.extend(mine.map(|tag| (tag.key, tag.value)));
        }
    }
    (reserved, input)
}

fn counts(input: &Launch) -> Result<(u32, u32), Error> {
    let most = input.max_count.ok_or_else(|| Error::missing("MaxCount"))?;
    let least = input.min_count.ok_or_else(|| Error::missing("MinCount"))?;
    if least == 0 || most < least {
        return Err(Error::invalid_value(format!(
            "Value ({least}..{most}) for MinCount and MaxCount is not a range of at least 1."
        )));
    }
    match most > MAX_PER_CALL {
        true => {
            Err(Error::new("InstanceLimitExceeded", format!("underpass launches at most {MAX_PER_CALL} instances in one call.")))
        }
        false => Ok((least, most)),
    }
}

/// A launch that was checked: what all its instances have in common.
struct Order {
    model: Instance,
    network: Network,
    interface_tags: Tags,
}

impl Order {
    fn read(world: &Snapshot, owner: &Owner, launch: &Launch, now: Timestamp) -> Result<Self, Error> {
        let image = image::resolve(launch.image_id.as_deref().ok_or_else(|| Error::missing("ImageId"))?)?;
        let kind = instance_type::find(launch.instance_type.as_deref().unwrap_or(instance_type::DEFAULT))?;
        let network = Network::read(world, owner, launch, kind)?;
        check_tenancy(launch)?;
        // Volumes do not exist here: the root is an overlay. Their tags are checked like all and then have nothing to be on.
        tags::specified(&launch.tag_specifications, "volume", TAGGABLE)?;
        let interface_tags = tags::specified(&launch.tag_specifications, "network-interface", TAGGABLE)?;
        let model = model(world, owner, launch, (image, kind), &network, now)?;
        Ok(Self { model, network, interface_tags })
    }

    fn launch_one(&self, txn: &mut Txn, launch_index: u32) -> Result<InstanceId, Error> {
        let id = InstanceId::random();
        self.network
            .attach(txn, &self.model.owner, &id, &self.interface_tags, self.model.launched)
            .inspect_err(|_| undo(txn, &id))?;
        txn.put(Instance { id: id.clone(), launch_index, ..self.model.clone() });
        Ok(id)
    }
}

/// Removes the interfaces of an instance that could not be launched.
fn undo(txn: &mut Txn, id: &InstanceId) {
    let made: Vec<String> =
        txn.linked::<NetworkInterface>(Instance::KIND, id).map(|interface| interface.id.to_string()).collect();
    made.iter().for_each(|key| txn.remove::<NetworkInterface>(key));
}

fn model(
    world: &Snapshot,
    owner: &Owner,
    launch: &Launch,
    (image, kind): (&str, &InstanceType),
    network: &Network,
    now: Timestamp,
) -> Result<Instance, Error> {
    let defaults = metadata_defaults::of(world, owner).options();
    Ok(Instance {
        id: InstanceId::random(),
        owner: owner.clone(),
        reservation: random_id("r-"),
        launch_index: 0,
        image: image.to_owned(),
        instance_type: kind.name.to_owned(),
        vpc: network.subnet.vpc.clone(),
        subnet: network.subnet.id.clone(),
        zone: network.subnet.zone.clone(),
        state: InstanceState::Pending,
        state_reason: None,
        boot: 1,
        booted: 0,
        user_data: launch.user_data.as_deref().map(check_user_data).transpose()?,
        key_name: launch.key_name.as_deref().map(|name| check_key(world, owner, name)).transpose()?,
        profile: launch.iam_instance_profile.as_ref().map(|reference| profile::resolve(world, owner, reference)).transpose()?,
        metadata: launch.metadata_options.as_ref().map_or(Ok(defaults.clone()), |wanted| wanted.apply(&defaults))?,
        termination_protection: launch.disable_api_termination.unwrap_or(false),
        terminate_on_shutdown: launch.instance_initiated_shutdown_behavior.as_deref() == Some("terminate"),
        monitoring: launch.monitoring.as_ref().is_some_and(|monitoring| monitoring.enabled),
        ebs_optimized: launch.ebs_optimized.unwrap_or(false),
        cpu_credits: launch.credit_specification.as_ref().map(|credits| check_credits(&credits.cpu_credits)).transpose()?,
        client_token: None,
        launched: now,
        terminated: None,
        tags: tags::specified(&launch.tag_specifications, "instance", TAGGABLE)?,
    })
}

/// User data must be base64 of at most 16 KiB.
///
/// # Errors
/// `InvalidUserData.Malformed`, `InvalidParameterValue`.
pub fn check_user_data(text: &str) -> Result<String, Error> {
    let compact: String = text.split_whitespace().collect();
    let raw = STANDARD.decode(&compact);
    let raw = raw.map_err(|_| Error::new("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data."))?;
    match raw.len() > MAX_USER_DATA {
        true => Err(Error::invalid_value(format!("User data is limited to {MAX_USER_DATA} bytes"))),
        false => Ok(compact),
    }
}

/// The name of a key pair that the account has.
///
/// # Errors
/// `InvalidKeyPair.NotFound`.
pub fn check_key(world: &Snapshot, owner: &Owner, name: &str) -> Result<String, Error> {
    let key = format!("{}/{}/{name}", owner.account, owner.region);
    match world.named::<KeyPair>("key-name", key).next() {
        Some(_) => Ok(name.to_owned()),
        None => Err(Error::new("InvalidKeyPair.NotFound", format!("The key pair '{name}' does not exist"))),
    }
}

fn check_credits(text: &str) -> Result<String, Error> {
    match text {
        "standard" | "unlimited" => Ok(text.to_owned()),
        other => Err(Error::invalid_value(format!("Invalid value '{other}' for CpuCredits: standard or unlimited."))),
    }
}

fn check_tenancy(launch: &Launch) -> Result<(), Error> {
    let tenancy = launch.placement.as_ref().and_then(|placement| placement.tenancy.as_deref());
    match tenancy.filter(|tenancy| *tenancy != "default") {
        Some(other) => Err(Error::new(
            "UnsupportedOperation",
            format!("underpass does not support Placement.Tenancy={other}: there is one kind of host."),
        )),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use resource::{BUILT_IN_IMAGE, InstanceProfile, Tags, Timestamp};
    use serde_json::{Value, json};

    use crate::ec2::compute::testing::{Site, text};

    #[test]
    fn a_new_instance_is_pending_and_has_an_interface_in_its_subnet() {
        let site = Site::new();
        let instance = site.launch(json!({
            "SecurityGroupIds": [site.group], "PrivateIpAddress": "10.0.1.10", "UserData": "IyEvYmluL3NoCg==",
            "TagSpecifications": [
                {"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "web"}]},
                {"ResourceType": "network-interface", "Tags": [{"Key": "Name", "Value": "nic"}]},
            ],
            "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 2},
        }));
        assert_eq!(instance["State"], json!({"Code": 0, "Name": "pending"}));
        assert_eq!(instance["PrivateIpAddress"], "10.0.1.10");
        assert_eq!(instance["PrivateDnsName"], "ip-10-0-1-10.ec2.internal");
        assert_eq!(instance["SecurityGroups"], json!([{"GroupId": site.group, "GroupName": "web"}]));
        assert_eq!(instance["Tags"], json!([{"Key": "Name", "Value": "web"}]));
        assert_eq!(instance["MetadataOptions"]["HttpTokens"], "required");
        assert_eq!(instance["MetadataOptions"]["HttpPutResponseHopLimit"], 2);
        assert_eq!(instance["NetworkInterfaces"][0]["Attachment"]["Status"], "attaching");
        assert_eq!(instance.get("PublicIpAddress"), None);
        let filter = json!({"Filters": [{"Name": "attachment.instance-id", "Values": [instance["InstanceId"]]}]});
        let interface = site.cloud.ok("DescribeNetworkInterfaces", filter)["NetworkInterfaces"][0].clone();
        assert_eq!(interface["TagSet"], json!([{"Key": "Name", "Value": "nic"}]));
        assert_eq!(interface["Attachment"]["DeleteOnTermination"], true);
    }

    #[test]
    fn a_repeated_request_launches_once_and_its_token_is_shown() {
        let site = Site::new();
        let request = |more: Value| crate::ec2::compute::testing::with(site.request(json!({"ClientToken": "deploy-7"})), more);
        let first = site.cloud.ok("RunInstances", request(json!({})));
        assert_eq!(site.cloud.ok("RunInstances", request(json!({}))), first);
        assert_eq!(first["Instances"][0]["ClientToken"], "deploy-7");
        assert_eq!(
            site.cloud.refusal("RunInstances", request(json!({"InstanceType": "t3.large"}))),
            "IdempotentParameterMismatch"
        );
        assert_eq!(site.launch(json!({}))["ClientToken"], "");
        let of_token = json!({"Filters": [{"Name": "client-token", "Values": ["deploy-7"]}]});
        let found = site.cloud.ok("DescribeInstances", of_token);
        assert_eq!(found.pointer("/Reservations/0/Instances/0/InstanceId"), first.pointer("/Instances/0/InstanceId"));
        assert_eq!(found["Reservations"].as_array().map(Vec::len), Some(1));
    }

    #[test]
    fn one_call_makes_one_reservation_of_as_many_as_there_are_addresses_for() {
        let site = Site::new();
        let tiny = json!({"VpcId": site.vpc, "CidrBlock": "10.0.2.0/28"});
        let tiny = site.cloud.text("CreateSubnet", tiny, "/Subnet/SubnetId");
        let answer = site.cloud.ok("RunInstances", site.request(json!({"SubnetId": tiny, "MinCount": 2, "MaxCount": 20})));
        assert_eq!(answer["Instances"].as_array().map(Vec::len), Some(11));
        let reservations = site.cloud.ok("DescribeInstances", json!({}))["Reservations"].clone();
        assert_eq!(reservations.as_array().map(Vec::len), Some(1));
        assert_eq!(reservations[0]["Instances"][10]["AmiLaunchIndex"], 10);
        assert_eq!(
            site.cloud.refusal("RunInstances", site.request(json!({"SubnetId": tiny}))),
            "InsufficientFreeAddressesInSubnet"
        );
    }

    #[test]
    fn an_automatic_public_address_comes_with_the_subnet_or_by_request() {
        let site = Site::new();
        let specification =
            json!([{"DeviceIndex": 0, "SubnetId": site.subnet, "Groups": [site.group], "AssociatePublicIpAddress": true}]);
        let asked = site.launch(json!({"SubnetId": null, "NetworkInterfaces": specification}));
        assert!(text(&asked, "PublicDnsName").starts_with("ec2-198-18-"));
        site.cloud.ok("ModifySubnetAttribute", json!({"SubnetId": site.subnet, "MapPublicIpOnLaunch": {"Value": true}}));
        let given = site.launch(json!({}));
        assert_ne!(text(&given, "PublicIpAddress"), text(&asked, "PublicIpAddress"));
        assert_eq!(given["NetworkInterfaces"][0]["Association"]["IpOwnerId"], "amazon");
        assert_eq!(site.cloud.ok("DescribeAddresses", json!({}))["Addresses"], json!([]));
    }

    #[test]
    fn what_does_not_exist_or_go_together_is_refused() {
        let site = Site::new();
        site.launch(json!({"PrivateIpAddress": "10.0.1.10"}));
        let big = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, vec![b'x'; 16_385]);
        let cases: &[(Value, &str)] = &[
            (json!({"ImageId": "ami-0123456789abcdef0"}), "InvalidAMIID.NotFound"),
            (json!({"ImageId": null}), "MissingParameter"),
            (json!({"InstanceType": "p5.48xlarge"}), "Unsupported"),
            (json!({"SubnetId": "subnet-0123456789abcdef0"}), "InvalidSubnetID.NotFound"),
            (json!({"SubnetId": null}), "VPCIdNotSpecified"),
            (json!({"SecurityGroupIds": ["sg-0123456789abcdef0"]}), "InvalidGroup.NotFound"),
            (json!({"SecurityGroups": ["web"]}), "InvalidParameterCombination"),
            (json!({"PrivateIpAddress": "10.0.1.10"}), "InvalidIPAddress.InUse"),
            (json!({"PrivateIpAddress": "10.9.0.1"}), "InvalidParameterValue"),
            (json!({"PrivateIpAddress": "10.0.1.20", "MaxCount": 2}), "InvalidParameterCombination"),
            (json!({"KeyName": "mine"}), "InvalidKeyPair.NotFound"),
            (json!({"UserData": "%%%"}), "InvalidUserData.Malformed"),
            (json!({"UserData": big}), "InvalidParameterValue"),
            (json!({"IamInstanceProfile": {"Name": "app"}}), "InvalidParameterValue"),
            (json!({"MinCount": 2}), "InvalidParameterValue"),
            (json!({"MinCount": 0}), "InvalidParameterValue"),
            (json!({"Placement": {"Tenancy": "dedicated"}}), "UnsupportedOperation"),
            (json!({"Placement": {"AvailabilityZone": "us-east-1d"}}), "InvalidParameterValue"),
            (json!({"MetadataOptions": {"HttpPutResponseHopLimit": 65}}), "InvalidParameterValue"),
            (json!({"NetworkInterfaces": [{"DeviceIndex": 0}]}), "InvalidParameterCombination"),
            (
                json!({"SubnetId": null, "NetworkInterfaces": [{"DeviceIndex": 1, "SubnetId": site.subnet}]}),
                "InvalidParameterValue",
            ),
            (json!({"BlockDeviceMappings": [{"DeviceName": "/dev/xvda"}]}), "UnsupportedOperation"),
            (json!({"TagSpecifications": [{"ResourceType": "vpc", "Tags": []}]}), "InvalidParameterValue"),
        ];
        for (more, code) in cases {
            assert_eq!(site.cloud.refusal("RunInstances", site.request(more.clone())), *code, "{more}");
        }
        assert_eq!(site.cloud.world().all::<resource::Instance>().count(), 1);
    }

    #[test]
    fn a_group_of_another_vpc_is_refused() {
        let site = Site::new();
        let vpc = site.cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/Vpc/VpcId");
        let group = json!({"GroupName": "web", "Description": "d", "VpcId": vpc});
        let group = site.cloud.text("CreateSecurityGroup", group, "/GroupId");
        assert_eq!(site.cloud.refusal("RunInstances", site.request(json!({"SecurityGroupIds": [group]}))), "InvalidParameter");
    }

    #[test]
    fn without_a_subnet_the_default_vpc_is_meant() {
        let site = Site::new();
        site.cloud.ok("CreateDefaultVpc", json!({}));
        let zone = json!({"SubnetId": null, "SecurityGroups": ["default"], "Placement": {"AvailabilityZone": "us-east-1b"}});
        let instance = site.launch(zone);
        assert!(text(&instance, "PrivateIpAddress").starts_with("172.31."));
        assert_eq!(instance["Placement"]["AvailabilityZone"], "us-east-1b");
        assert!(instance.get("PublicIpAddress").is_some());
    }

    #[test]
    fn an_existing_interface_and_profile_are_taken() {
        let site = Site::new();
        let arn = "arn:aws:iam::111111111111:instance-profile/app";
        site.cloud.change(|txn| {
            txn.put(InstanceProfile {
                arn: arn.into(),
                owner: resource::Owner::new("111111111111", resource::GLOBAL),
                id: "AIPA1".into(),
                name: "app".into(),
                path: "/".into(),
                role: None,
                created: Timestamp(0),
                tags: Tags::default(),
            });
        });
        let interface = text(&site.interface(json!({})), "NetworkInterfaceId");
        let more = json!({
            "SubnetId": null, "IamInstanceProfile": {"Name": "app"},
            "NetworkInterfaces": [{"DeviceIndex": 0, "NetworkInterfaceId": interface}],
        });
        let instance = site.launch(more.clone());
        assert_eq!(instance["IamInstanceProfile"], json!({"Arn": arn, "Id": "AIPA1"}));
        assert_eq!(instance["NetworkInterfaces"][0]["NetworkInterfaceId"], interface);
        assert_eq!(instance["NetworkInterfaces"][0]["Attachment"]["DeleteOnTermination"], false);
        assert_eq!(site.cloud.refusal("RunInstances", site.request(more)), "InvalidNetworkInterface.InUse");
    }

    #[test]
    fn the_alias_of_amazon_linux_is_the_built_in_image() {
        let site = Site::new();
        let alias = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-x86_64";
        assert_eq!(site.launch(json!({"ImageId": alias}))["ImageId"], BUILT_IN_IMAGE);
        assert_eq!(site.cloud.ok("DescribeImages", json!({"Owners": ["amazon"]}))["Images"][0]["ImageId"], BUILT_IN_IMAGE);
        assert_eq!(site.cloud.ok("DescribeImages", json!({"Owners": ["self"]}))["Images"], json!([]));
    }
}
