//! What instances know, item by item; their keys over time; the service asked from an instance's own namespace.

use std::io::{Read, Write};
use std::net::TcpStream;

use resource::{
    Bearer, GLOBAL, GroupId, KeyPair, MetadataOptions, Owner, Role, RouteTable, RouteTableAssociation, RouteTableId,
    SecurityGroup, Tags,
};
use store::Txn;

use super::session::Sessions;
use super::*;
use crate::testing::{address, change, elastic, instance, interface_of, owner, store, subnet, vpc, vpc_id};

/// An instance with everything that an instance can have.
fn rich() -> Instance {
    Instance {
        user_data: Some("IyEvYmluL3NoCmVjaG8gaGkK".into()),
        key_name: Some("ada".into()),
        profile: Some(profile().arn),
        metadata: MetadataOptions { instance_tags: true, ..MetadataOptions::default() },
        tags: Tags([("Name".into(), "web 1".into()), ("team/cost".into(), "7".into())].into()),
        ..instance(&vpc_id(1))
    }
}

fn role() -> Role {
    Role {
        arn: "arn:aws:iam::111111111111:role/app".into(),
        owner: Owner::new("111111111111", GLOBAL),
        id: "AROAAPP".into(),
        name: "app".into(),
        path: "/".into(),
        description: None,
        trust: "{}".into(),
        max_session: 3600,
        created: Timestamp(0),
        grants: Default::default(),
        tags: Tags::default(),
    }
}

fn profile() -> InstanceProfile {
    InstanceProfile {
        arn: "arn:aws:iam::111111111111:instance-profile/app".into(),
        owner: Owner::new("111111111111", GLOBAL),
        id: "AIPAAPP".into(),
        name: "app".into(),
        path: "/".into(),
        role: Some(role().arn),
        created: Timestamp(0),
        tags: Tags::default(),
    }
}

fn group() -> SecurityGroup {
    SecurityGroup {
        id: GroupId::parse("sg-00000000000000001").unwrap(),
        owner: owner(),
        vpc: vpc_id(1),
        associations: Vec::new(),
        name: "web".into(),
        description: "web".into(),
        rules: Vec::new(),
        tags: Tags::default(),
    }
}

fn cloud(txn: &mut Txn) {
    let eni = NetworkInterface { groups: vec![group().id], ..interface_of(&rich(), 0, address(40)) };
    txn.put(vpc(1));
    txn.put(subnet(&vpc_id(1)));
    txn.put(group());
    txn.put(elastic(1, Some(&eni)));
    txn.put(eni);
    txn.put(role());
    txn.put(profile());
    txn.put(KeyPair {
        id: "key-1".into(),
        owner: owner(),
        name: "ada".into(),
        public_key: "ssh-ed25519 AAAA ada".into(),
        fingerprint: String::new(),
        created: Timestamp(0),
        tags: Tags::default(),
    });
    txn.put(RouteTable {
        id: RouteTableId::parse("rtb-00000000000000001").unwrap(),
        owner: owner(),
        vpc: vpc_id(1),
        routes: Vec::new(),
        associations: vec![RouteTableAssociation { id: "rtbassoc-1".into(), subnet: None, gateway: None }],
        tags: Tags::default(),
    });
    txn.put(rich());
}

fn key() -> AccessKey {
    let bearer = Bearer::Session {
        role: role().arn,
        name: rich().id.to_string(),
        token: "TOKEN".into(),
        expires: Timestamp(1_767_344_645_000),
        policy: None,
    };
    AccessKey {
        id: "ASIAKEY".into(),
        owner: role().owner,
        secret: "SECRET".into(),
        bearer,
        active: true,
        created: Timestamp(1_767_323_045_000),
    }
}

/// The items of the cloud's instance, a line each, without the documents.
fn printed(world: &Snapshot, instance: &Instance) -> Vec<String> {
    let mut items = items::items(world, instance, Some(&key()));
    items.sort();
    let lines = items.into_iter().map(|(path, body)| format!("{path} {}", String::from_utf8(body).unwrap().replace('\n', "|")));
    lines.filter(|line| !line.contains('{')).collect()
}

/// One item of the cloud's instance.
fn item(world: &Snapshot, path: &str) -> Option<String> {
    let found = items::items(world, &rich(), Some(&key())).into_iter().find(|(found, _)| found == path);
    found.map(|(_, body)| String::from_utf8(body).unwrap())
}

#[tokio::test]
async fn an_instance_knows_what_it_knows_on_aws() {
    let world = store(cloud).await.snapshot();
    let expected = "\
meta-data/ami-id ami-0000000000000000a
meta-data/ami-launch-index 0
meta-data/hostname ip-10-0-0-40.ec2.internal
meta-data/instance-action none
meta-data/instance-id i-00000000000000001
meta-data/instance-life-cycle on-demand
meta-data/instance-type t3.micro
meta-data/local-hostname ip-10-0-0-40.ec2.internal
meta-data/local-ipv4 10.0.0.40
meta-data/mac 02:00:00:00:00:28
meta-data/network/interfaces/macs/02:00:00:00:00:28/device-number 0
meta-data/network/interfaces/macs/02:00:00:00:00:28/interface-id eni-0000000000a000028
meta-data/network/interfaces/macs/02:00:00:00:00:28/ipv4-associations/198.18.1.1 10.0.0.40
meta-data/network/interfaces/macs/02:00:00:00:00:28/local-hostname ip-10-0-0-40.ec2.internal
meta-data/network/interfaces/macs/02:00:00:00:00:28/local-ipv4s 10.0.0.40
meta-data/network/interfaces/macs/02:00:00:00:00:28/mac 02:00:00:00:00:28
meta-data/network/interfaces/macs/02:00:00:00:00:28/owner-id 111111111111
meta-data/network/interfaces/macs/02:00:00:00:00:28/public-hostname ec2-198-18-1-1.compute-1.amazonaws.com
meta-data/network/interfaces/macs/02:00:00:00:00:28/public-ipv4s 198.18.1.1
meta-data/network/interfaces/macs/02:00:00:00:00:28/security-group-ids sg-00000000000000001
meta-data/network/interfaces/macs/02:00:00:00:00:28/security-groups web
meta-data/network/interfaces/macs/02:00:00:00:00:28/subnet-id subnet-00000000000000001
meta-data/network/interfaces/macs/02:00:00:00:00:28/subnet-ipv4-cidr-block 10.0.0.0/24
meta-data/network/interfaces/macs/02:00:00:00:00:28/vpc-id vpc-00000000000000001
meta-data/network/interfaces/macs/02:00:00:00:00:28/vpc-ipv4-cidr-block 10.0.0.0/16
meta-data/network/interfaces/macs/02:00:00:00:00:28/vpc-ipv4-cidr-blocks 10.0.0.0/16
meta-data/placement/availability-zone us-east-1a
meta-data/placement/availability-zone-id use1-az1
meta-data/placement/region us-east-1
meta-data/public-hostname ec2-198-18-1-1.compute-1.amazonaws.com
meta-data/public-ipv4 198.18.1.1
meta-data/public-keys/ 0=ada
meta-data/public-keys/0/openssh-key ssh-ed25519 AAAA ada
meta-data/reservation-id r-00000000000000001
meta-data/security-groups web
meta-data/services/domain amazonaws.com
meta-data/services/partition aws
meta-data/tags/instance/Name web 1
user-data #!/bin/sh|echo hi|";
    assert_eq!(printed(&world, &rich()).join("\n"), expected);
}

#[tokio::test]
async fn documents_have_the_members_that_programs_read() {
    let world = store(cloud).await.snapshot();
    let parsed = |path: &str| serde_json::from_str::<serde_json::Value>(&item(&world, path).unwrap()).unwrap();
    let credentials = parsed("meta-data/iam/security-credentials/app");
    assert_eq!(
        credentials,
        serde_json::json!({
            "Code": "Success", "LastUpdated": "2026-01-02T03:04:05Z", "Type": "AWS-HMAC", "AccessKeyId": "ASIAKEY",
            "SecretAccessKey": "SECRET", "Token": "TOKEN", "Expiration": "2026-01-02T09:04:05Z",
        })
    );
    assert_eq!(parsed("meta-data/iam/info")["InstanceProfileArn"], profile().arn);
    let identity = parsed("dynamic/instance-identity/document");
    assert_eq!((&identity["privateIp"], &identity["pendingTime"]), (&"10.0.0.40".into(), &"2026-01-02T03:04:05Z".into()));
}

#[tokio::test]
async fn what_an_instance_was_not_given_is_not_there() {
    let store = store(cloud).await;
    change(&store, |txn| {
        txn.put(Vpc { dns_hostnames: false, ..vpc(1) });
        txn.remove::<KeyPair>("key-1");
    })
    .await;
    let plain = Instance { user_data: None, profile: None, metadata: MetadataOptions::default(), ..rich() };
    let lines = printed(&store.snapshot(), &plain);
    for absent in ["user-data", "public-hostname", "public-keys", "tags", "iam"] {
        assert!(!lines.iter().any(|line| line.contains(absent)), "{absent}");
    }
}

/// The key that the cloud's instance has at `now`, after it was seen to that it has one.
async fn key_at(sessions: &mut Sessions, store: &Store, now: u64) -> Arc<AccessKey> {
    let mut world = store.snapshot();
    sessions.renew(store, &mut world, &BTreeSet::from([rich().id]), Timestamp(now)).await.unwrap();
    sessions.current(&rich(), &world, Timestamp(now)).unwrap()
}

#[tokio::test]
async fn a_key_lasts_six_hours_and_is_replaced_an_hour_before() {
    const HOUR: u64 = 3_600_000;
    let (store, mut sessions) = (store(cloud).await, Sessions::default());
    let first = key_at(&mut sessions, &store, 0).await;
    assert!(matches!(&first.bearer, Bearer::Session { expires: Timestamp(end), .. } if *end == 6 * HOUR));
    assert!(first.id.starts_with("ASIA") && first.id.len() == 20 && first.secret.len() == 40);
    assert_eq!(key_at(&mut sessions, &store, 5 * HOUR - 1).await, first);
    let second = key_at(&mut sessions, &store, 5 * HOUR).await;
    assert_ne!(second.id, first.id);
    let mut restarted = Sessions::default();
    restarted.note_all(&store.snapshot());
    assert_eq!(key_at(&mut restarted, &store, 6 * HOUR).await, second, "a restart issues no other");
}

#[tokio::test]
async fn a_session_that_somebody_limited_or_named_otherwise_is_not_the_instances() {
    let (store, mut sessions) = (store(cloud).await, Sessions::default());
    let first = key_at(&mut sessions, &store, 0).await;
    let session = |name: &str, policy: Option<&str>| Bearer::Session {
        role: role().arn,
        name: name.into(),
        token: "t".into(),
        expires: Timestamp(u64::MAX / 2),
        policy: policy.map(str::to_owned),
    };
    sessions.note(&AccessKey { bearer: session(rich().id.as_str(), Some("{}")), ..key() });
    sessions.note(&AccessKey { bearer: session("somebody", None), ..key() });
    assert_eq!(key_at(&mut sessions, &store, 1).await, first);
}

#[tokio::test]
async fn whatever_an_instance_knows_a_change_of_it_touches_the_instance() {
    let store = store(cloud).await;
    let mut watch = store.watch();
    let eni = crate::testing::interface_id(address(40));
    let changes: [fn(&mut Txn); 6] = [
        |txn| assert!(txn.update::<Instance>(rich().id.as_str(), |instance| instance.tags = Tags::default())),
        |txn| assert!(txn.update::<ElasticAddress>(elastic(1, None).id.as_str(), |address| address.association = None)),
        |txn| assert!(txn.update::<InstanceProfile>(&profile().arn, |profile| profile.role = None)),
        |txn| txn.remove::<InstanceProfile>(&profile().arn),
        |txn| txn.put(Vpc { dns_hostnames: false, ..vpc(1) }),
        |txn| assert!(txn.update::<KeyPair>("key-1", |pair| pair.public_key = "ssh-rsa B".into())),
    ];
    let detach = move |txn: &mut Txn| assert!(txn.update::<NetworkInterface>(eni.as_str(), |eni| eni.attachment = None));
    let changes = changes.into_iter().map(|change| Box::new(change) as Box<dyn Fn(&mut Txn)>).chain([Box::new(detach) as _]);
    for (n, made) in changes.enumerate() {
        change(&store, made).await;
        let batch = watch.try_next().unwrap();
        let found: Vec<InstanceId> = batch.changes.iter().flat_map(|change| touched(&store.snapshot(), change)).collect();
        assert_eq!(found, [rich().id], "change {n}");
    }
}

/// Asks the service from within a namespace; the whole reply.
fn ask(namespaces: &Namespaces, namespace: &str, request: &str) -> String {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&ADDRESS.into(), Duration::from_secs(5))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(
            format!("{request} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-aws-ec2-metadata-token-ttl-seconds: 60\r\n\r\n")
                .as_bytes(),
        )?;
        let mut reply = String::new();
        stream.read_to_string(&mut reply)?;
        Ok(reply)
    };
    namespaces.run_in(namespace, ask).expect("the namespace is there").unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_reads_its_own_facts_and_the_router_itself_none() {
    let directory = tempfile::tempdir().unwrap();
    let namespaces = Namespaces::at(directory.path().join("netns")).expect("this test needs root");
    let mut network = crate::network::Network::new(Arc::new(kernel::Netlink::new(namespaces.clone(), "underpass")));
    let store = store(cloud).await;
    assert!(network.converge_all(&store.snapshot()).failed.is_empty());
    let mut domain = MetadataDomain::new(namespaces.clone(), Tokens::with_random_key().unwrap());
    domain.note_all(&store.snapshot());
    domain.converge(&store).await;

    let machine = rich().id;
    let reply = ask(&namespaces, machine.as_str(), "GET /latest/meta-data/instance-id");
    assert!(reply.starts_with("HTTP/1.1 200") && reply.ends_with("i-00000000000000001"), "{reply}");
    assert!(ask(&namespaces, machine.as_str(), "GET /latest/user-data").ends_with("#!/bin/sh\necho hi\n"));
    assert!(ask(&namespaces, machine.as_str(), "GET /latest/meta-data/iam/security-credentials/").ends_with("\r\n\r\napp"));
    assert!(ask(&namespaces, machine.as_str(), "PUT /latest/api/token").starts_with("HTTP/1.1 200"));
    assert!(ask(&namespaces, vpc_id(1).as_str(), "GET /latest/meta-data/").starts_with("HTTP/1.1 403"));

    let mut watch = store.watch();
    change(&store, |txn| assert!(txn.update::<Instance>(rich().id.as_str(), |i| i.metadata.tokens_required = true))).await;
    watch.try_next().unwrap().changes.iter().for_each(|change| domain.note(&store.snapshot(), change));
    domain.converge(&store).await;
    assert!(ask(&namespaces, machine.as_str(), "GET /latest/user-data").starts_with("HTTP/1.1 401"));
    drop((domain, network));
    namespaces.remove().unwrap();
}
