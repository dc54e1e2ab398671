//! A client that makes one request after the other on a kept connection.

use std::error::Error;
use std::io::{Read, Write};
use std::net::SocketAddrV4;
use std::time::{Duration, Instant};

use serde_json::json;

use super::{KEEP, MESSAGE, open};
use crate::statistics::percentile;

pub(super) fn request(to: SocketAddrV4, time: Duration) -> Result<(), Box<dyn Error>> {
    let mut socket = open(to)?;
    let mut took = Vec::new();
    let begun = Instant::now();
    while begun.elapsed() < time {
        let start = Instant::now();
        socket.write_all(&[KEEP; MESSAGE])?;
        socket.read_exact(&mut [0; MESSAGE])?;
        took.push(start.elapsed().as_secs_f64() * 1e6);
    }
    took.sort_by(f64::total_cmp);
    println!("{}", json!({ "done": took.len(), "p50": percentile(&took, 0.5), "p99": percentile(&took, 0.99) }));
    Ok(())
}
