//! Hosted zones, private names of endpoints and their proofs, by what resolvers answer and what the store is told.

use std::collections::BTreeSet;

use dataplane::dns::{Kind, View};
use plan::names::{affected, sources};
use resource::{
    EndpointService, EndpointServiceId, EndpointState, FailoverRole, GLOBAL, Owner, Policy, PrivateName, PrivateNameState,
    RecordContent, RecordSet, RecordType, Tags, Timestamp, Vpc, VpcEndpoint, ZoneChange,
};
use store::{Snapshot, Store, Txn};

use crate::TimeScale;
use crate::names::book::Book;
use crate::names::settle::Settling;
use crate::testing::{address, change, endpoint, hosted_zone as zone, interface, owner, store, vpc, vpc_id};

fn book(world: &Snapshot) -> Book {
    let mut book = Book::new();
    book.rewrite(world, &sources(world).collect());
    book
}

fn addresses(view: &View, name: &str) -> Vec<String> {
    view.look_up(&name.parse().unwrap(), Kind::A).addresses().iter().map(ToString::to_string).collect()
}

fn record(zone: &str, name: &str, kind: RecordType, values: &[&str]) -> RecordSet {
    RecordSet {
        zone: zone.into(),
        owner: Owner::new("111111111111", GLOBAL),
        name: name.into(),
        kind,
        set: None,
        policy: Policy::Simple,
        content: RecordContent::Values { ttl: 300, values: values.iter().map(ToString::to_string).collect() },
    }
}

fn alias(zone: &str, name: &str, target: &str) -> RecordSet {
    let content = RecordContent::Alias { zone: "Z".into(), name: target.into(), evaluate: false };
    RecordSet { content, ..record(zone, name, RecordType::A, &[]) }
}

fn naming(n: u32) -> Vpc {
    Vpc { dns_hostnames: true, dns_support: true, ..vpc(n) }
}

/// One name on the internet and in one of two VPCs.
fn horizons(txn: &mut Txn) {
    txn.put(naming(1));
    txn.put(naming(2));
    txn.put(zone("ZPUBLIC", "example.com.", &[]));
    txn.put(zone("ZPRIVATE", "example.com.", &[1]));
    txn.put(record("ZPUBLIC", "www.example.com.", RecordType::A, &["198.18.9.9"]));
    txn.put(record("ZPUBLIC", "mail.example.com.", RecordType::A, &["198.18.9.8"]));
    txn.put(record("ZPRIVATE", "www.example.com.", RecordType::A, &["10.0.0.5"]));
    txn.put(alias("ZPRIVATE", "example.com.", "www.example.com."));
}

#[tokio::test]
async fn a_private_zone_hides_the_public_one_in_its_vpcs_alone_and_does_not_fall_through() {
    let mut book = book(&store(horizons).await.snapshot());
    assert_eq!(addresses(&book.view(&vpc_id(1)), "www.example.com"), ["10.0.0.5"]);
    assert_eq!(addresses(&book.view(&vpc_id(1)), "example.com"), ["10.0.0.5"], "an alias at the apex");
    assert_eq!(addresses(&book.view(&vpc_id(1)), "mail.example.com"), [""; 0]);
    assert_eq!(addresses(&book.view(&vpc_id(2)), "www.example.com"), ["198.18.9.9"]);
    assert_eq!(addresses(&book.public_view(), "mail.example.com"), ["198.18.9.8"]);
}

#[tokio::test]
async fn a_private_zone_works_while_both_dns_attributes_are_on() {
    let store = store(horizons).await;
    let mut book = book(&store.snapshot());
    let mut watch = store.watch();
    change(&store, |txn| txn.put(Vpc { dns_hostnames: false, ..naming(1) })).await;
    let world = store.snapshot();
    let noted: BTreeSet<_> = watch.try_next().unwrap().changes.iter().flat_map(|change| affected(&world, change)).collect();
    book.rewrite(&world, &noted);
    assert_eq!(addresses(&book.view(&vpc_id(1)), "www.example.com"), ["198.18.9.9"]);
}

#[tokio::test]
async fn the_internet_finds_the_oldest_zone_of_a_name_and_below_it_only_what_it_delegates() {
    let store = store(|txn| {
        horizons(txn);
        txn.put(zone("ZPUBLIC-LATER", "example.com.", &[]));
        txn.put(record("ZPUBLIC-LATER", "www.example.com.", RecordType::A, &["198.18.6.6"]));
        txn.put(zone("ZCHILD", "dev.example.com.", &[]));
        txn.put(record("ZCHILD", "www.dev.example.com.", RecordType::A, &["198.18.7.7"]));
        txn.put(zone("ZAWS", "us-east-1.amazonaws.com.", &[]));
        txn.put(record("ZAWS", "new.us-east-1.amazonaws.com.", RecordType::A, &["198.18.6.6"]));
    })
    .await;
    let mut kept = book(&store.snapshot());
    let view = kept.public_view();
    assert_eq!(addresses(&view, "www.example.com"), ["198.18.9.9"]);
    assert_eq!(addresses(&view, "www.dev.example.com"), [""; 0], "nobody leads there");
    assert_eq!(addresses(&view, "new.us-east-1.amazonaws.com"), [""; 0], "AWS's names are AWS's");

    let mut watch = store.watch();
    let servers = zone("ZCHILD", "dev.example.com.", &[]).name_servers();
    change(&store, |txn| txn.put(record("ZPUBLIC", "dev.example.com.", RecordType::Ns, &[&servers[2]]))).await;
    let world = store.snapshot();
    let noted = watch.try_next().unwrap().changes.iter().flat_map(|change| affected(&world, change)).collect();
    kept.rewrite(&world, &noted);
    assert_eq!(addresses(&view, "www.dev.example.com"), ["198.18.7.7"]);
    assert_eq!(kept.contents(), book(&world).contents());
}

#[tokio::test]
async fn weighted_sets_share_the_answers_and_multivalue_ones_answer_together() {
    let of = |set: &str, policy, value: &str| RecordSet {
        set: Some(set.into()),
        policy,
        ..record("ZPUBLIC", "many.example.com.", RecordType::A, &[value])
    };
    let world = store(|txn| {
        txn.put(zone("ZPUBLIC", "example.com.", &[]));
        txn.put(of("a", Policy::Multivalue, "198.18.9.1"));
        txn.put(of("b", Policy::Multivalue, "198.18.9.2"));
        for (set, weight, value) in [("a", 0, "198.18.9.3"), ("b", 5, "198.18.9.4")] {
            txn.put(RecordSet { name: "even.example.com.".into(), ..of(set, Policy::Weighted(weight), value) });
        }
    });
    let view = book(&world.await.snapshot()).public_view();
    assert_eq!(addresses(&view, "many.example.com"), ["198.18.9.1", "198.18.9.2"]);
    assert_eq!(addresses(&view, "even.example.com"), ["198.18.9.4"], "no weight, no answers");
}

#[tokio::test]
async fn a_secondary_set_answers_while_what_the_primary_leads_to_is_not_healthy() {
    let held = private_endpoint(&[]);
    let target = format!("{}.", held.regional_name());
    let evaluated = |name: &str, target: &str, zone: &str| {
        let content = RecordContent::Alias { zone: zone.into(), name: target.into(), evaluate: true };
        RecordSet { content, ..record("ZPUBLIC", name, RecordType::A, &[]) }
    };
    let role = |set: RecordSet, role| RecordSet { set: Some(format!("{role:?}")), policy: Policy::Failover(role), ..set };
    let spare = record("ZPUBLIC", "www.example.com.", RecordType::A, &["198.18.9.9"]);
    let store = store(|txn| {
        txn.put(naming(2));
        txn.put(interface(&vpc_id(2), address(30)));
        txn.put(held.clone());
        txn.put(zone("ZPUBLIC", "example.com.", &[]));
        txn.put(evaluated("own.example.com.", &target, "Z"));
        txn.put(role(evaluated("www.example.com.", "own.example.com.", "ZPUBLIC"), FailoverRole::Primary));
        txn.put(role(spare.clone(), FailoverRole::Secondary));
    })
    .await;
    let mut kept = book(&store.snapshot());
    let view = kept.public_view();
    let mut watch = store.watch();
    let mut look = async |state| {
        change(&store, |txn| {
            txn.update::<VpcEndpoint>(held.id.as_str(), |endpoint| endpoint.state = state);
        })
        .await;
        let world = store.snapshot();
        let noted = watch.try_next().unwrap().changes.iter().flat_map(|change| affected(&world, change)).collect();
        kept.rewrite(&world, &noted);
        assert_eq!(kept.contents(), book(&world).contents());
        addresses(&view, "www.example.com")
    };
    assert_eq!(look(EndpointState::Rejected).await, ["198.18.9.9"], "by a record that leads to it");
    assert_eq!(look(EndpointState::Available).await, [address(30).to_string()]);
    assert_eq!(look(EndpointState::Deleting).await, ["198.18.9.9"]);
}

#[tokio::test]
async fn of_weighted_sets_those_answer_that_are_healthy_and_all_when_none_is() {
    let gone = |set: &str, weight| RecordSet {
        set: Some(set.into()),
        policy: Policy::Weighted(weight),
        content: RecordContent::Alias { zone: "Z".into(), name: "gone.elb.us-east-1.amazonaws.com.".into(), evaluate: true },
        ..record("ZPUBLIC", "even.example.com.", RecordType::A, &[])
    };
    let spare = RecordSet {
        set: Some("c".into()),
        policy: Policy::Weighted(0),
        ..record("ZPUBLIC", "even.example.com.", RecordType::A, &["198.18.9.5"])
    };
    let world = store(|txn| {
        txn.put(zone("ZPUBLIC", "example.com.", &[]));
        txn.put(gone("a", 200));
        txn.put(spare.clone());
    });
    let view = book(&world.await.snapshot()).public_view();
    assert_eq!(addresses(&view, "even.example.com"), ["198.18.9.5"], "what is healthy, whatever it weighs");
}

fn private_endpoint(names: &[&str]) -> VpcEndpoint {
    let private_names = names.iter().map(ToString::to_string).collect();
    VpcEndpoint { private_dns: true, private_names, ..endpoint(&vpc_id(2), EndpointState::Available, &[address(30)]) }
}

#[tokio::test]
async fn an_endpoint_takes_names_over_in_its_vpc_and_a_wildcard_takes_all_below() {
    let api = "*.execute-api.us-east-1.amazonaws.com";
    let world = store(|txn| {
        txn.put(naming(1));
        txn.put(naming(2));
        txn.put(interface(&vpc_id(2), address(30)));
        txn.put(private_endpoint(&[api, "ec2.us-east-1.amazonaws.com"]));
    });
    let mut book = book(&world.await.snapshot());
    let inside = book.view(&vpc_id(2));
    assert_eq!(addresses(&inside, "abc.execute-api.us-east-1.amazonaws.com"), ["10.0.0.30"]);
    assert_eq!(addresses(&inside, "ec2.us-east-1.amazonaws.com"), ["10.0.0.30"]);
    assert_eq!(addresses(&inside, "execute-api.us-east-1.amazonaws.com"), [""; 0]);
    assert_ne!(addresses(&book.view(&vpc_id(1)), "ec2.us-east-1.amazonaws.com"), ["10.0.0.30"]);
}

#[tokio::test]
async fn a_custom_service_has_its_own_name_in_the_vpc_that_leads_to_the_endpoints() {
    let service = EndpointServiceId::parse("vpce-svc-00000000000000001").unwrap();
    let world = store(|txn| {
        txn.put(naming(2));
        txn.put(interface(&vpc_id(2), address(30)));
        txn.put(VpcEndpoint { service: Some(service.clone()), ..private_endpoint(&["api.example.com"]) });
        txn.put(zone("ZMORE", "very.api.example.com.", &[2]));
        txn.put(record("ZMORE", "x.very.api.example.com.", RecordType::A, &["10.0.0.77"]));
    });
    let view = book(&world.await.snapshot()).view(&vpc_id(2));
    let answer = view.look_up(&"api.example.com".parse().unwrap(), Kind::A);
    assert_eq!(answer.aliases.len(), 1);
    assert!(answer.aliases[0].to_string().starts_with("vpce-00000000000000001-abcd1234.vpce-svc-"), "{answer:?}");
    assert_eq!(addresses(&view, "api.example.com"), ["10.0.0.30"]);
    assert_eq!(addresses(&view, "x.very.api.example.com"), ["10.0.0.77"], "the more specific zone decides");
}

fn service(state: PrivateNameState, since: Timestamp) -> EndpointService {
    let name = PrivateName { name: "api.example.com".into(), state, label: "_proof".into(), value: "vpce:Secret".into(), since };
    EndpointService {
        id: EndpointServiceId::parse("vpce-svc-00000000000000001").unwrap(),
        owner: owner(),
        acceptance_required: true,
        balancers: Vec::new(),
        principals: Vec::new(),
        private_name: Some(name),
        owner_pays: false,
        tags: Tags::default(),
    }
}

/// Where a name stands after the store was told, with these records on the internet.
async fn verified(since: Timestamp, records: &[RecordSet]) -> PrivateNameState {
    let store: Store = store(|txn| {
        txn.put(service(PrivateNameState::PendingVerification, since));
        txn.put(zone("ZPUBLIC", "example.com.", &[]));
        txn.put(naming(1));
        txn.put(zone("ZPRIVATE", "api.example.com.", &[1]));
        records.iter().for_each(|record| txn.put(record.clone()));
        txn.put(ZoneChange { id: "C1".into(), owner: owner(), submitted: since, synced: false, comment: None });
    })
    .await;
    let (world, mut settling) = (store.snapshot(), Settling::default());
    settling.note_all(&world);
    settling.tell(&store, &book(&world).public_view(), TimeScale::default()).await;
    let world = store.snapshot();
    assert!(world.find::<ZoneChange>("C1").unwrap().synced, "the change is in force");
    world.all::<EndpointService>().next().unwrap().private_name.clone().unwrap().state
}

#[tokio::test]
async fn a_private_name_is_verified_by_its_proof_in_public_dns_and_nowhere_else() {
    let (now, pending) = (Timestamp::now(), PrivateNameState::PendingVerification);
    let proof = |zone: &str, name: &str, value: &str| [record(zone, name, RecordType::Txt, &[value])];
    let right = "\"vpce:Secret\"";
    assert_eq!(verified(now, &[]).await, pending);
    assert_eq!(verified(now, &proof("ZPUBLIC", "_proof.api.example.com.", "\"vpce:secret\"")).await, pending, "case counts");
    assert_eq!(
        verified(now, &proof("ZPRIVATE", "_proof.api.example.com.", right)).await,
        pending,
        "a private zone proves nothing"
    );
    for name in ["_proof.api.example.com.", "_proof.example.com.", "example.com."] {
        assert_eq!(verified(now, &proof("ZPUBLIC", name, right)).await, PrivateNameState::Verified, "{name}");
    }
}

#[tokio::test]
async fn a_proof_that_does_not_come_fails_the_verification_after_three_days() {
    let ago = |hours: u64| Timestamp(Timestamp::now().0 - hours * 3_600_000);
    assert_eq!(verified(ago(71), &[]).await, PrivateNameState::PendingVerification);
    assert_eq!(verified(ago(73), &[]).await, PrivateNameState::Failed);
}
