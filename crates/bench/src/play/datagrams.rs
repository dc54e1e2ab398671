//! Datagrams that are answered with datagrams: the server, and a client that asks over several sockets at once.

use std::error::Error;
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use super::MESSAGE;

/// How many sockets ask at once.
const ASKERS: usize = 4;
/// After so long a datagram is lost.
const LOST: Duration = Duration::from_millis(200);

/// Answers for ever.
pub(super) fn answer(port: u16) -> io::Result<()> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, port))?;
    let mut message = [0; MESSAGE];
    loop {
        // A client that is gone may have its port closed: that is its own affair.
        let _ = socket.recv_from(&mut message).and_then(|(size, from)| socket.send_to(&message[..size], from));
    }
}

/// Asks for so long, and prints how many requests were answered in a second.
pub(super) fn ask(to: SocketAddrV4, time: Duration) -> Result<(), Box<dyn Error>> {
    let begun = Instant::now();
    let askers: Vec<_> = (0..ASKERS).map(|_| thread::spawn(move || ask_alone(to, time))).collect();
    let answered = askers.into_iter().map(|asker| asker.join().map_err(|_| "an asker failed")?.map_err(|e| e.to_string().into()));
    let done = answered.sum::<Result<u64, Box<dyn Error>>>()?;
    println!("{}", json!({ "per_second": done as f64 / begun.elapsed().as_secs_f64() }));
    Ok(())
}

fn ask_alone(to: SocketAddrV4, time: Duration) -> io::Result<u64> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    socket.connect(to)?;
    socket.set_read_timeout(Some(LOST))?;
    let (mut answered, begun) = (0, Instant::now());
    while begun.elapsed() < time {
        socket.send(&[0; MESSAGE])?;
        answered += u64::from(socket.recv(&mut [0; MESSAGE]).is_ok());
    }
    Ok(answered)
}
