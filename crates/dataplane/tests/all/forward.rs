//! Questions put to other resolvers over real sockets.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::Arc;
use std::time::Duration;

use dataplane::dns::{Outlet, Rule, Upstream, View, carry, serve};
use dataplane::{Here, Serving};
use hickory_proto::op::{Message, ResponseCode};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

use crate::dns::{ask_tcp, layer, question, view};

/// Longer than an outlet asks.
const PATIENCE: Duration = Duration::from_secs(60);

fn at(last: u8) -> SocketAddrV4 {
    SocketAddrV4::new(Ipv4Addr::new(127, 53, 1, last), 10053)
}

/// A view in which every name is asked of `targets`.
fn forwarding(outlet: &Outlet, targets: &[SocketAddrV4]) -> View {
    let layer = layer(1);
    let mut zones = layer.zones();
    let upstream = Upstream { outlet: outlet.clone(), targets: targets.into() };
    zones.direct(&"test".parse().unwrap(), Some(Rule::Elsewhere(Arc::new(upstream))));
    zones.remove(&"aws.test".parse().unwrap());
    layer.publish(zones);
    View::new([layer], dataplane::dns::Layer::default())
}

/// A resolver that asks `targets` for everything.
fn front(at: SocketAddrV4, targets: &[SocketAddrV4]) -> [Serving; 2] {
    let outlet = Outlet::default();
    let carrying = carry(Arc::new(Here), vec![Ipv4Addr::new(127, 0, 0, 1)], &outlet);
    [carrying, serve(&Here, &[at], &forwarding(&outlet, targets)).unwrap()]
}

async fn ask(server: SocketAddrV4, bytes: &[u8]) -> Message {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    socket.send_to(bytes, server).await.unwrap();
    let mut reply = [0; 2048];
    let length = timeout(PATIENCE, socket.recv(&mut reply)).await.unwrap().unwrap();
    Message::from_vec(&reply[..length]).unwrap()
}

#[tokio::test]
async fn an_answer_that_does_not_fit_a_datagram_is_fetched_over_tcp() {
    let _target = serve(&Here, &[at(1)], &view(100)).unwrap();
    let _front = front(at(2), &[at(1)]);
    let cut = ask(at(2), &question("many.aws.test.")).await;
    assert!(cut.metadata.truncation, "and the client is told to do the same");
    let mut stream = TcpStream::connect(at(2)).await.unwrap();
    assert_eq!(ask_tcp(&mut stream, &question("many.aws.test.")).await.unwrap().answers.len(), 100);
}

#[tokio::test]
async fn a_target_that_says_nothing_and_one_that_is_not_there_leave_the_question_to_the_others() {
    let _silent = UdpSocket::bind(at(3)).await.unwrap();
    let _target = serve(&Here, &[at(4)], &view(1)).unwrap();
    let _front = front(at(5), &[at(3), at(99), at(4)]);
    for _ in 0..3 {
        assert_eq!(ask(at(5), &question("many.aws.test.")).await.answers.len(), 1);
    }
}

#[tokio::test]
async fn only_the_answer_with_the_questions_id_counts() {
    let target = UdpSocket::bind(at(6)).await.unwrap();
    let _front = front(at(7), &[at(6)]);
    let answering = tokio::spawn(async move {
        let (mut asked, mut answer) = ([0; 512], Vec::new());
        let (length, from) = target.recv_from(&mut asked).await.unwrap();
        assert_eq!(asked[2] & 1, 1, "recursion is desired");
        dataplane::dns::answer_datagram(&view(2), &asked[..length], &mut answer);
        let mut forged = Vec::new();
        dataplane::dns::answer_datagram(&view(1), &asked[..length], &mut forged);
        forged[1] ^= 1;
        for reply in [&forged[..], b"\0", &answer] {
            target.send_to(reply, from).await.unwrap();
        }
    });
    assert_eq!(ask(at(7), &question("many.aws.test.")).await.answers.len(), 2);
    answering.await.unwrap();
}

#[tokio::test]
async fn resolvers_that_forward_to_each_other_come_to_an_end() {
    let (_one, _other) = (front(at(8), &[at(9)]), front(at(9), &[at(8)]));
    let reply = ask(at(8), &question("many.aws.test.")).await;
    assert_eq!(reply.metadata.response_code, ResponseCode::ServFail);
}

#[tokio::test]
async fn a_closed_outlet_fails_questions_at_once_and_one_that_is_opened_again_carries_them() {
    let _target = serve(&Here, &[at(10)], &view(1)).unwrap();
    let (outlet, from) = (Outlet::default(), vec![Ipv4Addr::LOCALHOST]);
    let _front = serve(&Here, &[at(11)], &forwarding(&outlet, &[at(10)])).unwrap();
    let code = async || ask(at(11), &question("many.aws.test.")).await.metadata.response_code;
    assert_eq!(code().await, ResponseCode::ServFail);
    let carrying = carry(Arc::new(Here), from.clone(), &outlet);
    assert_eq!(code().await, ResponseCode::NoError);
    carrying.stop().await;
    assert_eq!(code().await, ResponseCode::ServFail);
    let _carrying = carry(Arc::new(Here), from, &outlet);
    assert_eq!(code().await, ResponseCode::NoError);
}

#[tokio::test]
async fn a_client_that_asks_too_much_at_once_fails_and_what_it_asks_for_goes_no_further() {
    const ASKED: usize = 100;
    let silent = UdpSocket::bind(at(12)).await.unwrap();
    let _front = front(at(13), &[at(12)]);
    let client = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    for n in 0..ASKED {
        client.send_to(&question(&format!("n{n}.aws.test.")), at(13)).await.unwrap();
    }
    let mut reply = [0; 512];
    for _ in 0..ASKED {
        timeout(PATIENCE, client.recv(&mut reply)).await.unwrap().unwrap();
        assert_eq!(reply[3] & 15, ResponseCode::ServFail.low());
    }
    let mut asked = BTreeSet::new();
    while let Ok((length, _)) = silent.try_recv_from(&mut reply) {
        asked.insert(Message::from_vec(&reply[..length]).unwrap().queries[0].name().to_string());
    }
    assert!((1..=64).contains(&asked.len()), "{}", asked.len());
}
