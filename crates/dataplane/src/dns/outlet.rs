//! The sockets of an outlet: each question leaves from a fresh port with a fresh id, to one target after the other until one
//! answers. Who asks what is being asked already waits for that answer, so that resolvers which forward to each other in a
//! circle come to an end.

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, UdpSocket};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{Id, JoinSet};
use tokio::time::timeout;

use super::forward::{Outlet, Question, Request};
use super::heard::{Heard, Reading, read};
use super::message::question;
use crate::{Place, Serving};

/// How many different questions an outlet has on their way at once; as many more wait.
const MOST: usize = 1024;
/// How often a question is sent, to whomever.
const ATTEMPTS: usize = 6;
/// How long a target is waited for: all attempts together are shorter than the patience of a client (RFC 1536, 5 s).
const PATIENCE: Duration = Duration::from_millis(800);
/// The longest datagram that is read; we offer less.
const LARGEST_DATAGRAM: usize = 4096;

/// The task that asks a question, and those who wait for the answer.
type Waiting = (Id, Vec<oneshot::Sender<Option<Arc<Heard>>>>);

/// What a question came to.
type Outcome = (Question, Option<Arc<Heard>>);

/// Carries what `outlet` is asked from `addresses` in `place`, until the result is dropped.
///
/// Must be called within a tokio runtime.
pub fn carry(place: Arc<dyn Place>, addresses: Vec<Ipv4Addr>, outlet: &Outlet) -> Serving {
    let (sender, asked) = mpsc::channel(MOST);
    outlet.open(sender);
    let mut tasks = JoinSet::new();
    tasks.spawn(run(place, addresses.into(), asked));
    Serving::new(tasks)
}

async fn run(place: Arc<dyn Place>, addresses: Arc<[Ipv4Addr]>, mut asked: mpsc::Receiver<Request>) {
    let (mut waiting, mut under_way) = (HashMap::<Question, Waiting>::new(), JoinSet::<Outcome>::new());
    loop {
        tokio::select! {
            Some(ended) = under_way.join_next() => match ended {
                Ok((question, heard)) => {
                    let (_, waited) = waiting.remove(&question).unzip();
                    for told in waited.into_iter().flatten() {
                        let _ = told.send(heard.clone());
                    }
                }
                Err(error) => {
                    tracing::error!(%error, "a forwarded question's task died");
                    waiting.retain(|_, (task, _)| *task != error.id());
                }
            },
            request = asked.recv(), if under_way.len() < MOST => {
                let Some(Request { question, told }) = request else { return };
                let mut start = || under_way.spawn(exchange(place.clone(), addresses.clone(), question.clone())).id();
                waiting.entry(question.clone()).or_insert_with(|| (start(), Vec::new())).1.push(told);
            }
        }
    }
}

/// Puts a question to its targets, in an order that chance gives, until one answers.
async fn exchange(place: Arc<dyn Place>, addresses: Arc<[Ipv4Addr]>, question: Question) -> Outcome {
    let (count, first) = (question.targets.len(), usize::from(random()));
    for attempt in 0..ATTEMPTS.min(2 * count) {
        let target = question.targets[(first + attempt) % count];
        let Some(from) = addresses.get(usize::from(random()) % addresses.len().max(1)) else { break };
        match timeout(PATIENCE, once(place.as_ref(), *from, target, &question)).await {
            Ok(Ok(Some(heard))) => return (question, Some(Arc::new(heard))),
            Ok(Ok(None)) => tracing::debug!(%target, name = %question.name, "has no answer"),
            Ok(Err(error)) => tracing::debug!(%target, %error, "cannot be asked"),
            Err(_) => tracing::debug!(%target, name = %question.name, "does not answer"),
        }
    }
    (question, None)
}

/// Asks one target once, and again over TCP when its answer does not fit a datagram.
async fn once(place: &dyn Place, from: Ipv4Addr, target: SocketAddrV4, asked: &Question) -> io::Result<Option<Heard>> {
    let id = random();
    let message = question(id, &asked.name, asked.kind);
    let socket = UdpSocket::from_std(place.udp(SocketAddrV4::new(from, 0))?)?;
    // From now on only the target's datagrams arrive.
    socket.connect(target).await?;
    socket.send(&message).await?;
    let mut reply = vec![0; LARGEST_DATAGRAM];
    loop {
        let length = socket.recv(&mut reply).await?;
        match read(reply.get(..length).unwrap_or_default(), id, &asked.name, asked.kind) {
            Reading::Answer(heard) => return Ok(Some(heard)),
            Reading::Failure => return Ok(None),
            Reading::Truncated => break,
            Reading::Stray => {}
        }
    }
    drop(socket);
    by_stream(place, from, target, &message, id, asked).await
}

async fn by_stream(
    place: &dyn Place,
    from: Ipv4Addr,
    target: SocketAddrV4,
    message: &[u8],
    id: u16,
    asked: &Question,
) -> io::Result<Option<Heard>> {
    let socket = TcpSocket::from_std_stream(place.tcp_from(from)?);
    let mut stream = socket.connect(SocketAddr::V4(target)).await?;
    let length = u16::try_from(message.len()).unwrap_or_default().to_be_bytes();
    stream.write_all(&[&length[..], message].concat()).await?;
    let mut reply = vec![0; usize::from(stream.read_u16().await?)];
    stream.read_exact(&mut reply).await?;
    Ok(match read(&reply, id, &asked.name, asked.kind) {
        Reading::Answer(heard) => Some(heard),
        Reading::Failure | Reading::Truncated | Reading::Stray => None,
    })
}

/// What nobody can guess: ids of questions, and which way they go.
fn random() -> u16 {
    let mut bytes = [0; 2];
    // The system's generator does not fail once it has begun.
    let _ = aws_lc_rs::rand::fill(&mut bytes);
    u16::from_be_bytes(bytes)
}
