//! A client that makes new connections as fast as it can: connect, request, response, wait for the server's close, close. How one
//! is made is told to it.

use std::error::Error;
use std::io::{self, Read, Write};
use std::net::SocketAddrV4;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use super::{CLOSE, MESSAGE, open};
use crate::statistics::percentile;

#[derive(Default)]
struct Tally {
    /// When each connection was over, in seconds from the beginning, and how long it took in microseconds.
    done: Vec<(f32, f32)>,
    failed: u64,
    last_error: Option<String>,
}

/// Makes connections, each by `once`, on so many threads for so long.
pub(super) fn connect(threads: usize, time: Duration, once: &(dyn Fn() -> io::Result<()> + Sync)) -> Result<(), Box<dyn Error>> {
    let begun = Instant::now();
    let tallies: Vec<Tally> = thread::scope(|scope| {
        let all: Vec<_> = (0..threads).map(|_| scope.spawn(|| run(once, begun, time))).collect();
        all.into_iter().filter_map(|one| one.join().ok()).collect()
    });
    let mut took: Vec<f64> = tallies.iter().flat_map(|tally| &tally.done).map(|(_, took)| f64::from(*took)).collect();
    took.sort_by(f64::total_cmp);
    let mut each_second = vec![0_u64; time.as_secs_f64().ceil() as usize];
    for (at, _) in tallies.iter().flat_map(|tally| &tally.done) {
        if let Some(second) = each_second.get_mut(*at as usize) {
            *second += 1;
        }
    }
    let failed: u64 = tallies.iter().map(|tally| tally.failed).sum();
    let error = tallies.into_iter().find_map(|tally| tally.last_error);
    println!(
        "{}",
        json!({
            "done": took.len(), "failed": failed, "error": error, "seconds": begun.elapsed().as_secs_f64(),
            "p50": percentile(&took, 0.5), "p99": percentile(&took, 0.99), "each_second": each_second,
        })
    );
    Ok(())
}

fn run(once: &dyn Fn() -> io::Result<()>, begun: Instant, time: Duration) -> Tally {
    let mut tally = Tally::default();
    while begun.elapsed() < time {
        let start = Instant::now();
        match once() {
            Ok(()) => tally.done.push((begun.elapsed().as_secs_f32(), start.elapsed().as_secs_f32() * 1e6)),
            Err(error) => {
                tally.failed += 1;
                tally.last_error = Some(error.to_string());
            }
        }
    }
    tally
}

/// One connection without more.
pub(super) fn once(to: SocketAddrV4) -> io::Result<()> {
    let mut socket = open(to)?;
    socket.write_all(&[CLOSE; MESSAGE])?;
    let mut answer = [0; MESSAGE];
    socket.read_exact(&mut answer)?;
    match socket.read(&mut answer)? {
        0 => Ok(()),
        _ => Err(io::Error::other("more than was asked for")),
    }
}
