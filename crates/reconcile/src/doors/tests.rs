//! Doors in real namespaces, and which endpoint a connection came through.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::pin::Pin;

use dataplane::door::Stream;
use resource::{
    EndpointState, PrefixListId, Route, RouteDestination, RouteTable, RouteTableAssociation, RouteTableId, RouteTarget, Subnet,
    SubnetId, Tags,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::porter::by_mark;
use super::*;
use crate::network::subnet_mark;
use crate::testing::{address, change, endpoint, owner, store, subnet, vpc, vpc_id};

const S3: &str = "com.amazonaws.us-east-1.s3";

/// Says by which endpoint somebody came.
struct Greeter;

impl Front for Greeter {
    fn welcome(&self, mut stream: Box<dyn Stream>, visit: Visit) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(async move {
            let endpoint = visit.endpoint.map_or_else(|| "the internet".to_owned(), |(endpoint, _)| endpoint.to_string());
            // What came is read first: closing over unread bytes would take the answer along.
            let _ = stream.read(&mut [0; 64]).await;
            let _ = stream.write_all(format!("{} by {endpoint}", visit.service).as_bytes()).await;
            let _ = stream.shutdown().await;
        })
    }
}

/// The subnet of a table.
fn block(n: u64) -> Subnet {
    let (id, cidr) = (SubnetId::parse(&format!("subnet-{n:017x}")).unwrap(), format!("10.0.{n}.0/24").parse().unwrap());
    Subnet { id, cidr, ..subnet(&vpc_id(1)) }
}

fn table(n: u64, endpoint: Option<&VpcEndpoint>) -> RouteTable {
    let list = RouteDestination::PrefixList(PrefixListId::parse("pl-63a5400a").unwrap());
    let route = |endpoint: &VpcEndpoint| Route { destination: list.clone(), target: RouteTarget::Endpoint(endpoint.id.clone()) };
    RouteTable {
        id: RouteTableId::parse(&format!("rtb-{n:017x}")).unwrap(),
        owner: owner(),
        vpc: vpc_id(1),
        routes: endpoint.map(route).into_iter().collect(),
        associations: vec![RouteTableAssociation {
            id: format!("rtbassoc-{n}"),
            subnet: (n > 0).then(|| block(n).id),
            gateway: None,
        }],
        tags: Tags::default(),
    }
}

fn gateway(n: u64) -> VpcEndpoint {
    VpcEndpoint {
        id: EndpointId::parse(&format!("vpce-{n:017x}")).unwrap(),
        kind: EndpointKind::Gateway,
        service_name: S3.into(),
        ..endpoint(&vpc_id(1), EndpointState::Pending, &[])
    }
}

#[tokio::test]
async fn the_mark_of_the_subnet_tells_the_gateway_endpoint() {
    let (first, second) = (gateway(1), gateway(2));
    let tables = [table(1, Some(&first)), table(2, Some(&second)), table(3, None)];
    let world = store(|txn| {
        txn.put(vpc(1));
        [&first, &second].into_iter().for_each(|endpoint| txn.put(endpoint.clone()));
        tables.iter().for_each(|table| txn.put(table.clone()));
        (1..=3).for_each(|n| txn.put(block(n)));
    });
    let world = world.await.snapshot();
    let told = |n, service| by_mark(&world, &vpc_id(1), subnet_mark(block(n).cidr), service);
    assert_eq!(told(1, "s3"), Some(first.id));
    assert_eq!(told(2, "s3"), Some(second.id));
    assert_eq!(told(3, "s3"), None, "its table leads to none");
    assert_eq!(told(1, "dynamodb"), None);
    assert_eq!(by_mark(&world, &vpc_id(1), 0, "s3"), None, "nobody comes without a mark");
}

/// Says hello at an address from within a namespace; what is answered, if anything is.
fn greeted(namespaces: &Namespaces, namespace: &str, to: Ipv4Addr) -> Option<String> {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&SocketAddrV4::new(to, PLAIN).into(), Duration::from_secs(1))?;
        stream.write_all(b"hello")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    namespaces.run_in(namespace, ask).expect("the namespace is there").ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_is_answered_at_its_addresses_while_it_is_open_and_the_store_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let namespaces = Namespaces::at(directory.path().join("netns")).expect("this test needs root");
    let at = address(5);
    let own = VpcEndpoint { service_name: S3.into(), ..endpoint(&vpc_id(1), EndpointState::Pending, &[at]) };
    let store = store(|txn| {
        txn.put(vpc(1));
        txn.put(subnet(&vpc_id(1)));
        txn.put(table(0, None));
        txn.put(NetworkInterface { kind: resource::InterfaceKind::Endpoint, ..crate::testing::interface(&vpc_id(1), at) });
        txn.put(own.clone());
    });
    let store = store.await;
    let mut network = crate::network::Network::new(Arc::new(kernel::Netlink::new(namespaces.clone(), "underpass")));
    assert!(network.converge_all(&store.snapshot()).failed.is_empty());
    let mut domain = DoorsDomain::new(namespaces.clone(), authority(), Arc::new(Greeter));
    domain.note_all(&store.snapshot());
    domain.converge(&store).await;
    assert!(store.snapshot().find::<VpcEndpoint>(own.id.as_str()).unwrap().served);
    let reach = || greeted(&namespaces, vpc_id(1).as_str(), at);
    assert_eq!(reach(), Some(format!("s3 by {}", own.id)));

    change(&store, |txn| assert!(txn.update::<VpcEndpoint>(own.id.as_str(), |e| e.state = EndpointState::Deleting))).await;
    domain.note_all(&store.snapshot());
    domain.converge(&store).await;
    assert_eq!(reach(), None, "a door that nobody wants is closed");
    drop((domain, network));
    namespaces.remove().unwrap();
}

fn authority() -> Arc<Authority> {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::default();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Constrained(1));
    Arc::new(Authority::from_pem(&params.self_signed(&key).unwrap().pem(), &key.serialize_pem()).unwrap())
}
