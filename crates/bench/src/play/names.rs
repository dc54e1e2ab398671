//! Questions for names: those that are asked for, and a client that keeps many questions under way on several sockets.

use std::error::Error;
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

/// The zone of all names.
pub const ZONE: &str = "bench.test";
/// How many names there are.
pub const COUNT: usize = 1000;

/// How many sockets ask at once, each on a thread of its own.
const ASKERS: usize = 8;
/// How many questions of one socket are under way: what all of them ask fits into a server's buffer.
const UNDER_WAY: usize = 16;
/// After so long without an answer the questions under way are lost.
const LOST: Duration = Duration::from_millis(200);
/// The length of a header.
const HEADER: usize = 12;

/// A name.
pub fn host(n: usize) -> String {
    format!("host-{n}.{ZONE}")
}

/// Its address.
pub fn address(n: usize) -> Ipv4Addr {
    Ipv4Addr::from_bits(Ipv4Addr::new(10, 9, 0, 0).to_bits() + u32::try_from(n).unwrap_or_default())
}

#[derive(Default)]
struct Tally {
    answered: u64,
    lost: u64,
}

/// Asks for so long, and prints how many questions were answered. An answer that is none ends it.
pub(super) fn ask(to: SocketAddrV4, time: Duration) -> Result<(), Box<dyn Error>> {
    let begun = Instant::now();
    let askers: Vec<_> = (0..ASKERS).map(|asker| thread::spawn(move || ask_alone(asker, to, time))).collect();
    let mut all = Tally::default();
    for asker in askers {
        let tally = asker.join().map_err(|_| "an asker failed")??;
        all = Tally { answered: all.answered + tally.answered, lost: all.lost + tally.lost };
    }
    println!("{}", json!({ "answered": all.answered, "lost": all.lost, "seconds": begun.elapsed().as_secs_f64() }));
    Ok(())
}

fn ask_alone(asker: usize, to: SocketAddrV4, time: Duration) -> io::Result<Tally> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    socket.connect(to)?;
    socket.set_read_timeout(Some(LOST))?;
    let questions: Vec<Vec<u8>> = (0..COUNT).map(question).collect();
    // Every asker begins with another name, so that they do not go hand in hand.
    let mut next = questions.iter().cycle().skip(asker * COUNT / ASKERS);
    let (mut tally, mut under_way, begun) = (Tally::default(), 0, Instant::now());
    let mut answer = [0; 512];
    while begun.elapsed() < time {
        for question in next.by_ref().take(UNDER_WAY - under_way) {
            socket.send(question)?;
        }
        under_way = UNDER_WAY;
        match socket.recv(&mut answer) {
            Ok(length) if answers(&answer[..length]) => {
                tally.answered += 1;
                under_way -= 1;
            }
            Ok(_) => return Err(io::Error::other("the answer has no address")),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                tally.lost += UNDER_WAY as u64;
                under_way = 0;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(tally)
}

/// Waits until a name is known.
pub fn known(to: SocketAddrV4, patience: Duration) -> io::Result<()> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    socket.set_read_timeout(Some(LOST))?;
    let (begun, mut answer) = (Instant::now(), [0; 512]);
    loop {
        socket.send_to(&question(COUNT - 1), to)?;
        if socket.recv(&mut answer).is_ok_and(|length| answers(&answer[..length])) {
            return Ok(());
        }
        if begun.elapsed() > patience {
            return Err(io::Error::other(format!("{} is not known at {to}", host(COUNT - 1))));
        }
    }
}

/// A message that asks for the address of a name, whose number is its own.
fn question(n: usize) -> Vec<u8> {
    let id = u16::try_from(n).unwrap_or_default().to_be_bytes();
    // It desires recursion, and has one question.
    let mut message = vec![id[0], id[1], 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in host(n).split('.') {
        message.push(label.len() as u8);
        message.extend(label.as_bytes());
    }
    // The root, type A, class IN.
    message.extend([0, 0, 1, 0, 1]);
    message
}

/// Whether a message is an answer without an error that holds a record.
fn answers(message: &[u8]) -> bool {
    message.len() > HEADER && message[2] & 0x80 != 0 && message[3] & 0x0f == 0 && message[6..8] != [0, 0]
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_question_names_a_host_and_wants_its_address() {
        let question = question(258);
        assert_eq!(&question[..HEADER], [1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
        assert_eq!(&question[HEADER..], b"\x08host-258\x05bench\x04test\0\0\x01\0\x01");
    }

    #[test]
    fn only_an_answer_with_a_record_counts() {
        let message = |flags: u8, code: u8, records: u8| {
            let mut message = question(0);
            (message[2], message[3], message[7]) = (flags, code, records);
            message
        };
        assert!(answers(&message(0x81, 0x80, 1)));
        assert!(!answers(&message(0x01, 0x80, 1)), "a question");
        assert!(!answers(&message(0x81, 0x83, 1)), "no such name");
        assert!(!answers(&message(0x81, 0x80, 0)), "no address");
    }

    #[test]
    fn every_question_that_a_server_answers_is_counted() {
        let server = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let to = SocketAddrV4::new(Ipv4Addr::LOCALHOST, server.local_addr().unwrap().port());
        thread::spawn(move || {
            let mut message = [0; 512];
            while let Ok((length, from)) = server.recv_from(&mut message) {
                (message[2], message[7]) = (0x81, 1);
                let _ = server.send_to(&message[..length], from);
            }
        });
        known(to, LOST * 10).unwrap();
        let tally = ask_alone(0, to, Duration::from_millis(30)).unwrap();
        assert!(tally.answered > 0 && tally.lost == 0);
    }
}
