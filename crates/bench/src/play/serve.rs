//! A server that answers messages with messages, datagrams too, and closes or keeps the connection as the client says; or pours
//! out what it has, or takes in what comes.

use std::error::Error;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;

use socket2::SockRef;

use super::{BLOCK, DRAIN, KEEP, MESSAGE, PATIENCE, POUR, datagrams};

/// How many connections are answered at once.
const THREADS: usize = 32;
/// What the thread of a kept connection may use.
const STACK: usize = 64 << 10;

pub(super) fn serve(port: u16) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port))?;
    SockRef::from(&listener).listen(4096)?;
    thread::scope(|scope| {
        scope.spawn(|| datagrams::answer(port));
        for _ in 0..THREADS {
            scope.spawn(|| accept(&listener));
        }
    });
    Ok(())
}

/// Answers one connection after the other.
fn accept(listener: &TcpListener) {
    loop {
        // A client that goes away is its own affair.
        let _ = listener.accept().and_then(|(stream, _)| answer(stream));
    }
}

fn answer(mut stream: TcpStream) -> io::Result<()> {
    let mut message = [0; MESSAGE];
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.read_exact(&mut message)?;
    match message[0] {
        POUR => aside(move || pour(&stream)),
        DRAIN => aside(move || drain(&stream)),
        KEEP => {
            stream.write_all(&message)?;
            stream.set_read_timeout(None)?;
            stream.set_nodelay(true)?;
            aside(move || keep(stream))
        }
        _ => stream.write_all(&message),
    }
}

/// On a thread of its own: who accepts goes on accepting.
fn aside(work: impl FnOnce() -> io::Result<()> + Send + 'static) -> io::Result<()> {
    thread::Builder::new().stack_size(STACK).spawn(work).map(drop)
}

/// Sends until the client has had enough.
fn pour(mut stream: &TcpStream) -> io::Result<()> {
    let block = vec![0; BLOCK];
    loop {
        stream.write_all(&block)?;
    }
}

/// Reads until the client has sent all.
fn drain(mut stream: &TcpStream) -> io::Result<()> {
    let mut block = vec![0; BLOCK];
    while stream.read(&mut block)? > 0 {}
    Ok(())
}

fn keep(mut stream: TcpStream) -> io::Result<()> {
    let mut message = [0; MESSAGE];
    loop {
        stream.read_exact(&mut message)?;
        stream.write_all(&message)?;
    }
}
