//! The sockets of the resolver: a task per socket that owns no buffer while nothing arrives, so a thousand networks are cheap.

use std::cell::RefCell;
use std::io;
use std::net::SocketAddrV4;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::answer::answer;
use super::message::Transport;
use super::zone::View;
use crate::accept::accept;
use crate::{Place, Serving};

/// A question is far shorter; what does not fit is cut and answered as malformed.
const LARGEST_QUESTION: usize = 4096;
/// How many datagrams one socket may handle before others have a turn.
const BURST: usize = 64;
/// How long a connection may be idle between questions (RFC 7766 §6.2.3).
const IDLE: Duration = Duration::from_secs(10);

thread_local! {
    /// The question and the reply under way on this thread: handling a datagram never awaits.
    static BUFFERS: RefCell<(Box<[u8]>, Vec<u8>)> = RefCell::new((vec![0; LARGEST_QUESTION].into(), Vec::new()));
}

/// Answers for `view` on UDP and TCP at each of `addrs` in `place` until the result is dropped.
///
/// Must be called within a tokio runtime. Fails with the error of the first socket that cannot be opened.
pub fn serve(place: &dyn Place, addrs: &[SocketAddrV4], view: &View) -> io::Result<Serving> {
    let mut tasks = JoinSet::new();
    for addr in addrs {
        let udp = UdpSocket::from_std(place.udp(*addr)?)?;
        let tcp = TcpListener::from_std(place.tcp_listener(*addr, false)?)?;
        tasks.spawn(datagrams(udp, view.clone()));
        let view = view.clone();
        tasks.spawn(accept("dns", tcp, move |stream, _| connection(stream, view.clone())));
    }
    Ok(Serving::new(tasks))
}

async fn datagrams(socket: UdpSocket, view: View) {
    loop {
        if let Err(error) = socket.readable().await {
            tracing::warn!(%error, "the resolver's socket failed");
            return;
        }
        drain(&socket, &view);
        tokio::task::yield_now().await;
    }
}

/// Answers what has arrived, a burst at most. Replies that the socket cannot take are dropped, as networks drop them.
fn drain(socket: &UdpSocket, view: &View) {
    BUFFERS.with_borrow_mut(|(question, reply)| {
        for _ in 0..BURST {
            match socket.try_recv_from(question) {
                Ok((length, from)) => {
                    if answer(view, &question[..length], Transport::Udp, reply) {
                        let _ = socket.try_send_to(reply, from);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                // An ICMP error about an earlier reply: the next datagram is not affected.
                Err(_) => {}
            }
        }
    });
}

/// Answers questions one after the other; whatever goes wrong, the connection is simply closed.
async fn connection(mut stream: TcpStream, view: View) {
    let (mut question, mut reply) = (Vec::new(), Vec::new());
    while let Ok(Ok(())) = timeout(IDLE, read_message(&mut stream, &mut question)).await {
        if !answer(&view, &question, Transport::Tcp, &mut reply) {
            return;
        }
        let length = u16::try_from(reply.len()).unwrap_or(u16::MAX).to_be_bytes();
        reply.splice(0..0, length);
        let Ok(Ok(())) = timeout(IDLE, stream.write_all(&reply)).await else {
            return;
        };
    }
}

async fn read_message(stream: &mut TcpStream, message: &mut Vec<u8>) -> io::Result<()> {
    let length = usize::from(stream.read_u16().await?);
    if length > LARGEST_QUESTION {
        return Err(io::ErrorKind::InvalidData.into());
    }
    message.resize(length, 0);
    stream.read_exact(message).await.map(drop)
}
