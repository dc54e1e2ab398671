//! Names of a private zone: our resolver in the router of a VPC, and unbound beside it with the same names.

use std::error::Error;
use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::process::Stdio;
use std::time::Duration;

use super::Scale;
use super::samples::Samples;
use crate::cloud::Cloud;
use crate::cpu;
use crate::daemon::Daemons;
use crate::line::{CONSUMER, Network};
use crate::netns::Netns;
use crate::peer::{UNBOUND, let_in, unbound};
use crate::play::names::{COUNT, ZONE, address, host, known};
use crate::process::{Background, in_namespace, role};
use crate::report::{Report, Row, Target};

/// Its name in the report.
const OURS: &str = "resolver";
/// Where both answer: the second address of the VPC.
const ADDRESS: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 2);
const PORT: u16 = 53;
const BESIDE: u16 = 5300;
/// How many records one request brings.
const BATCH: usize = 250;
/// How long names may take to be known.
const PATIENCE: Duration = Duration::from_secs(30);

const RATE: &str = "names answered";
const COST: &str = "CPU of the server per name";
const LOST: &str = "questions for names lost";

pub(super) fn names(daemons: &Daemons, scale: &Scale, report: &mut Report) -> Result<(), Box<dyn Error>> {
    let daemon = daemons.fresh("names")?;
    let mut cloud = daemon.cloud(CONSUMER)?;
    let network = Network::make(&mut cloud)?;
    let (seat, _) = cloud.seat(&network.subnet, &network.group)?;
    let client = Netns::open(&seat.netns)?;
    // Private zones need names for hosts.
    cloud.ec2("ModifyVpcAttribute", &[("VpcId", &network.vpc), ("EnableDnsHostnames.Value", "true")])?;
    fill(&mut cloud, &network.vpc)?;
    client.within(|| known(SocketAddrV4::new(ADDRESS, PORT), PATIENCE))?;
    let router = Netns::open(&seat.netns.with_file_name(&network.vpc))?;
    let beside = SocketAddrV4::new(ADDRESS, BESIDE);
    let peer = unbound(&router, beside, &daemons.directory("names-peer")?)?;
    let mut samples = Samples::default();
    for _ in 0..scale.rounds {
        sample((OURS, PORT, daemon.pid()), &client, scale, &mut samples)?;
        // Ours is the daemon; while the other is measured it stands still.
        let _held = daemon.held()?;
        let_in(&router, "udp", beside)?;
        client.within(|| known(beside, PATIENCE))?;
        sample((UNBOUND, BESIDE, peer.id()), &client, scale, &mut samples)?;
    }
    tell(&samples, report);
    Ok(())
}

/// Makes a private zone with all names.
fn fill(cloud: &mut Cloud, vpc: &str) -> Result<(), Box<dyn Error>> {
    let namespace = "xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\"";
    let wanted = format!(
        "<CreateHostedZoneRequest {namespace}><Name>{ZONE}</Name><VPC><VPCRegion>us-east-1</VPCRegion><VPCId>{vpc}</VPCId></VPC>\
         <CallerReference>bench</CallerReference></CreateHostedZoneRequest>"
    );
    let zone = cloud.route53("/2013-04-01/hostedzone", &wanted)?.first("Id")?;
    for first in (0..COUNT).step_by(BATCH) {
        let mut changes = String::new();
        for n in first..(first + BATCH).min(COUNT) {
            write!(
                changes,
                "<Change><Action>CREATE</Action><ResourceRecordSet><Name>{}</Name><Type>A</Type><TTL>60</TTL><ResourceRecords>\
                 <ResourceRecord><Value>{}</Value></ResourceRecord></ResourceRecords></ResourceRecordSet></Change>",
                host(n),
                address(n)
            )?;
        }
        let wanted = format!(
            "<ChangeResourceRecordSetsRequest {namespace}><ChangeBatch><Changes>{changes}</Changes></ChangeBatch>\
             </ChangeResourceRecordSetsRequest>"
        );
        cloud.route53(&format!("/2013-04-01{zone}/rrset/"), &wanted)?;
    }
    Ok(())
}

fn sample(
    (name, port, server): (&'static str, u16, u32),
    client: &Netns,
    scale: &Scale,
    samples: &mut Samples,
) -> Result<(), Box<dyn Error>> {
    let before = cpu::of(server)?;
    let to = SocketAddrV4::new(ADDRESS, port);
    let mut asker = role("names", &[&to.to_string(), &scale.each.as_secs_f64().to_string()])?;
    let answer = Background::start(in_namespace(&mut asker, client).stdout(Stdio::piped()))?.json()?;
    let used = (cpu::of(server)? - before).as_secs_f64() * 1e6;
    let number = |name: &str| answer[name].as_f64().unwrap_or_default();
    samples.note(RATE, name, number("answered") / number("seconds"));
    samples.note(COST, name, used / number("answered").max(1.0));
    samples.note(LOST, name, number("lost"));
    Ok(())
}

fn tell(samples: &Samples, report: &mut Report) {
    let row = |measure: &'static str, unit| {
        Row::alone(measure, unit, samples.median(measure, OURS)).against(UNBOUND, samples.median(measure, UNBOUND))
    };
    report.add(row(RATE, "1/s").must(Target::RatioAtLeast(0.8)));
    report.add(row(COST, "µs"));
    report.add(row(LOST, ""));
}
