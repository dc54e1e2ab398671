//! Ways to the internet and between VPCs (catalogue rows C5, C6, C7, C8).

use resource::*;

use super::{codes, passes, why};
use crate::world::{World, all_out, entry, from, ingress};

/// An instance with its subnet, in a VPC with an internet gateway that no route leads to.
fn lonely(world: &World) -> (VpcId, SubnetId, InstanceId, InterfaceId, InternetGatewayId) {
    let vpc = world.vpc("10.0.0.0/16");
    let subnet = world.subnet(&vpc, "10.0.0.0/24", 'a');
    let group = world.group(&vpc, &[all_out()]);
    let (instance, eni) = world.instance(&subnet, "10.0.0.4", &[&group]);
    let gateway = world.internet_gateway(Some(&vpc));
    (vpc, subnet, instance, eni, gateway)
}

#[test]
fn a_subnet_without_a_route_does_not_reach_the_internet() {
    let world = World::new();
    let (_, _, instance, ..) = lonely(&world);
    insta::assert_snapshot!(why(&world, &instance, "internet:443"), @"
    i-00000000000000001 to the internet tcp 443: denied

      + eni-00000000000000001 of i-00000000000000001 has 10.0.0.4 in subnet-00000000000000001
      + sg-00000000000000001 lets tcp 443 out to 198.18.0.1
      x rtb-00000000000000001 has no route for 198.18.0.1
      x eni-00000000000000001 of i-00000000000000001 has no public address, without which an internet gateway sends nothing on (a NAT gateway in another subnet would do as well)

    1. NO_ROUTE_TO_DESTINATION rtb-00000000000000001: has no route for 198.18.0.1
       aws ec2 create-route --route-table-id rtb-00000000000000001 --destination-cidr-block 0.0.0.0/0 --gateway-id igw-00000000000000001

    2. IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS eni-00000000000000001 of i-00000000000000001: has no public address, without which an internet gateway sends nothing on (a NAT gateway in another subnet would do as well)
       EIP=$(aws ec2 allocate-address --query AllocationId --output text)
       aws ec2 associate-address --allocation-id $EIP --network-interface-id eni-00000000000000001
    ");
}

#[test]
fn a_public_subnet_is_not_enough_without_a_public_address() {
    let world = World::new();
    let (vpc, _, instance, eni, gateway) = lonely(&world);
    world.route(&world.main_table(&vpc), "0.0.0.0/0", RouteTarget::InternetGateway(gateway));
    insta::assert_snapshot!(why(&world, &instance, "internet:443"), @"
    i-00000000000000001 to the internet tcp 443: denied

      + eni-00000000000000001 of i-00000000000000001 has 10.0.0.4 in subnet-00000000000000001
      + sg-00000000000000001 lets tcp 443 out to 198.18.0.1
      + rtb-00000000000000001 routes 198.18.0.1 by 0.0.0.0/0 to igw-00000000000000001
      x eni-00000000000000001 of i-00000000000000001 has no public address, without which an internet gateway sends nothing on (a NAT gateway in another subnet would do as well)

    1. IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS eni-00000000000000001 of i-00000000000000001: has no public address, without which an internet gateway sends nothing on (a NAT gateway in another subnet would do as well)
       EIP=$(aws ec2 allocate-address --query AllocationId --output text)
       aws ec2 associate-address --allocation-id $EIP --network-interface-id eni-00000000000000001
    ");
    world.public_address("198.18.0.10", Some(&eni));
    passes(&why(&world, &instance, "internet:443"));
}

#[test]
fn block_public_access_cuts_a_vpc_off_but_for_what_is_exempt() {
    let world = World::new();
    let (vpc, subnet, instance, eni, gateway) = lonely(&world);
    world.route(&world.main_table(&vpc), "0.0.0.0/0", RouteTarget::InternetGateway(gateway));
    world.public_address("198.18.0.10", Some(&eni));
    world.block_public_access(BlockMode::Bidirectional);
    insta::assert_snapshot!(why(&world, &instance, "internet:443"));
    assert!(codes(&why(&world, "internet", "198.18.0.10:22")).contains(&"VPC_BLOCK_PUBLIC_ACCESS_ENABLED"));
    let exclusion = world.exempt(Excluded::Subnet(subnet), ExclusionMode::Egress);
    passes(&why(&world, &instance, "internet:443"));
    let inwards = why(&world, "internet", "198.18.0.10:22");
    let mend = inwards.blockers.iter().flat_map(|blocker| &blocker.fixes).map(|fix| fix.command.as_str());
    let mend: Vec<&str> = mend.filter(|command| command.contains("public-access")).collect();
    let modify = "aws ec2 modify-vpc-block-public-access-exclusion";
    assert_eq!(mend, [format!("{modify} --exclusion-id {exclusion} --internet-gateway-exclusion-mode allow-bidirectional")]);
    world.block_public_access(BlockMode::Ingress);
    assert_eq!(codes(&why(&world, &instance, "internet:443")), ["VPC_BLOCK_PUBLIC_ACCESS_ENABLED"], "only NAT gateways send");
    world.update::<PublicAccessExclusion>(&exclusion, |exclusion| exclusion.of = Excluded::Vpc(vpc.clone()));
    world.update::<PublicAccessExclusion>(&exclusion, |exclusion| exclusion.mode = ExclusionMode::Bidirectional);
    passes(&why(&world, &instance, "internet:443"));
}

/// The lonely instance, whose subnet's table leads to a NAT gateway in a public subnet that uses the main table.
fn behind_nat(world: &World) -> (VpcId, SubnetId, InstanceId, InternetGatewayId) {
    let (vpc, subnet, instance, _, gateway) = lonely(world);
    let public = world.subnet(&vpc, "10.0.9.0/24", 'a');
    let nat = world.nat_gateway(&public, "10.0.9.5", "198.18.0.12");
    world.route(&world.table(&vpc, &[Some(&subnet)]), "0.0.0.0/0", RouteTarget::NatGateway(nat));
    (vpc, public, instance, gateway)
}

#[test]
fn what_goes_out_by_a_nat_gateway_passes_where_only_ingress_is_blocked() {
    let world = World::new();
    let (vpc, public, instance, gateway) = behind_nat(&world);
    world.route(&world.main_table(&vpc), "0.0.0.0/0", RouteTarget::InternetGateway(gateway));
    world.block_public_access(BlockMode::Ingress);
    passes(&why(&world, &instance, "internet:443"));
    world.block_public_access(BlockMode::Bidirectional);
    let told = why(&world, &instance, "internet:443");
    assert_eq!(codes(&told), ["VPC_BLOCK_PUBLIC_ACCESS_ENABLED"]);
    assert!(told.blockers[0].fixes[0].command.contains(public.as_str()), "the gateway's subnet is judged: {told}");
}

#[test]
fn a_nat_gateway_needs_a_way_out_of_its_own_subnet() {
    let world = World::new();
    let (vpc, _, instance, gateway) = behind_nat(&world);
    insta::assert_snapshot!(why(&world, &instance, "internet:443"), @"
    i-00000000000000001 to the internet tcp 443: denied

      + eni-00000000000000001 of i-00000000000000001 has 10.0.0.4 in subnet-00000000000000001
      + sg-00000000000000001 lets tcp 443 out to 198.18.0.1
      x nat-00000000000000001 is in subnet-00000000000000002, whose route table does not lead to an internet gateway
      + nat-00000000000000001 sends it on as 198.18.0.12
      + 198.18.0.1 is on the internet, which lets everything in

    1. BAD_STATE_ROUTE nat-00000000000000001: is in subnet-00000000000000002, whose route table does not lead to an internet gateway
       aws ec2 create-route --route-table-id rtb-00000000000000001 --destination-cidr-block 0.0.0.0/0 --gateway-id igw-00000000000000001
    ");
    world.route(&world.main_table(&vpc), "0.0.0.0/0", RouteTarget::InternetGateway(gateway));
    passes(&why(&world, &instance, "internet:443"));
}

#[test]
fn answers_go_from_a_nat_gateway_to_the_sender_by_the_table_of_its_own_subnet() {
    let world = World::new();
    let (vpc, public, instance, gateway) = behind_nat(&world);
    let table = world.main_table(&vpc);
    world.route(&table, "0.0.0.0/0", RouteTarget::InternetGateway(gateway));
    let (_, firewall) = world.instance(&public, "10.0.9.9", &[&world.group(&vpc, &[all_out()])]);
    world.route(&table, "10.0.0.0/24", RouteTarget::Interface(firewall.clone()));
    let told = why(&world, &instance, "internet:443");
    assert_eq!(codes(&told), ["ENI_SOURCE_DEST_CHECK_RESTRICTION"], "{told}");
    world.update::<NetworkInterface>(&firewall, |eni| eni.source_dest_check = false);
    passes(&why(&world, &instance, "internet:443"));
}

#[test]
fn the_acl_around_a_nat_gateway_judges_what_it_sends_on() {
    let world = World::new();
    let (vpc, public, instance, gateway) = behind_nat(&world);
    world.route(&world.main_table(&vpc), "0.0.0.0/0", RouteTarget::InternetGateway(gateway));
    let acl = world.acl(&vpc, &[&public], &[entry(100, "out", Traffic::All, "0.0.0.0/0", true)]);
    let explanation = why(&world, &instance, "internet:443");
    assert_eq!(codes(&explanation), ["SUBNET_ACL_RESTRICTION"]);
    assert_eq!(explanation.blockers[0].component, acl.as_str());
}

#[test]
fn a_program_that_need_not_exist_is_told_to_go_through_a_nat_gateway() {
    let world = World::new();
    let (vpc, subnet, _, _, gateway) = lonely(&world);
    let public = world.subnet(&vpc, "10.0.9.0/24", 'a');
    let outer = world.table(&vpc, &[Some(&public)]);
    for table in [outer, world.main_table(&vpc)] {
        world.route(&table, "0.0.0.0/0", RouteTarget::InternetGateway(gateway.clone()));
    }
    let group = world.group(&vpc, &[all_out()]);
    insta::assert_snapshot!(why(&world, format!("{subnet}+{group}"), "internet:443"), @"
    a program in subnet-00000000000000001 with sg-00000000000000002 to the internet tcp 443: denied

      + a program in subnet-00000000000000001 has 10.0.0.5 in subnet-00000000000000001
      + sg-00000000000000002 lets tcp 443 out to 198.18.0.1
      + rtb-00000000000000001 routes 198.18.0.1 by 0.0.0.0/0 to igw-00000000000000001
      x a program in subnet-00000000000000001 has no public address, without which an internet gateway sends nothing on (a NAT gateway in another subnet would do as well)

    1. IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS a program in subnet-00000000000000001: has no public address, without which an internet gateway sends nothing on (a NAT gateway in another subnet would do as well)
       EIP=$(aws ec2 allocate-address --query AllocationId --output text)
       NAT=$(aws ec2 create-nat-gateway --subnet-id subnet-00000000000000002 --allocation-id $EIP --query NatGateway.NatGatewayId --output text)
       aws ec2 wait nat-gateway-available --nat-gateway-ids $NAT
       aws ec2 replace-route --route-table-id rtb-00000000000000001 --destination-cidr-block 0.0.0.0/0 --nat-gateway-id $NAT
    ");
}

#[test]
fn a_blackhole_is_mended_by_another_target_and_a_needless_one_by_its_removal() {
    let world = World::new();
    let (vpc, _, instance, eni, gateway) = lonely(&world);
    world.public_address("198.18.0.10", Some(&eni));
    let (table, gone) = (world.main_table(&vpc), InterfaceId::parse("eni-99999999999999999").unwrap());
    world.route(&table, "198.18.0.0/16", RouteTarget::Interface(gone));
    insta::assert_snapshot!(why(&world, &instance, "internet:443"), @"
    i-00000000000000001 to the internet tcp 443: denied

      + eni-00000000000000001 of i-00000000000000001 has 10.0.0.4 in subnet-00000000000000001
      + sg-00000000000000001 lets tcp 443 out to 198.18.0.1
      x rtb-00000000000000001 routes 198.18.0.1 by 198.18.0.0/16 to eni-99999999999999999, which takes no packets: the route is a blackhole

    1. BAD_STATE_ROUTE rtb-00000000000000001: routes 198.18.0.1 by 198.18.0.0/16 to eni-99999999999999999, which takes no packets: the route is a blackhole
       aws ec2 replace-route --route-table-id rtb-00000000000000001 --destination-cidr-block 198.18.0.0/16 --gateway-id igw-00000000000000001
    ");
    world.route(&table, "0.0.0.0/0", RouteTarget::InternetGateway(gateway));
    insta::assert_snapshot!(why(&world, &instance, "internet:443"), @"
    i-00000000000000001 to the internet tcp 443: denied

      + eni-00000000000000001 of i-00000000000000001 has 10.0.0.4 in subnet-00000000000000001
      + sg-00000000000000001 lets tcp 443 out to 198.18.0.1
      x rtb-00000000000000001 routes 198.18.0.1 by 198.18.0.0/16 to eni-99999999999999999, a blackhole that is more specific than a route that works
      + rtb-00000000000000001 routes 198.18.0.1 by 0.0.0.0/0 to igw-00000000000000001
      + eni-00000000000000001 of i-00000000000000001 is 198.18.0.10 on the internet
      + 198.18.0.1 is on the internet, which lets everything in

    1. MORE_SPECIFIC_ROUTE rtb-00000000000000001: routes 198.18.0.1 by 198.18.0.0/16 to eni-99999999999999999, a blackhole that is more specific than a route that works
       aws ec2 delete-route --route-table-id rtb-00000000000000001 --destination-cidr-block 198.18.0.0/16
    ");
}

#[test]
fn from_the_internet_a_public_address_a_rule_and_a_way_back_are_needed() {
    let world = World::new();
    let (vpc, _, instance, eni, gateway) = lonely(&world);
    insta::assert_snapshot!(why(&world, "internet", format!("{instance}:443")), @"
    the internet to i-00000000000000001 tcp 443: denied

      x eni-00000000000000001 of i-00000000000000001 has no public address: nothing on the internet leads to it
      x sg-00000000000000001 has no ingress rules, so tcp 443 does not get in from 198.18.0.1
      + eni-00000000000000001 of i-00000000000000001 has 10.0.0.4 in subnet-00000000000000001
      x rtb-00000000000000001 has no route for the answers to 198.18.0.1

    1. IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS eni-00000000000000001 of i-00000000000000001: has no public address: nothing on the internet leads to it
       EIP=$(aws ec2 allocate-address --query AllocationId --output text)
       aws ec2 associate-address --allocation-id $EIP --network-interface-id eni-00000000000000001

    2. SG_HAS_NO_RULES sg-00000000000000001: has no ingress rules, so tcp 443 does not get in from 198.18.0.1
       aws ec2 authorize-security-group-ingress --group-id sg-00000000000000001 --protocol tcp --port 443 --cidr 198.18.0.1/32

    3. NO_ROUTE_TO_DESTINATION rtb-00000000000000001: has no route for the answers to 198.18.0.1
       aws ec2 create-route --route-table-id rtb-00000000000000001 --destination-cidr-block 0.0.0.0/0 --gateway-id igw-00000000000000001
    ");
    world.public_address("198.18.0.10", Some(&eni));
    world.route(&world.main_table(&vpc), "0.0.0.0/0", RouteTarget::InternetGateway(gateway));
    assert_eq!(codes(&why(&world, "internet", "198.18.0.10:443")), ["SG_HAS_NO_RULES"]);
    let group = world.find::<NetworkInterface>(&eni).groups[0].clone();
    world.allow(&group, ingress(Traffic::Tcp(443, 443), from("0.0.0.0/0")));
    passes(&why(&world, "internet", "198.18.0.10:443"));
    passes(&why(&world, "internet", "ec2-198-18-0-10.compute-1.amazonaws.com:443"));
    assert_eq!(codes(&why(&world, "internet", "198.18.0.99:443")), ["NO_POSSIBLE_DESTINATION"]);
}

#[test]
fn two_vpcs_with_overlapping_blocks_are_told_to_use_privatelink() {
    let world = World::new();
    let (_, _, instance, ..) = lonely(&world);
    let (_, _, other, ..) = lonely(&world);
    insta::assert_snapshot!(why(&world, &instance, format!("{other}:443")), @"
    i-00000000000000001 to i-00000000000000002 tcp 443: denied

      x eni-00000000000000002 of i-00000000000000002 is in vpc-00000000000000002, and nothing connects vpc-00000000000000001 to it; their blocks overlap, so peering could not connect them: PrivateLink can

    1. DISCONNECTED_VPCS eni-00000000000000002 of i-00000000000000002: is in vpc-00000000000000002, and nothing connects vpc-00000000000000001 to it; their blocks overlap, so peering could not connect them: PrivateLink can
       NLB=$(aws elbv2 create-load-balancer --type network --scheme internal --name tcp-eni-00000000000000002-443 --subnets subnet-00000000000000002 --query 'LoadBalancers[0].LoadBalancerArn' --output text)
       aws elbv2 wait load-balancer-available --load-balancer-arns $NLB
       TARGETS=$(aws elbv2 create-target-group --name tcp-eni-00000000000000002-443 --protocol TCP --port 443 --vpc-id vpc-00000000000000002 --target-type ip --query 'TargetGroups[0].TargetGroupArn' --output text)
       aws elbv2 register-targets --target-group-arn $TARGETS --targets Id=10.0.0.4
       aws elbv2 create-listener --load-balancer-arn $NLB --protocol TCP --port 443 --default-actions Type=forward,TargetGroupArn=$TARGETS
       SERVICE=$(aws ec2 create-vpc-endpoint-service-configuration --no-acceptance-required --network-load-balancer-arns $NLB --query ServiceConfiguration.ServiceName --output text)
       ENDPOINT=$(aws ec2 create-vpc-endpoint --vpc-endpoint-type Interface --vpc-id vpc-00000000000000001 --service-name $SERVICE --subnet-ids subnet-00000000000000001 --security-group-ids sg-00000000000000001 --query VpcEndpoint.VpcEndpointId --output text)
       aws ec2 authorize-security-group-ingress --group-id sg-00000000000000001 --protocol tcp --port 443 --source-group sg-00000000000000001
       aws ec2 authorize-security-group-ingress --group-id sg-00000000000000002 --protocol tcp --port 443 --cidr 10.0.0.0/24
    ");
}

#[test]
fn two_public_instances_meet_over_the_internet() {
    let world = World::new();
    let (ones, others) = (lonely(&world), lonely(&world));
    for (n, (vpc, _, _, eni, gateway)) in [&ones, &others].into_iter().enumerate() {
        world.public_address(&format!("198.18.0.1{n}"), Some(eni));
        world.route(&world.main_table(vpc), "0.0.0.0/0", RouteTarget::InternetGateway(gateway.clone()));
    }
    world.allow(&world.find::<NetworkInterface>(&others.3).groups[0], ingress(Traffic::Tcp(443, 443), from("198.18.0.10/32")));
    passes(&why(&world, &ones.2, format!("{}:443", others.2)));
    assert_eq!(codes(&why(&world, &others.2, format!("{}:443", ones.2))), ["SG_HAS_NO_RULES"]);
}

#[test]
fn a_gateway_that_two_faults_miss_is_made_once() {
    let world = World::new();
    let vpc = world.vpc("10.0.0.0/16");
    let subnet = world.subnet(&vpc, "10.0.0.0/24", 'a');
    let (instance, _) = world.instance(&subnet, "10.0.0.4", &[&world.group(&vpc, &[all_out()])]);
    insta::assert_snapshot!(why(&world, "internet", format!("{instance}:443")), @"
    the internet to i-00000000000000001 tcp 443: denied

      x eni-00000000000000001 of i-00000000000000001 is not on the internet: vpc-00000000000000001 has no internet gateway
      x sg-00000000000000001 has no ingress rules, so tcp 443 does not get in from 198.18.0.1
      + eni-00000000000000001 of i-00000000000000001 has 10.0.0.4 in subnet-00000000000000001
      x rtb-00000000000000001 has no route for the answers to 198.18.0.1

    1. IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS eni-00000000000000001 of i-00000000000000001: is not on the internet: vpc-00000000000000001 has no internet gateway
       IGW=$(aws ec2 create-internet-gateway --query InternetGateway.InternetGatewayId --output text)
       aws ec2 attach-internet-gateway --internet-gateway-id $IGW --vpc-id vpc-00000000000000001
       EIP=$(aws ec2 allocate-address --query AllocationId --output text)
       aws ec2 associate-address --allocation-id $EIP --network-interface-id eni-00000000000000001

    2. SG_HAS_NO_RULES sg-00000000000000001: has no ingress rules, so tcp 443 does not get in from 198.18.0.1
       aws ec2 authorize-security-group-ingress --group-id sg-00000000000000001 --protocol tcp --port 443 --cidr 198.18.0.1/32

    3. NO_ROUTE_TO_DESTINATION rtb-00000000000000001: has no route for the answers to 198.18.0.1
       aws ec2 create-route --route-table-id rtb-00000000000000001 --destination-cidr-block 0.0.0.0/0 --gateway-id $IGW
    ");
}

#[test]
fn what_is_behind_a_nat_gateway_without_a_way_out_is_named_with_it() {
    let world = World::new();
    let (vpc, public, instance, _) = behind_nat(&world);
    world.acl(&vpc, &[&public], &[]);
    world.block_public_access(BlockMode::Bidirectional);
    let told = why(&world, &instance, "internet:443");
    let acl = "SUBNET_ACL_RESTRICTION";
    assert_eq!(codes(&told), ["BAD_STATE_ROUTE", acl, acl, "VPC_BLOCK_PUBLIC_ACCESS_ENABLED"], "{told}");
    let nobody = why(&world, &instance, "198.18.0.99:443");
    assert_eq!(codes(&nobody).last(), Some(&"NO_POSSIBLE_DESTINATION"), "{nobody}");
}

#[test]
fn block_public_access_is_named_besides_a_missing_public_address() {
    let world = World::new();
    let (vpc, _, instance, _, gateway) = lonely(&world);
    world.block_public_access(BlockMode::Bidirectional);
    let (address, blocked) = ("IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", "VPC_BLOCK_PUBLIC_ACCESS_ENABLED");
    assert_eq!(codes(&why(&world, &instance, "internet:443")), ["NO_ROUTE_TO_DESTINATION", address, blocked]);
    world.route(&world.main_table(&vpc), "0.0.0.0/0", RouteTarget::InternetGateway(gateway));
    assert_eq!(codes(&why(&world, &instance, "internet:443")), [address, blocked]);
    let inwards = why(&world, "internet", format!("{instance}:443"));
    assert_eq!(codes(&inwards)[..2], ["IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS", blocked], "{inwards}");
}
