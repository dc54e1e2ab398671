//! What both sides of a peering do and see.

use std::num::NonZeroU32;

use resource::{Owner, PeeringConnection, PeeringState, Vpc};
use serde_json::{Value, json};

use crate::ec2::testing::Cloud;

const OTHER: &str = "222222222222";

/// Two accounts, each with a VPC of its own.
struct Neighbours {
    one: Cloud,
    two: Cloud,
    vpcs: [String; 2],
}

impl Neighbours {
    fn new() -> Self {
        let one = Cloud::new();
        let two = one.account(OTHER);
        let vpc = |cloud: &Cloud, block: &str| cloud.text("CreateVpc", json!({"CidrBlock": block}), "/Vpc/VpcId");
        let vpcs = [vpc(&one, "10.0.0.0/16"), vpc(&two, "10.1.0.0/16")];
        Self { one, two, vpcs }
    }

    fn request(&self) -> Value {
        json!({"VpcId": self.vpcs[0], "PeerVpcId": self.vpcs[1], "PeerOwnerId": OTHER})
    }

    /// A connection that was asked for and has been looked at.
    fn asked(&self) -> String {
        let made = self.one.ok("CreateVpcPeeringConnection", self.request());
        assert_eq!(made["VpcPeeringConnection"]["Status"]["Code"], "initiating-request");
        let id = made["VpcPeeringConnection"]["VpcPeeringConnectionId"].as_str().expect("an id").to_owned();
        self.put_in_state(&id, PeeringState::PendingAcceptance);
        id
    }

    fn active(&self) -> String {
        let id = self.asked();
        self.two.ok("AcceptVpcPeeringConnection", about(&id));
        self.put_in_state(&id, PeeringState::Active);
        id
    }

    /// What the network reconciler does.
    fn put_in_state(&self, id: &str, state: PeeringState) {
        self.one.change(|txn| txn.update::<PeeringConnection>(id, |peering| peering.state = state));
    }

    fn group(&self, cloud: &Cloud, vpc: usize, name: &str) -> String {
        cloud.text("CreateSecurityGroup", json!({"VpcId": self.vpcs[vpc], "GroupName": name, "Description": "d"}), "/GroupId")
    }
}

fn about(id: &str) -> Value {
    json!({"VpcPeeringConnectionId": id})
}

fn shown(cloud: &Cloud, id: &str) -> Value {
    cloud.ok("DescribeVpcPeeringConnections", json!({"VpcPeeringConnectionIds": [id]}))["VpcPeeringConnections"][0].clone()
}

#[test]
fn only_who_was_asked_decides_and_only_once() {
    let neighbours = Neighbours::new();
    let (one, two) = (&neighbours.one, &neighbours.two);
    let id = neighbours.asked();
    for operation in ["AcceptVpcPeeringConnection", "RejectVpcPeeringConnection"] {
        assert_eq!(one.refusal(operation, about(&id)), "OperationNotPermitted", "{operation}");
        assert_eq!(two.region("eu-west-1").refusal(operation, about(&id)), "OperationNotPermitted", "{operation}");
        assert_eq!(one.account("333333333333").refusal(operation, about(&id)), "InvalidVpcPeeringConnectionID.NotFound");
        assert_eq!(two.refusal(operation, about("pcx-1")), "InvalidVpcPeeringConnectionId.Malformed");
    }
    assert_eq!(two.refusal("DeleteVpcPeeringConnection", about(&id)), "OperationNotPermitted");
    assert_eq!(one.refusal("CreateVpcPeeringConnection", neighbours.request()), "VpcPeeringConnectionAlreadyExists");

    let accepted = two.ok("AcceptVpcPeeringConnection", about(&id));
    assert_eq!(accepted["VpcPeeringConnection"]["Status"]["Code"], "provisioning");
    assert_eq!(accepted["VpcPeeringConnection"]["AccepterVpcInfo"]["CidrBlock"], "10.1.0.0/16");
    assert_eq!(two.refusal("AcceptVpcPeeringConnection", about(&id)), "InvalidStateTransition");
    assert_eq!(two.refusal("RejectVpcPeeringConnection", about(&id)), "InvalidStateTransition");
    neighbours.put_in_state(&id, PeeringState::Active);
    assert_eq!(one.ok("DeleteVpcPeeringConnection", about(&id)), json!({"Return": true}));
    assert_eq!(one.refusal("DeleteVpcPeeringConnection", about(&id)), "InvalidStateTransition");
    assert_eq!(shown(two, &id)["Status"], json!({"Code": "deleting", "Message": "Deleting by 111111111111"}));
}

#[test]
fn both_sides_see_a_connection_with_tags_of_their_own_and_nobody_else_does() {
    let neighbours = Neighbours::new();
    let (one, two) = (&neighbours.one, &neighbours.two);
    let id = neighbours.asked();
    let before = shown(one, &id);
    assert_eq!(before["Status"]["Message"], format!("Pending Acceptance by {OTHER}"));
    assert_eq!(before["AccepterVpcInfo"], json!({"OwnerId": OTHER, "VpcId": neighbours.vpcs[1], "Region": "us-east-1"}));
    assert!(before["ExpirationTime"].as_u64().is_some(), "{before}");
    two.ok("CreateTags", json!({"Resources": [id], "Tags": [{"Key": "side", "Value": "accepter"}]}));
    assert_eq!((shown(one, &id)["Tags"].clone(), shown(two, &id)["Tags"][0]["Value"].clone()), (json!([]), json!("accepter")));
    let listed = |cloud: &Cloud, name: &str, value: &str| {
        let filters = json!({"Filters": [{"Name": name, "Values": [value]}]});
        cloud.ok("DescribeVpcPeeringConnections", filters)["VpcPeeringConnections"].as_array().map(Vec::len)
    };
    for (name, value) in [
        ("status-code", "pending-acceptance"),
        ("requester-vpc-info.owner-id", "111111111111"),
        ("accepter-vpc-info.vpc-id", neighbours.vpcs[1].as_str()),
        ("requester-vpc-info.cidr-block", "10.0.0.0/16"),
        ("vpc-peering-connection-id", id.as_str()),
    ] {
        assert_eq!((listed(one, name, value), listed(two, name, value)), (Some(1), Some(1)), "{name}");
    }
    assert_eq!(listed(two, "tag:side", "accepter"), Some(1));
    assert_eq!(listed(&one.account("333333333333"), "status-code", "*"), Some(0));
    assert_eq!(
        one.refusal("DescribeVpcPeeringConnections", json!({"Filters": [{"Name": "x", "Values": ["y"]}]})),
        "InvalidParameterValue"
    );
    two.ok("RejectVpcPeeringConnection", about(&id));
    assert_eq!(shown(one, &id)["Status"]["Message"], format!("Rejected by {OTHER}"));
    neighbours.asked();
}

#[test]
fn a_request_about_ones_own_vpcs_has_to_be_right_and_one_about_others_fails_later() {
    let cloud = Cloud::new();
    let vpc = cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/Vpc/VpcId");
    let ask = |peer: &str| json!({"VpcId": vpc, "PeerVpcId": peer});
    assert_eq!(cloud.refusal("CreateVpcPeeringConnection", ask("vpc-00000000000000000")), "InvalidVpcID.NotFound");
    assert_eq!(cloud.refusal("CreateVpcPeeringConnection", ask(&vpc)), "InvalidParameterValue");
    assert_eq!(cloud.refusal("CreateVpcPeeringConnection", json!({"VpcId": vpc})), "MissingParameter");
    let far = json!({"VpcId": vpc, "PeerVpcId": "vpc-00000000000000000", "PeerRegion": "eu-west-1"});
    let id = cloud.text("CreateVpcPeeringConnection", far, "/VpcPeeringConnection/VpcPeeringConnectionId");
    assert_eq!(shown(&cloud.region("eu-west-1"), &id)["AccepterVpcInfo"]["Region"], "eu-west-1");
    let peering = cloud.world().find::<PeeringConnection>(&id).expect("it was made");
    assert!(!peering.fits(cloud.world().find::<Vpc>(&vpc).as_deref(), None), "the reconciler fails it");
}

#[test]
fn a_vpc_has_fifty_connections_or_as_many_as_were_granted_and_an_account_asks_for_twenty_five_at_a_time() {
    let neighbours = Neighbours::new();
    let id = neighbours.active();
    let one = &neighbours.one;
    let copy = |state: PeeringState, count: u32| {
        one.change(|txn| {
            let first = txn.find::<PeeringConnection>(&id).expect("made above");
            for _ in 0..count {
                let mut other = (*first).clone();
                other.id = resource::PeeringId::random();
                other.accepter.vpc = resource::VpcId::random();
                other.accepter.owner = Owner::new("333333333333", "us-east-1");
                other.state = state;
                txn.put(other);
            }
        });
    };
    copy(PeeringState::PendingAcceptance, 25);
    let third = json!({"VpcId": neighbours.vpcs[0], "PeerVpcId": "vpc-00000000000000003", "PeerOwnerId": "333333333333"});
    assert_eq!(one.refusal("CreateVpcPeeringConnection", third.clone()), "OutstandingVpcPeeringConnectionLimitExceeded");
    one.change(|txn| {
        let waiting: Vec<_> = txn.all::<PeeringConnection>().filter(|peering| peering.state.is_pending()).collect();
        waiting.iter().for_each(|peering| txn.remove::<PeeringConnection>(peering.id.as_str()));
    });
    copy(PeeringState::Active, 48);
    let two = &neighbours.two;
    let further = two.text("CreateVpc", json!({"CidrBlock": "10.2.0.0/16"}), "/Vpc/VpcId");
    let to_further = json!({"VpcId": neighbours.vpcs[0], "PeerVpcId": further, "PeerOwnerId": OTHER});
    let last = one.text("CreateVpcPeeringConnection", to_further, "/VpcPeeringConnection/VpcPeeringConnectionId");
    neighbours.put_in_state(&last, PeeringState::PendingAcceptance);
    copy(PeeringState::Active, 1);
    assert_eq!(one.refusal("CreateVpcPeeringConnection", third.clone()), "VpcPeeringConnectionsPerVpcLimitExceeded");
    assert_eq!(two.refusal("AcceptVpcPeeringConnection", about(&last)), "VpcPeeringConnectionsPerVpcLimitExceeded");

    let wish = json!({"ServiceCode": "vpc", "QuotaCode": "L-7E9ECCDB", "DesiredValue": 125.0});
    one.call_in("service-quotas", "RequestServiceQuotaIncrease", wish).expect("as many as AWS gives");
    two.ok("AcceptVpcPeeringConnection", about(&last));
    neighbours.put_in_state(&last, PeeringState::Active);
    copy(PeeringState::Active, 125 - 51);
    assert_eq!(one.refusal("CreateVpcPeeringConnection", third), "VpcPeeringConnectionsPerVpcLimitExceeded");
}

#[test]
fn routes_over_a_connection_become_blackholes_and_a_vpc_stays_while_it_has_one() {
    let neighbours = Neighbours::new();
    let (one, two) = (&neighbours.one, &neighbours.two);
    let id = neighbours.active();
    let table = one.text("CreateRouteTable", json!({"VpcId": neighbours.vpcs[0]}), "/RouteTable/RouteTableId");
    let route = json!({"RouteTableId": table, "DestinationCidrBlock": "10.1.0.0/16", "VpcPeeringConnectionId": id});
    one.ok("CreateRoute", route);
    let state = || {
        let filter = json!({"Filters": [{"Name": "route.vpc-peering-connection-id", "Values": [id]}]});
        one.text("DescribeRouteTables", filter, "/RouteTables/0/Routes/1/State")
    };
    assert_eq!(state(), "active");
    one.ok(
        "DeleteRouteTable",
        json!({"RouteTableId": one.text("CreateRouteTable", json!({"VpcId": neighbours.vpcs[0]}), "/RouteTable/RouteTableId")}),
    );
    let refused = two.call("DeleteVpc", json!({"VpcId": neighbours.vpcs[1]})).expect_err("it is peered");
    assert_eq!((refused.code.as_str(), refused.message.contains(&id)), ("DependencyViolation", true));
    two.ok("DeleteVpcPeeringConnection", about(&id));
    assert_eq!(state(), "blackhole");
    neighbours.put_in_state(&id, PeeringState::Deleted);
    two.ok("DeleteVpc", json!({"VpcId": neighbours.vpcs[1]}));
    let other = json!({"RouteTableId": table, "DestinationCidrBlock": "10.2.0.0/16", "VpcPeeringConnectionId": id});
    assert_eq!(one.refusal("CreateRoute", other), "InvalidVpcPeeringConnectionID.NotFound");
}

#[test]
fn a_peer_may_have_no_overlapping_block_later_and_who_asks_none_at_all() {
    let neighbours = Neighbours::new();
    let (one, two) = (&neighbours.one, &neighbours.two);
    let add = |vpc: usize, block: &str| json!({"VpcId": neighbours.vpcs[vpc], "CidrBlock": block});
    let id = neighbours.asked();
    assert_eq!(one.refusal("AssociateVpcCidrBlock", add(0, "10.5.0.0/16")), "OperationNotPermitted");
    two.ok("AssociateVpcCidrBlock", add(1, "10.6.0.0/16"));
    two.ok("AcceptVpcPeeringConnection", about(&id));
    assert_eq!(one.refusal("AssociateVpcCidrBlock", add(0, "10.6.128.0/20")), "InvalidVpc.Range");
    one.ok("AssociateVpcCidrBlock", add(0, "10.7.0.0/16"));
    assert_eq!(shown(two, &id)["RequesterVpcInfo"]["CidrBlockSet"][1]["CidrBlock"], "10.7.0.0/16");
}

#[test]
fn each_side_says_whether_the_other_resolves_its_names() {
    let neighbours = Neighbours::new();
    let (one, two) = (&neighbours.one, &neighbours.two);
    let options = |id: &str, side: &str| {
        let mut input = about(id);
        input[side] = json!({"AllowDnsResolutionFromRemoteVpc": true});
        input
    };
    let (requester, accepter) = ("RequesterPeeringConnectionOptions", "AccepterPeeringConnectionOptions");
    let id = neighbours.asked();
    assert_eq!(one.refusal("ModifyVpcPeeringConnectionOptions", about(&id)), "MissingParameter");
    assert_eq!(one.refusal("ModifyVpcPeeringConnectionOptions", options(&id, requester)), "OperationNotPermitted");
    two.ok("AcceptVpcPeeringConnection", about(&id));
    neighbours.put_in_state(&id, PeeringState::Active);
    let disabled = "InvalidVpcPeeringConnectionState.DnsHostnamesDisabled";
    assert_eq!(one.refusal("ModifyVpcPeeringConnectionOptions", options(&id, requester)), disabled);
    for (cloud, vpc) in [(one, 0), (two, 1)] {
        cloud.ok("ModifyVpcAttribute", json!({"VpcId": neighbours.vpcs[vpc], "EnableDnsHostnames": {"Value": true}}));
    }
    assert_eq!(one.refusal("ModifyVpcPeeringConnectionOptions", options(&id, accepter)), "OperationNotPermitted");
    let answer = one.ok("ModifyVpcPeeringConnectionOptions", options(&id, requester));
    assert_eq!(answer[requester]["AllowDnsResolutionFromRemoteVpc"], true);
    let seen = shown(two, &id);
    assert_eq!(seen["RequesterVpcInfo"]["PeeringOptions"]["AllowDnsResolutionFromRemoteVpc"], true);
    assert_eq!(seen["AccepterVpcInfo"]["PeeringOptions"]["AllowDnsResolutionFromRemoteVpc"], false);
}

#[test]
fn a_rule_names_a_group_of_a_peer_and_is_stale_when_the_group_or_the_connection_is_gone() {
    let neighbours = Neighbours::new();
    let (one, two) = (&neighbours.one, &neighbours.two);
    let (servers, clients) = (neighbours.group(one, 0, "servers"), neighbours.group(two, 1, "clients"));
    let pair =
        json!([{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "UserIdGroupPairs": [{"GroupId": clients, "UserId": OTHER}]}]);
    let rule = json!({"GroupId": servers, "IpPermissions": pair});
    assert_eq!(one.refusal("AuthorizeSecurityGroupIngress", rule.clone()), "InvalidGroup.NotFound", "nothing connects the two");
    let id = neighbours.active();
    let made = one.ok("AuthorizeSecurityGroupIngress", rule.clone());
    let info = &made["SecurityGroupRules"][0]["ReferencedGroupInfo"];
    assert_eq!((&info["PeeringStatus"], &info["VpcPeeringConnectionId"]), (&json!("active"), &json!(id)));
    assert_eq!(one.refusal("AuthorizeSecurityGroupIngress", rule.clone()), "InvalidPermission.Duplicate");
    let references = two.ok("DescribeSecurityGroupReferences", json!({"GroupId": [clients]}));
    let expected = json!([{"GroupId": clients, "ReferencingVpcId": neighbours.vpcs[0], "VpcPeeringConnectionId": id}]);
    assert_eq!(references["SecurityGroupReferenceSet"], expected);
    let stale = || one.ok("DescribeStaleSecurityGroups", json!({"VpcId": neighbours.vpcs[0]}))["StaleSecurityGroupSet"].clone();
    assert_eq!(stale(), json!([]));

    two.ok("DeleteSecurityGroup", json!({"GroupId": clients}));
    let pair = &stale()[0]["StaleIpPermissions"][0]["UserIdGroupPairs"][0];
    assert_eq!((&pair["GroupId"], &pair["PeeringStatus"]), (&json!(clients), &json!("deleted")));
    two.ok("DeleteVpcPeeringConnection", about(&id));
    let shown = one.ok("DescribeSecurityGroups", json!({"GroupIds": [servers]}));
    let permission = shown["SecurityGroups"][0]["IpPermissions"][0].clone();
    assert_eq!(permission["UserIdGroupPairs"][0]["PeeringStatus"], "deleted");
    one.ok("RevokeSecurityGroupIngress", json!({"GroupId": servers, "IpPermissions": [permission]}));
    assert_eq!(stale(), json!([]));
}

#[test]
fn a_request_says_when_it_will_expire_as_time_passes_here() {
    let neighbours = Neighbours::new();
    let faster = neighbours.one.faster(NonZeroU32::new(1000).expect("not zero"));
    let id = faster.text("CreateVpcPeeringConnection", neighbours.request(), "/VpcPeeringConnection/VpcPeeringConnectionId");
    let created = faster.world().find::<PeeringConnection>(&id).expect("it was made").created;
    assert_eq!(shown(&faster, &id)["ExpirationTime"], json!(created.plus_seconds(605)));
}

#[test]
fn groups_are_not_known_across_regions() {
    let cloud = Cloud::new();
    let far = cloud.region("eu-west-1");
    let vpc = |cloud: &Cloud, block: &str| cloud.text("CreateVpc", json!({"CidrBlock": block}), "/Vpc/VpcId");
    let (near, there) = (vpc(&cloud, "10.0.0.0/16"), vpc(&far, "10.1.0.0/16"));
    let ask = json!({"VpcId": near, "PeerVpcId": there, "PeerRegion": "eu-west-1"});
    let id = cloud.text("CreateVpcPeeringConnection", ask, "/VpcPeeringConnection/VpcPeeringConnectionId");
    assert_eq!(cloud.refusal("AcceptVpcPeeringConnection", about(&id)), "OperationNotPermitted", "it is for the other Region");
    far.ok("AcceptVpcPeeringConnection", about(&id));
    let group = |cloud: &Cloud, vpc: &str| {
        cloud.text("CreateSecurityGroup", json!({"VpcId": vpc, "GroupName": "g", "Description": "d"}), "/GroupId")
    };
    let (own, foreign) = (group(&cloud, &near), group(&far, &there));
    let pair = json!([{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": foreign}]}]);
    assert_eq!(
        cloud.refusal("AuthorizeSecurityGroupIngress", json!({"GroupId": own, "IpPermissions": pair})),
        "InvalidGroup.NotFound"
    );
}
