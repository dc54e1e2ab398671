//! From AuthorizeSecurityGroupIngress to the first packet that passes, when the rule references a group of few and of many.

use std::error::Error;
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::Scale;
use crate::cloud::{Cloud, Seat};
use crate::daemon::{Daemon, Daemons};
use crate::line::CONSUMER;
use crate::netns::Netns;
use crate::report::{Report, Row, Target};
use crate::statistics::median;

/// Addresses that one interface may have.
const PER_INTERFACE: usize = 50;
/// Connections that make interfaces at once.
const HANDS: usize = 8;
const PORT: u16 = 9000;
/// How long a change may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two packets that ask whether the change is there.
const PACE: Duration = Duration::from_micros(100);

/// A sender that is a member of a group, and a receiver whose group may let the members in.
pub(super) struct World {
    pub(super) vpc: String,
    pub(super) subnet: String,
    members: String,
    guarded: String,
    sender: Netns,
    receiver: Seat,
    /// The interfaces of both.
    pub(super) interfaces: [String; 2],
}

pub(super) fn group(daemons: &Daemons, scale: &Scale, report: &mut Report) -> Result<(), Box<dyn Error>> {
    let daemon = daemons.fresh("group")?;
    let world = build(&mut daemon.cloud(CONSUMER)?)?;
    let mut made = 1;
    for members in scale.members {
        let begun = Instant::now();
        populate(&daemon, &world, members - made)?;
        eprintln!("   {members} interfaces after {:.1} s", begun.elapsed().as_secs_f64());
        made = members;
        // A connection that was silent for so long is closed.
        let mut cloud = daemon.cloud(CONSUMER)?;
        let took = (0..scale.rounds * 3).map(|_| change(&mut cloud, &world)).collect::<Result<Vec<_>, _>>()?;
        let row = Row::alone(format!("group change to effect, {members} members"), "ms", median(&took));
        report.add(row.must(Target::AtMost(20.0)));
        report.add(Row::alone(
            format!("group change to effect, {members} members, worst"),
            "ms",
            took.iter().copied().fold(0.0, f64::max),
        ));
    }
    Ok(())
}

/// Makes it.
pub(super) fn build(cloud: &mut Cloud) -> Result<World, Box<dyn Error>> {
    let vpc = cloud.vpc("10.0.0.0/16")?;
    let subnet = cloud.subnet(&vpc, "10.0.0.0/16")?;
    let (members, guarded) = (cloud.group(&vpc, "members")?, cloud.group(&vpc, "guarded")?);
    let ((sender, from), (receiver, to)) = (cloud.seat(&subnet, &members)?, cloud.seat(&subnet, &guarded)?);
    let sender = Netns::open(&sender.netns)?;
    Ok(World { vpc, subnet, members, guarded, sender, receiver, interfaces: [from, to] })
}

impl World {
    /// What lets the members in.
    pub(super) fn rule<'a>(&'a self, protocol: &'a str, port: &'a str) -> [(&'a str, &'a str); 5] {
        [
            ("GroupId", self.guarded.as_str()),
            ("IpPermissions.1.IpProtocol", protocol),
            ("IpPermissions.1.FromPort", port),
            ("IpPermissions.1.ToPort", port),
            ("IpPermissions.1.Groups.1.GroupId", &self.members),
        ]
    }
}

/// Adds interfaces to the group of members. One in fifty is in the kernel, with fifty addresses: as many addresses are members
/// there as there are interfaces.
pub(super) fn populate(daemon: &Daemon, world: &World, count: usize) -> Result<(), Box<dyn Error>> {
    let each = count.div_ceil(HANDS);
    thread::scope(|scope| {
        let hands: Vec<_> = (0..HANDS)
            .map(|hand| {
                let mine = each.min(count.saturating_sub(hand * each));
                scope.spawn(move || some(daemon, world, mine).map_err(|error| error.to_string()))
            })
            .collect();
        hands.into_iter().try_for_each(|hand| hand.join().unwrap_or_else(|_| Err("a thread died".to_owned())))
    })?;
    Ok(())
}

fn some(daemon: &Daemon, world: &World, count: usize) -> Result<(), Box<dyn Error>> {
    let mut cloud = daemon.cloud(CONSUMER)?;
    for n in 0..count {
        if n % PER_INTERFACE == 0 && count >= PER_INTERFACE {
            let (_, interface) = cloud.seat(&world.subnet, &world.members)?;
            let more = (PER_INTERFACE - 1).to_string();
            cloud.ec2(
                "AssignPrivateIpAddresses",
                &[("NetworkInterfaceId", &interface), ("SecondaryPrivateIpAddressCount", &more)],
            )?;
        } else {
            cloud.ec2("CreateNetworkInterface", &[("SubnetId", &world.subnet), ("SecurityGroupId.1", &world.members)])?;
        }
    }
    Ok(())
}

/// Lets the members in, waits for their packets, and shuts them out again; in milliseconds from call to packet.
fn change(cloud: &mut Cloud, world: &World) -> Result<f64, Box<dyn Error>> {
    let port = PORT.to_string();
    let rule = world.rule("udp", &port);
    let to = SocketAddrV4::new(world.receiver.address, PORT);
    let inbox = Netns::open(&world.receiver.netns)?.within(|| UdpSocket::bind((Ipv4Addr::UNSPECIFIED, PORT)))?;
    let outbox = world.sender.within(|| UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)))?;
    inbox.set_read_timeout(Some(PATIENCE))?;
    let over = AtomicBool::new(false);
    let took = thread::scope(|scope| -> Result<Duration, Box<dyn Error>> {
        scope.spawn(|| send(&outbox, to, &over));
        let arrived = scope.spawn(|| -> io::Result<Instant> {
            let received = inbox.recv(&mut [0; 8]);
            over.store(true, Ordering::Relaxed);
            received.map(|_| Instant::now())
        });
        let begun = Instant::now();
        let answer = cloud.ec2("AuthorizeSecurityGroupIngress", &rule);
        let arrived = arrived.join().map_err(|_| "a thread died")?;
        answer?;
        Ok(arrived.map_err(|_| "the change has no effect")?.duration_since(begun))
    })?;
    cloud.ec2("RevokeSecurityGroupIngress", &rule)?;
    closed(world, &inbox, to)?;
    Ok(took.as_secs_f64() * 1e3)
}

fn send(outbox: &UdpSocket, to: SocketAddrV4, over: &AtomicBool) {
    while !over.load(Ordering::Relaxed) {
        // A packet that cannot be sent is one that does not arrive.
        let _ = outbox.send_to(&[0; 8], to);
        thread::sleep(PACE);
    }
}

/// Waits until a new flow does not pass any more.
fn closed(world: &World, inbox: &UdpSocket, to: SocketAddrV4) -> Result<(), Box<dyn Error>> {
    inbox.set_read_timeout(Some(Duration::from_millis(20)))?;
    let begun = Instant::now();
    loop {
        let fresh = world.sender.within(|| UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)))?;
        while inbox.recv(&mut [0; 8]).is_ok() {}
        fresh.send_to(&[0; 8], to)?;
        if inbox.recv(&mut [0; 8]).is_err() {
            return Ok(());
        }
        if begun.elapsed() > PATIENCE {
            return Err("taking the rule back has no effect".into());
        }
    }
}
