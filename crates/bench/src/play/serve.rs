//! A server that answers messages with messages, and closes, keeps or holds the connection as the client says.

use std::error::Error;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;

use socket2::SockRef;

use super::{CLOSE, HOLD, KEEP, MESSAGE, PATIENCE};

/// How many connections are answered at once.
const THREADS: usize = 32;

pub(super) fn serve(port: u16) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port))?;
    SockRef::from(&listener).listen(4096)?;
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| accept(&listener));
        }
    });
    Ok(())
}

/// Answers one connection after the other; connections that are held are kept here.
fn accept(listener: &TcpListener) {
    let mut held = Vec::new();
    loop {
        let Ok((stream, _)) = listener.accept() else { continue };
        // A client that goes away is its own affair.
        if let Ok(Some(stream)) = answer(stream) {
            held.push(stream);
        }
    }
}

fn answer(mut stream: TcpStream) -> io::Result<Option<TcpStream>> {
    let mut message = [0; MESSAGE];
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.read_exact(&mut message)?;
    stream.write_all(&message)?;
    match message[0] {
        HOLD => Ok(Some(stream)),
        KEEP => {
            stream.set_nodelay(true)?;
            thread::spawn(move || keep(stream));
            Ok(None)
        }
        _ => {
            debug_assert_eq!(message[0], CLOSE);
            Ok(None)
        }
    }
}

fn keep(mut stream: TcpStream) -> io::Result<()> {
    let mut message = [0; MESSAGE];
    loop {
        stream.read_exact(&mut message)?;
        stream.write_all(&message)?;
    }
}
