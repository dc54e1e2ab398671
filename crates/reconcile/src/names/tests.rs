//! The names of whole worlds, by what a resolver answers; changes one by one against all at once; real questions in namespaces.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::Arc;
use std::time::Duration;

use dataplane::dns::{Kind, answer_datagram};
use plan::names::{Known, Observer, Said};
use proptest::prelude::*;
use resource::{
    BalancerState, DNS_PORT, EndpointState, GLOBAL, HealthState, LoadBalancer, NetworkInterface, Owner, PeeringConnection,
    PeeringId, PeeringSide, PeeringState, Policy, RecordContent, RecordSet, RecordType, ResolverAddress, ResolverDirection,
    ResolverEndpoint, ResolverEndpointState, ResolverRule, RuleAssociation, RuleAssociationState, RuleWay, Subnet, Tags,
    TargetHealth, TargetId, Timestamp, VpcEndpoint,
};
use store::Txn;

use super::*;
use crate::testing::{
    address, balancer, change, elastic, endpoint, health, hosted_zone, instance, interface, interface_id, interface_of, listener,
    owner, store, subnet, target_group, vpc, vpc_id,
};

const A: u16 = 1;
const PTR: u16 = 12;

/// A question, as a client sends it.
fn question(name: &str, kind: u16) -> Vec<u8> {
    let mut message = vec![0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in name.split('.') {
        message.push(label.len() as u8);
        message.extend_from_slice(label.as_bytes());
    }
    message.push(0);
    message.extend([0, kind as u8, 0, 1]);
    message
}

/// The addresses in an answer to [`question`], sorted; none when the name does not exist.
fn addresses(question: &[u8], answer: &[u8]) -> Option<Vec<Ipv4Addr>> {
    let (code, count) = (answer[3] & 15, usize::from(answer[7]));
    // Each record is a pointer to the name, type, class, time to live, length and address.
    let records = answer[question.len()..].chunks(16).take(count);
    let mut found: Vec<Ipv4Addr> = records.map(|record| Ipv4Addr::new(record[12], record[13], record[14], record[15])).collect();
    found.sort();
    (code == 0).then_some(found)
}

/// What a view answers for the addresses of a name.
fn resolve(view: &View, name: &str) -> Option<Vec<Ipv4Addr>> {
    let (question, mut answer) = (question(name, A), Vec::new());
    assert!(answer_datagram(view, &question, &mut answer));
    addresses(&question, &answer)
}

fn all(world: &Snapshot) -> BTreeSet<Source> {
    sources(world).collect()
}

/// A book of everything there is.
fn book(world: &Snapshot) -> Book {
    let mut book = Book::new();
    book.rewrite(world, &all(world));
    book
}

/// A provider with a balancer in two zones and a target in each, a consumer with an endpoint, an instance with a public address.
fn cloud(txn: &mut Txn) {
    let provider = vpc_id(1);
    let nodes = [address(10), address(11)];
    let balancer = balancer(&provider, &nodes);
    let targets = [TargetId::Ip(address(20)), TargetId::Ip(Ipv4Addr::new(10, 0, 1, 21))];
    let group = target_group("web", &provider, targets);
    txn.put(vpc(1));
    txn.put(subnet(&provider));
    txn.put(Subnet {
        id: resource::SubnetId::random(),
        cidr: "10.0.1.0/24".parse().unwrap(),
        zone: "us-east-1b".into(),
        ..subnet(&provider)
    });
    nodes
        .iter()
        .zip(&balancer.zones)
        .for_each(|(node, zone)| txn.put(NetworkInterface { zone: zone.zone.clone(), ..interface(&provider, *node) }));
    txn.put(listener(&balancer, &group));
    txn.put(balancer);
    txn.put(group);
    txn.put(vpc(2));
    txn.put(interface(&vpc_id(2), address(30)));
    txn.put(endpoint(&vpc_id(2), EndpointState::Available, &[address(30)]));
    let eni = interface_of(&instance(&vpc_id(2)), 0, address(40));
    txn.put(elastic(1, Some(&eni)));
    txn.put(eni);
}

const BALANCER: &str = "web-0000000000000001.elb.us-east-1.amazonaws.com";
const ENDPOINT: &str = "vpce-00000000000000001-abcd1234.vpce-svc-00000000000000001.us-east-1.vpce.amazonaws.com";
const HOST: &str = "ec2-198-18-1-1.compute-1.amazonaws.com";

#[tokio::test]
async fn a_balancers_name_leaves_out_zones_without_a_healthy_target_unless_no_zone_has_one() {
    let store = store(cloud).await;
    let at = |state_a, state_b| {
        let store = store.clone();
        async move {
            change(&store, |txn| {
                let group = target_group("web", &vpc_id(1), []);
                txn.put(health(&group, &TargetId::Ip(address(20)), state_a));
                txn.put(health(&group, &TargetId::Ip(Ipv4Addr::new(10, 0, 1, 21)), state_b));
            })
            .await;
            resolve(&book(&store.snapshot()).public_view(), BALANCER).unwrap()
        }
    };
    use HealthState::{Healthy, Initial, Unhealthy};
    assert_eq!(at(Healthy, Unhealthy).await, [address(10)]);
    assert_eq!(at(Initial, Healthy).await, [address(11)]);
    assert_eq!(at(Unhealthy, Unhealthy).await, [address(10), address(11)]);
}

#[tokio::test]
async fn a_balancer_without_targets_has_all_of_its_addresses() {
    let store = store(cloud).await;
    change(&store, |txn| txn.put(target_group("web", &vpc_id(1), []))).await;
    assert_eq!(resolve(&book(&store.snapshot()).public_view(), BALANCER).unwrap(), [address(10), address(11)]);
}

#[tokio::test]
async fn a_balancer_that_faces_the_internet_has_its_public_addresses() {
    let store = store(cloud).await;
    change(&store, |txn| {
        txn.put(LoadBalancer { internet_facing: true, ..balancer(&vpc_id(1), &[address(10)]) });
        txn.put(elastic(9, Some(&interface(&vpc_id(1), address(10)))));
    })
    .await;
    assert_eq!(resolve(&book(&store.snapshot()).public_view(), BALANCER).unwrap(), [Ipv4Addr::new(198, 18, 1, 9)]);
}

#[tokio::test]
async fn a_closed_endpoint_has_no_name() {
    use EndpointState::{Deleting, Failed, Pending, PendingAcceptance, Rejected};
    let store = store(cloud).await;
    for (state, found) in [(Pending, true), (PendingAcceptance, false), (Rejected, false), (Failed, false), (Deleting, false)] {
        change(&store, |txn| txn.put(endpoint(&vpc_id(2), state, &[address(30)]))).await;
        let answer = resolve(&book(&store.snapshot()).public_view(), ENDPOINT);
        assert_eq!(answer.is_some(), found, "{state:?}");
    }
}

#[tokio::test]
async fn a_public_host_name_leads_inside_where_it_is_used_and_hides_nothing_else() {
    let mut book = book(&store(cloud).await.snapshot());
    let (owner, neighbour) = (book.view(&vpc_id(2)), book.view(&vpc_id(1)));
    assert_eq!(resolve(&owner, HOST).unwrap(), [address(40)]);
    assert_eq!(resolve(&neighbour, HOST).unwrap(), [Ipv4Addr::new(198, 18, 1, 1)]);
    assert_eq!(resolve(&owner, BALANCER), resolve(&neighbour, BALANCER));
    assert_eq!(resolve(&owner, "nothing.compute-1.amazonaws.com"), None);
}

#[tokio::test]
async fn a_peer_resolves_public_host_names_to_private_addresses_when_it_is_let() {
    let store = store(cloud).await;
    let side = |n: u32, resolves| PeeringSide {
        owner: vpc(n).owner,
        vpc: vpc_id(n.into()),
        cidrs: Vec::new(),
        resolves,
        ended_it: false,
        hidden: false,
        tags: Tags::default(),
    };
    let peering = |resolves: bool, state| {
        let id = PeeringId::parse("pcx-00000000000000001").unwrap();
        let (requester, accepter) = (side(1, false), side(2, resolves));
        PeeringConnection { id, requester, accepter, state, created: Timestamp(0), ended: None }
    };
    let mut book = book(&store.snapshot());
    let mut watch = store.watch();
    for (resolves, state, expected) in [
        (false, PeeringState::Active, Ipv4Addr::new(198, 18, 1, 1)),
        (true, PeeringState::Active, address(40)),
        (true, PeeringState::Deleting, Ipv4Addr::new(198, 18, 1, 1)),
    ] {
        change(&store, |txn| txn.put(peering(resolves, state))).await;
        let world = store.snapshot();
        let batches = std::iter::from_fn(|| watch.try_next());
        let touched = batches.flat_map(|b| b.changes.iter().flat_map(|c| affected(&world, c)).collect::<Vec<_>>()).collect();
        book.rewrite(&world, &touched);
        assert_eq!(resolve(&book.view(&vpc_id(1)), HOST).unwrap(), [expected], "{resolves} {}", state.as_str());
        assert_eq!(resolve(&book.view(&vpc_id(2)), HOST).unwrap(), [address(40)]);
    }
}

#[tokio::test]
async fn without_host_names_a_vpc_has_no_private_names_but_all_public_ones() {
    let store = store(cloud).await;
    change(&store, |txn| txn.put(Vpc { dns_hostnames: false, ..vpc(2) })).await;
    let view = book(&store.snapshot()).view(&vpc_id(2));
    assert_eq!(resolve(&view, "ip-10-0-0-40.ec2.internal"), None);
    assert_eq!(resolve(&view, HOST).unwrap(), [Ipv4Addr::new(198, 18, 1, 1)]);
    assert_eq!(resolve(&view, ENDPOINT).unwrap(), [address(30)]);
}

#[tokio::test]
async fn an_instance_is_found_by_its_id_where_its_subnet_says_so() {
    let store = store(cloud).await;
    change(&store, |txn| txn.put(Subnet { resource_name_a_record: true, ..subnet(&vpc_id(2)) })).await;
    let view = book(&store.snapshot()).view(&vpc_id(2));
    assert_eq!(resolve(&view, "i-00000000000000001.ec2.internal").unwrap(), [address(40)]);
}

#[tokio::test]
async fn an_address_that_moves_to_another_interface_keeps_its_name() {
    let store = store(cloud).await;
    let mut book = book(&store.snapshot());
    let view = book.view(&vpc_id(2));
    let other = NetworkInterface { id: interface_id(address(41)), ..interface(&vpc_id(2), address(40)) };
    change(&store, |txn| {
        txn.remove::<NetworkInterface>(interface_id(address(40)).as_str());
        txn.put(other.clone());
    })
    .await;
    let moved = [interface_id(address(40)), other.id.clone()].map(|id| Source::Plan(Subject::Interface(id)));
    assert_eq!(book.rewrite(&store.snapshot(), &BTreeSet::from(moved)), 2);
    assert_eq!(resolve(&view, "ip-10-0-0-40.ec2.internal").unwrap(), [address(40)]);
}

#[tokio::test]
async fn what_did_not_change_is_not_published_again() {
    let world = store(cloud).await.snapshot();
    assert_eq!(book(&world).rewrite(&world, &all(&world)), 0);
}

/// A change to the cloud, by number.
fn turn(txn: &mut Txn, which: u8, on: bool) {
    let group = target_group("web", &vpc_id(1), []);
    let eni = interface_of(&instance(&vpc_id(2)), 0, address(40));
    match which {
        0 => txn.put(Vpc { dns_hostnames: on, ..vpc(2) }),
        1 => txn.put(health(&group, &TargetId::Ip(address(20)), if on { HealthState::Healthy } else { HealthState::Unhealthy })),
        2 if on => txn.put(eni),
        2 => txn.remove::<NetworkInterface>(eni.id.as_str()),
        3 => txn.put(elastic(1, on.then_some(&eni))),
        4 if on => txn.put(endpoint(&vpc_id(2), EndpointState::Available, &[address(30)])),
        4 => txn.remove::<VpcEndpoint>("vpce-00000000000000001"),
        5 => txn.put(Subnet { resource_name_a_record: on, ..subnet(&vpc_id(2)) }),
        6 if on => txn.put(interface(&vpc_id(2), address(30))),
        6 => txn.remove::<NetworkInterface>(interface_id(address(30)).as_str()),
        7 if on => txn.put(balancer(&vpc_id(1), &[address(10), address(11)])),
        7 => txn.remove::<LoadBalancer>(&balancer(&vpc_id(1), &[]).arn),
        8 => txn.put(LoadBalancer { internet_facing: on, state: BalancerState::Active, ..balancer(&vpc_id(1), &[address(10)]) }),
        9 => txn.put(elastic(2, on.then(|| interface(&vpc_id(1), address(10))).as_ref())),
        10 if on => txn.put(listener(&balancer(&vpc_id(1), &[]), &group)),
        10 => txn.remove::<resource::Listener>(&listener(&balancer(&vpc_id(1), &[]), &group).arn),
        11 => rule(txn, 1, ".", on.then(|| address(53))),
        12 => rule(txn, 2, "amazonaws.com.", on.then(|| address(54))),
        13 if on => txn.remove::<RuleAssociation>("rslvr-rrassoc-2"),
        13 => txn.remove::<ResolverRule>("rslvr-rr-1"),
        14..=19 => hosted(txn, which, on),
        _ => txn.remove::<TargetHealth>(&health(&group, &TargetId::Ip(address(20)), HealthState::Initial).key()),
    }
}

/// A change to a private zone of the consumer's VPC: a name, another name for it, an alias, wildcards and what they stop at.
fn hosted(txn: &mut Txn, which: u8, on: bool) {
    let values = |value: &str| RecordContent::Values { ttl: 60, values: vec![value.to_owned()] };
    let alias = RecordContent::Alias { zone: "Z".into(), name: format!("{BALANCER}."), evaluate: false };
    let (label, kind, content) = match which {
        14 => ("a", RecordType::A, values("10.0.0.77")),
        15 => ("c", RecordType::Cname, values("a.corp.test.")),
        16 => ("www", RecordType::A, alias),
        17 => ("*", RecordType::A, values("10.0.0.78")),
        18 => ("deep.w", RecordType::A, values("10.0.0.79")),
        _ => ("*.w", RecordType::Cname, values("www.corp.test.")),
    };
    let (zone, name, owner) = ("Z1".to_owned(), format!("{label}.corp.test."), Owner::new(&owner().account, GLOBAL));
    txn.put(hosted_zone(&zone, "corp.test.", &[2]));
    let set = RecordSet { zone, owner, name, kind, set: None, policy: Policy::Simple, content };
    if on { txn.put(set) } else { txn.remove::<RecordSet>(&set.key()) }
}

/// What explanations find for a name in the consumer's VPC, other names followed; nothing where others are asked.
fn known(world: &Snapshot, name: &str) -> Vec<Ipv4Addr> {
    let known = Known::of(world, Observer::Vpc(&vpc_id(2)));
    let next = |said: &Said| match said {
        Said::SameAs(other) => Some(known.look_up(other)),
        Said::Addresses(_) | Said::Nothing => None,
    };
    let last = std::iter::successors(Some(known.look_up(name)), next).take(9).last();
    match last {
        Some(Said::Addresses(mut addresses)) => {
            addresses.sort();
            addresses
        }
        _ => Vec::new(),
    }
}

/// What may be asked in the consumer's VPC.
const NAMES: [&str; 13] = [
    BALANCER,
    ENDPOINT,
    HOST,
    "ip-10-0-0-40.ec2.internal",
    "i-00000000000000001.ec2.internal",
    "no.ec2.internal",
    "ec2.us-east-1.amazonaws.com",
    "a.corp.test",
    "c.corp.test",
    "www.corp.test",
    "x.y.corp.test",
    "x.w.corp.test",
    "w.corp.test",
];

/// A rule about a domain and its association with the consumer's VPC.
fn rule(txn: &mut Txn, n: u32, domain: &str, target: Option<Ipv4Addr>) {
    let way = target.map_or(RuleWay::System, |target| RuleWay::Forward {
        endpoint: "rslvr-out-00000000000000001".into(),
        targets: vec![SocketAddrV4::new(target, DNS_PORT)],
    });
    let (owner, created, modified, tags) = (owner(), Timestamp(0), Timestamp(0), Tags::default());
    let (id, name, vpc) = (format!("rslvr-rr-{n}"), None, vpc_id(2));
    let state = RuleAssociationState::Creating;
    txn.put(RuleAssociation {
        id: format!("rslvr-rrassoc-{n}"),
        owner: owner.clone(),
        name,
        rule: id.clone(),
        vpc,
        state,
        created,
    });
    let (name, request, domain) = (None, id.clone(), domain.to_owned());
    txn.put(ResolverRule { id, owner, name, request, domain, way, settled: false, created, modified, tags });
}

#[tokio::test]
async fn a_rule_and_its_association_are_complete_once_they_are_published_and_gone_once_they_are_not() {
    let directory = tempfile::tempdir().unwrap();
    let namespaces = Namespaces::at(directory.path().join("netns")).expect("this test needs root");
    let store = store(cloud).await;
    let mut domain = NamesDomain::new(namespaces.clone(), TimeScale::default()).unwrap();
    change(&store, |txn| rule(txn, 1, "corp.test.", Some(address(53)))).await;
    domain.note_all(&store.snapshot());
    domain.converge(&store).await;
    let association = |store: &Store| store.snapshot().find::<RuleAssociation>("rslvr-rrassoc-1").map(|found| found.state);
    assert_eq!(association(&store), Some(RuleAssociationState::Complete));
    assert!(store.snapshot().find::<ResolverRule>("rslvr-rr-1").unwrap().settled);
    let mut watch = store.watch();
    let deleting = |association: &mut RuleAssociation| association.state = RuleAssociationState::Deleting;
    change(&store, |txn| assert!(txn.update::<RuleAssociation>("rslvr-rrassoc-1", deleting))).await;
    watch.try_next().unwrap().changes.iter().for_each(|change| domain.note(&store.snapshot(), change));
    domain.converge(&store).await;
    assert_eq!(association(&store), None);
    drop(domain);
    namespaces.remove().unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn names_follow_changes_one_by_one_as_if_computed_anew(changes in proptest::collection::vec((0u8..21, any::<bool>()), 1..24)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let store = store(cloud).await;
            let mut kept = book(&store.snapshot());
            let mut watch = store.watch();
            for (which, on) in changes {
                change(&store, |txn| turn(txn, which, on)).await;
                let world = store.snapshot();
                let batches = std::iter::from_fn(|| watch.try_next());
                let noted = batches.flat_map(|batch| batch.changes.iter().flat_map(|change| affected(&world, change)).collect::<Vec<_>>()).collect();
                kept.rewrite(&world, &noted);
                let mut anew = book(&world);
                assert_eq!(kept.contents(), anew.contents(), "after {which} {on}");
                let (kept, anew) = (kept.view(&vpc_id(2)), anew.view(&vpc_id(2)));
                for name in NAMES {
                    let served = kept.look_up(&name.parse().unwrap(), Kind::A).addresses();
                    let served: BTreeSet<Ipv4Addr> = served.into_iter().collect();
                    assert_eq!(resolve(&kept, name), resolve(&anew, name), "{name} after {which} {on}");
                    assert_eq!(known(&world, name), Vec::from_iter(served), "what is explained of {name} after {which} {on}");
                }
            }
        });
    }
}

/// Asks the resolver at `server` from within a namespace.
fn ask(namespaces: &Namespaces, namespace: &str, server: Ipv4Addr, name: &str, kind: u16) -> std::io::Result<Vec<u8>> {
    let ask = || {
        let socket = std::net::UdpSocket::bind("0.0.0.0:0")?;
        socket.set_read_timeout(Some(Duration::from_secs(5)))?;
        socket.connect((server, DNS_PORT))?;
        socket.send(&question(name, kind))?;
        let mut answer = vec![0; 512];
        let length = socket.recv(&mut answer)?;
        answer.truncate(length);
        Ok(answer)
    };
    namespaces.run_in(namespace, ask).expect("the namespace is there")
}

#[tokio::test(flavor = "multi_thread")]
async fn both_addresses_of_a_vpcs_resolver_answer_and_fall_silent_when_support_is_turned_off() {
    let directory = tempfile::tempdir().unwrap();
    let namespaces = Namespaces::at(directory.path().join("netns")).expect("this test needs root");
    let kernel = std::sync::Arc::new(kernel::Netlink::new(namespaces.clone(), "underpass"));
    let mut network = crate::network::Network::new(kernel);
    let store = store(cloud).await;
    let mut domain = NamesDomain::new(namespaces.clone(), TimeScale::default()).unwrap();
    let consumer = vpc_id(2);

    domain.note_all(&store.snapshot());
    let soon = domain.converge(&store).await;
    assert!(network.converge_all(&store.snapshot()).failed.is_empty());
    domain.note_all(&store.snapshot());
    assert!(domain.converge(&store).await > soon, "now there are namespaces");
    for server in [Ipv4Addr::new(10, 0, 0, 2), RESOLVER] {
        let answer = ask(&namespaces, consumer.as_str(), server, ENDPOINT, A).unwrap();
        assert_eq!(addresses(&question(ENDPOINT, A), &answer).unwrap(), [address(30)]);
    }
    let answer = ask(&namespaces, consumer.as_str(), RESOLVER, "40.0.0.10.in-addr.arpa", PTR).unwrap();
    assert!(answer.windows(13).any(|window| window == b"\x0cip-10-0-0-40"), "{answer:?}");

    let mut watch = store.watch();
    change(&store, |txn| txn.put(Vpc { dns_support: false, ..vpc(2) })).await;
    watch.try_next().unwrap().changes.iter().for_each(|change| domain.note(&store.snapshot(), change));
    domain.converge(&store).await;
    let refused = ask(&namespaces, consumer.as_str(), RESOLVER, ENDPOINT, A).unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
    assert!(ask(&namespaces, vpc_id(1).as_str(), RESOLVER, ENDPOINT, A).is_ok(), "the other VPC is not touched");
    drop((domain, network));
    namespaces.remove().unwrap();
}

#[tokio::test]
async fn names_for_inbound_endpoints_only_are_known_to_nobody_else() {
    const S3: &str = "s3.us-east-1.amazonaws.com";
    let store = store(cloud).await;
    let own = VpcEndpoint {
        service: None,
        service_name: "com.amazonaws.us-east-1.s3".into(),
        private_dns: true,
        private_names: Vec::new(),
        service_defined_records: false,
        ..endpoint(&vpc_id(2), EndpointState::Available, &[address(30)])
    };
    let front = resource::FrontDoor::of("s3").unwrap().address();
    change(&store, |txn| txn.put(own.clone())).await;
    let mut book = book(&store.snapshot());
    let (inside, inbound) = (book.view(&vpc_id(2)), book.inbound_view(&vpc_id(2)));
    assert_eq!(resolve(&inside, S3), Some(vec![front]));
    assert_eq!(resolve(&inbound, S3), Some(vec![address(30)]));
    assert_eq!(resolve(&inbound, "bucket.s3.us-east-1.amazonaws.com"), Some(vec![address(30)]));
    assert_eq!(resolve(&inbound, "ip-10-0-0-40.ec2.internal"), Some(vec![address(40)]), "the rest is the VPC's");
    change(&store, |txn| txn.put(VpcEndpoint { state: EndpointState::Deleting, ..own.clone() })).await;
    book.rewrite(&store.snapshot(), &BTreeSet::from([Source::Plan(Subject::Endpoint(own.id.clone()))]));
    assert_eq!(resolve(&inbound, S3), Some(vec![front]));
}

/// An inbound endpoint of the consumer's VPC.
fn inbound(at: Ipv4Addr) -> ResolverEndpoint {
    ResolverEndpoint {
        id: "rslvr-in-00000000000000001".into(),
        direction: ResolverDirection::Inbound,
        owner: owner(),
        name: None,
        request: "one".into(),
        vpc: vpc_id(2),
        groups: Vec::new(),
        addresses: vec![ResolverAddress {
            id: "rni-00000000000000001".into(),
            subnet: subnet(&vpc_id(2)).id,
            interface: interface_id(at),
            address: at,
        }],
        state: ResolverEndpointState::Creating,
        served: false,
        created: Timestamp(0),
        modified: Timestamp(0),
        tags: Tags::default(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inbound_endpoint_answers_as_its_vpc_until_nobody_wants_it() {
    let directory = tempfile::tempdir().unwrap();
    let namespaces = Namespaces::at(directory.path().join("netns")).expect("this test needs root");
    let mut network = crate::network::Network::new(Arc::new(kernel::Netlink::new(namespaces.clone(), "underpass")));
    let (at, endpoint) = (address(53), inbound(address(53)));
    let main_table = resource::RouteTable {
        id: resource::RouteTableId::random(),
        owner: owner(),
        vpc: vpc_id(2),
        routes: Vec::new(),
        associations: vec![resource::RouteTableAssociation { id: "rtbassoc-1".into(), subnet: None, gateway: None }],
        tags: Tags::default(),
    };
    let store = store(cloud).await;
    change(&store, |txn| {
        txn.put(subnet(&vpc_id(2)));
        txn.put(NetworkInterface { kind: resource::InterfaceKind::Resolver, ..interface(&vpc_id(2), at) });
        txn.put(main_table.clone());
        txn.put(endpoint.clone());
    })
    .await;
    let mut domain = NamesDomain::new(namespaces.clone(), TimeScale::default()).unwrap();
    let served = |store: &Store| store.snapshot().find::<ResolverEndpoint>(&endpoint.id).unwrap().served;
    domain.note_all(&store.snapshot());
    domain.converge(&store).await;
    assert!(!served(&store), "there is no namespace yet");
    assert!(network.converge_all(&store.snapshot()).failed.is_empty());
    domain.note_all(&store.snapshot());
    domain.converge(&store).await;
    assert!(served(&store));
    let answer = ask(&namespaces, vpc_id(2).as_str(), at, "ip-10-0-0-40.ec2.internal", A).unwrap();
    assert_eq!(addresses(&question("ip-10-0-0-40.ec2.internal", A), &answer).unwrap(), [address(40)]);

    let mut watch = store.watch();
    change(&store, |txn| {
        txn.put(ResolverEndpoint { state: ResolverEndpointState::Deleting, served: true, ..endpoint.clone() });
    })
    .await;
    watch.try_next().unwrap().changes.iter().for_each(|change| domain.note(&store.snapshot(), change));
    domain.converge(&store).await;
    assert!(ask(&namespaces, vpc_id(2).as_str(), at, ENDPOINT, A).is_err());
    drop((domain, network));
    namespaces.remove().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_internet_resolves_public_names_alone_while_a_gateway_leads_to_it() {
    let directory = tempfile::tempdir().unwrap();
    let namespaces = Namespaces::at(directory.path().join("netns")).expect("this test needs root");
    let mut network = crate::network::Network::new(Arc::new(kernel::Netlink::new(namespaces.clone(), "underpass")));
    let gateway = InternetGateway {
        id: resource::InternetGatewayId::random(),
        owner: owner(),
        vpc: Some(vpc_id(2)),
        tags: Default::default(),
    };
    let store = store(cloud).await;
    change(&store, |txn| txn.put(gateway.clone())).await;
    let mut domain = NamesDomain::new(namespaces.clone(), TimeScale::default()).unwrap();
    assert!(network.converge_all(&store.snapshot()).failed.is_empty());
    domain.note_all(&store.snapshot());
    domain.converge(&store).await;
    let found = |name| addresses(&question(name, A), &ask(&namespaces, INTERNET, INTERNET_RESOLVER, name, A).unwrap());
    assert_eq!(found(HOST).unwrap(), [Ipv4Addr::new(198, 18, 1, 1)]);
    assert_eq!(found("ip-10-0-0-40.ec2.internal"), None);

    let mut watch = store.watch();
    change(&store, |txn| txn.put(InternetGateway { vpc: None, ..gateway.clone() })).await;
    watch.try_next().unwrap().changes.iter().for_each(|change| domain.note(&store.snapshot(), change));
    domain.converge(&store).await;
    assert!(ask(&namespaces, INTERNET, INTERNET_RESOLVER, HOST, A).is_err());
    drop((domain, network));
    namespaces.remove().unwrap();
}
