//! Probes: who reaches whom, whom they meet there, and what silence is.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use kernel::Netlink;

use crate::cloud::Cloud;

/// How long a packet that should come may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long nothing must come for it to be silence.
const SILENCE: Duration = Duration::from_millis(400);

impl Cloud<Netlink> {
    /// Serves TCP in a namespace until the test ends: says who it is and whom it sees, then echoes.
    pub fn serve(&self, namespace: impl ToString, at: &str, name: &str) {
        let (at, name) = (at.to_owned(), name.to_owned());
        let listener = self.kernel.places().socket_in(&namespace.to_string(), || TcpListener::bind(&at)).unwrap();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let name = name.clone();
                thread::spawn(move || greet_and_echo(&stream, &name));
            }
        });
    }

    /// Connects and returns what the server says, and the stream.
    #[track_caller]
    pub fn connect_to(&self, namespace: impl ToString, to: &str) -> (String, TcpStream) {
        let stream = self.try_tcp(&namespace.to_string(), to, PATIENCE);
        let mut stream = stream.unwrap_or_else(|error| panic!("{} does not reach {to}: {error}", namespace.to_string()));
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut greeting = Vec::new();
        while greeting.last() != Some(&b'\n') {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            greeting.push(byte[0]);
        }
        (String::from_utf8(greeting).unwrap().trim().to_owned(), stream)
    }

    /// What the server at an address says: its name and the address it sees.
    #[track_caller]
    pub fn reaches(&self, namespace: impl ToString, to: &str) -> String {
        self.connect_to(namespace, to).0
    }

    /// Checks that a connection attempt gets no answer at all, not even a refusal.
    #[track_caller]
    pub fn is_silent(&self, namespace: impl ToString, to: &str) {
        match self.try_tcp(&namespace.to_string(), to, SILENCE) {
            Err(error) if error.kind() == io::ErrorKind::TimedOut => {}
            Err(error) => panic!("{to} answers with an error to {}: {error}", namespace.to_string()),
            Ok(_) => panic!("{to} answers to {}", namespace.to_string()),
        }
    }

    /// Checks that no connection comes about, though the namespace itself may know that there is no way.
    #[track_caller]
    pub fn has_no_way(&self, namespace: impl ToString, to: &str) {
        assert!(self.try_tcp(&namespace.to_string(), to, SILENCE).is_err(), "{to} answers to {}", namespace.to_string());
    }

    fn try_tcp(&self, namespace: &str, to: &str, patience: Duration) -> io::Result<TcpStream> {
        let to: SocketAddr = to.parse().unwrap();
        self.kernel.places().run_in(namespace, || TcpStream::connect_timeout(&to, patience)).unwrap()
    }

    /// Whether a datagram from one socket reaches another; its sender's address as seen there.
    pub fn datagram(&self, (source, from): (&str, &str), (target, to): (&str, &str)) -> Option<String> {
        let receiver = self.kernel.places().socket_in(target, || bind(to)).unwrap();
        let sender = self.kernel.places().socket_in(source, || bind(from)).unwrap();
        receiver.set_read_timeout(Some(SILENCE)).unwrap();
        sender.send_to(b"hello", to).ok()?;
        receiver.recv_from(&mut [0; 16]).ok().map(|(_, peer)| peer.ip().to_string())
    }

    pub fn pings(&self, namespace: impl ToString, to: &str) -> bool {
        self.run(namespace, "ping", &format!("-c 1 -W 1 {to}")).is_ok()
    }

    /// Runs a program in a namespace; what it prints, or what it complains about.
    pub fn run(&self, namespace: impl ToString, program: &str, arguments: &str) -> Result<String, String> {
        let start = || Command::new(program).args(arguments.split_whitespace()).output();
        let output = self.kernel.places().run_in(&namespace.to_string(), start).unwrap().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
    }
}

/// A socket at an address, once it is free: a program that another test starts has copies of our sockets until it is executed,
/// also of those that we have closed meanwhile.
fn bind(at: &str) -> io::Result<UdpSocket> {
    let begun = Instant::now();
    loop {
        match UdpSocket::bind(at) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && begun.elapsed() < PATIENCE => thread::yield_now(),
            other => return other,
        }
    }
}

/// Whether a stream to an echoing server still carries bytes there and back.
pub fn echoes(stream: &mut TcpStream) -> bool {
    stream.set_read_timeout(Some(SILENCE)).unwrap();
    let mut answer = [0; 4];
    stream.write_all(b"ping").is_ok() && stream.read_exact(&mut answer).is_ok() && &answer == b"ping"
}

/// Sends this many bytes to an echoing server while reading them back; how long that took.
pub fn transfer(stream: &TcpStream, bytes: usize) -> Duration {
    let begun = Instant::now();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut writer = stream.try_clone().unwrap();
    let sender = thread::spawn(move || {
        let chunk = vec![7; 1 << 16];
        (0..bytes / chunk.len()).try_for_each(|_| writer.write_all(&chunk))
    });
    let (mut reader, mut buffer, mut read) = (stream.try_clone().unwrap(), vec![0; 1 << 16], 0);
    while read < bytes >> 16 << 16 {
        let n = reader.read(&mut buffer).unwrap();
        assert!(n > 0, "the stream ended after {read} bytes");
        read += n;
    }
    sender.join().unwrap().unwrap();
    begun.elapsed()
}

fn greet_and_echo(stream: &TcpStream, name: &str) -> io::Result<()> {
    let (mut reader, mut writer) = (stream.try_clone()?, stream.try_clone()?);
    writeln!(writer, "{name} sees {}", stream.peer_addr()?.ip())?;
    io::copy(&mut reader, &mut writer)?;
    stream.shutdown(std::net::Shutdown::Both)
}
