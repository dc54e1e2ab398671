//! The sockets of the resolver: a task per socket that owns no buffer while nothing arrives, so a thousand networks are cheap.

use std::cell::RefCell;
use std::io;
use std::net::{SocketAddrV4, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::unix::AsyncFd;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::answer::{Verdict, answer, fail};
use super::datagrams::{Datagrams, readable};
use super::forward::{Ask, Known, complete};
use super::message::Transport;
use super::zone::View;
use crate::accept::{Sources, accept};
use crate::{Place, Serving};

/// A question is far shorter; longer ones end the connection.
const LARGEST_QUESTION: usize = 4096;
/// How long a connection may be idle between questions (RFC 7766 §6.2.3).
const IDLE: Duration = Duration::from_secs(10);
/// How many datagrams of one socket wait for other resolvers at once, in all and of one source; more fail at once.
const WAITING: usize = 512;
const WAITING_PER_SOURCE: usize = 64;

thread_local! {
    /// The datagrams under way on this thread: handling them never awaits.
    static BATCH: RefCell<Datagrams> = RefCell::new(Datagrams::new());
}

/// Answers for `view` on UDP and TCP at each of `addrs` in `place` until the result is dropped.
///
/// Must be called within a tokio runtime. Fails with the error of the first socket that cannot be opened.
pub fn serve(place: &dyn Place, addrs: &[SocketAddrV4], view: &View) -> io::Result<Serving> {
    let mut tasks = JoinSet::new();
    for addr in addrs {
        let udp = readable(place.udp(*addr)?)?;
        let tcp = TcpListener::from_std(place.tcp_listener(*addr, false)?)?;
        tasks.spawn(datagrams(Arc::new(udp), view.clone()));
        let view = view.clone();
        tasks.spawn(accept("dns", tcp, move |stream, _| connection(stream, view.clone())));
    }
    Ok(Serving::new(tasks))
}

async fn datagrams(socket: Arc<AsyncFd<UdpSocket>>, view: View) {
    let mut elsewhere = Elsewhere::default();
    loop {
        tokio::select! {
            ready = socket.readable() => if let Err(error) = ready {
                tracing::warn!(%error, "the resolver's socket failed");
                return;
            },
            Some(_) = elsewhere.waiting.join_next() => continue,
        }
        let more = BATCH.with_borrow_mut(|batch| {
            batch.exchange(&socket, |question, from, reply| {
                match answer(&view, question, &Known::default(), Transport::Udp, reply) {
                    Verdict::Silence => false,
                    Verdict::Reply => true,
                    Verdict::Elsewhere(ask) => {
                        !elsewhere.take(&socket, &view, question, from, ask) && {
                            fail(question, Transport::Udp, reply);
                            true
                        }
                    }
                }
            })
        });
        if more {
            tokio::task::yield_now().await;
        }
    }
}

/// The datagrams of a socket for which other resolvers have to be asked.
#[derive(Default)]
struct Elsewhere {
    waiting: JoinSet<()>,
    sources: Sources,
}

impl Elsewhere {
    /// Answers `question` once `ask` has been asked, if there is room; false when there is none.
    fn take(&mut self, socket: &Arc<AsyncFd<UdpSocket>>, view: &View, question: &[u8], client: SocketAddrV4, ask: Ask) -> bool {
        while self.waiting.try_join_next().is_some() {}
        let room = self.waiting.len() < WAITING;
        let Some(slot) = room.then(|| self.sources.slot(*client.ip(), WAITING_PER_SOURCE)).flatten() else { return false };
        let (socket, view, question) = (socket.clone(), view.clone(), question.to_vec());
        self.waiting.spawn(async move {
            let mut reply = Vec::new();
            complete(&view, &question, ask, Transport::Udp, &mut reply).await;
            let _ = socket.get_ref().send_to(&reply, client);
            drop(slot);
        });
        true
    }
}

/// Answers questions one after the other; whatever goes wrong, the connection is simply closed.
async fn connection(mut stream: TcpStream, view: View) {
    let (mut question, mut reply) = (Vec::new(), Vec::new());
    while let Ok(Ok(())) = timeout(IDLE, read_message(&mut stream, &mut question)).await {
        match answer(&view, &question, &Known::default(), Transport::Tcp, &mut reply) {
            Verdict::Silence => return,
            Verdict::Elsewhere(ask) => complete(&view, &question, ask, Transport::Tcp, &mut reply).await,
            Verdict::Reply => {}
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
