//! A client that keeps many silent connections open.

use std::error::Error;
use std::io::{Read, Write};
use std::net::SocketAddrV4;

use super::{KEEP, MESSAGE, open};

pub(super) fn hold(to: SocketAddrV4, count: usize) -> Result<(), Box<dyn Error>> {
    let mut held = Vec::with_capacity(count);
    for _ in 0..count {
        let mut socket = open(to)?;
        socket.write_all(&[KEEP; MESSAGE])?;
        socket.read_exact(&mut [0; MESSAGE])?;
        held.push(socket);
    }
    println!("{}", held.len());
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink())?;
    Ok(())
}
