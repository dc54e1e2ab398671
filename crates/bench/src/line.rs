//! The line that is measured: two accounts, two VPCs with the same addresses, a service, an endpoint, its peers, and the bare
//! path beside it.

use std::error::Error;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::cloud::{Cloud, Seat};
use crate::cpu::Meter;
use crate::daemon::{Daemon, Daemons};
use crate::netns::Netns;
use crate::path::{self, BULK, Like, Path, SERVICE};
use crate::peer::{self, Between, Proxy};
use crate::play;
use crate::process::{Background, counted, in_namespace, role};

/// The account that offers the service.
pub const PROVIDER: &str = "111111111111";
/// The account that uses it.
pub const CONSUMER: &str = "222222222222";

/// Both VPCs have these addresses.
const VPC: &str = "10.0.0.0/16";
const SUBNET: &str = "10.0.0.0/20";
/// What our TLS listener adds to the port of its target.
pub const SECURE: u16 = 400;
/// What both routers answer at in their subnets.
const GATEWAY: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);
/// The policy of our TLS listener: TLS 1.3 only.
const POLICY: &str = "ELBSecurityPolicy-TLS13-1-3-2021-06";
/// Where the measured endpoint is.
pub const ENDPOINT: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 200);

/// How long the first byte may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A service with a server behind it, in a VPC of its own.
pub struct Service {
    /// What endpoints name.
    pub name: String,
    /// Where the server is.
    pub server: Seat,
    vpc: String,
    balancer: String,
    _servers: Vec<Background>,
}

/// The whole line.
pub struct Line {
    /// The ways that are compared: bare, kernel path, and through each proxy.
    pub paths: Vec<Path>,
    /// The proxies.
    pub proxies: Vec<Proxy>,
    /// The service.
    pub service: Service,
    /// The consumer's VPC, subnet and group.
    pub consumer: Network,
    _servers: Vec<Background>,
    _router: Netns,
    /// Counts what clients, servers and proxies use; it goes after all of them.
    pub meter: Meter,
}

/// A VPC with one subnet and a group that lets everything in.
pub struct Network {
    pub vpc: String,
    pub subnet: String,
    pub group: String,
}

impl Network {
    /// Makes one.
    pub fn make(cloud: &mut Cloud) -> Result<Self, Box<dyn Error>> {
        let vpc = cloud.vpc(VPC)?;
        let (subnet, group) = (cloud.subnet(&vpc, SUBNET)?, cloud.open_group(&vpc)?);
        Ok(Self { vpc, subnet, group })
    }
}

impl Service {
    /// Makes a service that accepts every account, with a target that answers.
    pub fn make(daemon: &Daemon, meter: &Meter) -> Result<Self, Box<dyn Error>> {
        let mut cloud = daemon.cloud(PROVIDER)?;
        let network = Network::make(&mut cloud)?;
        let (server, _) = cloud.seat(&network.subnet, &network.group)?;
        let servers = serve(&Netns::open(&server.netns)?, meter)?;
        let wanted = [("Name", "bench"), ("Type", "network"), ("Scheme", "internal"), ("Subnets.member.1", &network.subnet)];
        let balancer = cloud.elb("CreateLoadBalancer", &wanted)?.first("LoadBalancerArn")?;
        for (protocol, port) in [("TCP", BULK), ("TCP_UDP", SERVICE)] {
            let door = Door { listener: (protocol, port), target: (protocol, port), more: &[] };
            listen(&mut cloud, &network.vpc, &balancer, server.address, &door)?;
        }
        let wanted = [("AcceptanceRequired", "false"), ("NetworkLoadBalancerArn.1", balancer.as_str())];
        let made = cloud.ec2("CreateVpcEndpointServiceConfiguration", &wanted)?;
        let (id, name) = (made.first("serviceId")?, made.first("serviceName")?);
        cloud.ec2("ModifyVpcEndpointServicePermissions", &[("ServiceId", &id), ("AddAllowedPrincipals.1", "*")])?;
        Ok(Self { name, server, vpc: network.vpc, balancer, _servers: servers })
    }

    /// Lets clients speak TLS too, with a certificate of ACM; the server does not notice.
    pub fn secure(&self, daemon: &Daemon, (certificate, key): (&str, &str)) -> Result<(), Box<dyn Error>> {
        let mut cloud = daemon.cloud(PROVIDER)?;
        let arn = cloud.import(certificate, key)?;
        let more = [("Certificates.member.1.CertificateArn", arn.as_str()), ("SslPolicy", POLICY)];
        let door = Door { listener: ("TLS", SERVICE + SECURE), target: ("TCP", SERVICE), more: &more };
        listen(&mut cloud, &self.vpc, &self.balancer, self.server.address, &door)
    }

    /// Between what proxies stand that do the same for a client.
    pub fn between(&self, client: &Seat, consumer: &Network, directory: PathBuf) -> std::io::Result<Between> {
        let router = |vpc: &str| Netns::open(&client.netns.with_file_name(vpc));
        Ok(Between {
            consumer: router(&consumer.vpc)?,
            provider: router(&self.vpc)?,
            listen: ENDPOINT,
            source: GATEWAY,
            target: self.server.address,
            directory,
            certificate: None,
        })
    }

    /// Asks for an endpoint to it at an address.
    pub fn endpoint(&self, cloud: &mut Cloud, at: &Network, address: Ipv4Addr) -> Result<String, Box<dyn Error>> {
        let address = address.to_string();
        let wanted = [
            ("VpcEndpointType", "Interface"),
            ("VpcId", &at.vpc),
            ("ServiceName", &self.name),
            ("SubnetId.1", &at.subnet),
            ("SubnetConfiguration.1.SubnetId", &at.subnet),
            ("SubnetConfiguration.1.Ipv4", &address),
            ("SecurityGroupId.1", &at.group),
        ];
        cloud.ec2("CreateVpcEndpoint", &wanted)?.first("vpcEndpointId")
    }
}

impl Line {
    /// Builds it.
    pub fn build(daemons: &Daemons, daemon: &Daemon) -> Result<Self, Box<dyn Error>> {
        let meter = Meter::new();
        let service = Service::make(daemon, &meter)?;
        let mut cloud = daemon.cloud(CONSUMER)?;
        let consumer = Network::make(&mut cloud)?;
        let (client, _) = cloud.seat(&consumer.subnet, &consumer.group)?;
        service.endpoint(&mut cloud, &consumer, ENDPOINT)?;
        let (client_ns, server_ns) = (Netns::open(&client.netns)?, Netns::open(&service.server.netns)?);
        let kernel = Path { name: "kernel path", client: client_ns, server: server_ns, address: ENDPOINT, shift: 0 };
        first_byte(&kernel)?;
        let (bare, router_of_bare) =
            path::bare(&Like { mtu: 9001, congestion_control: kernel.client.setting("net/ipv4/tcp_congestion_control")? })?;
        let servers = serve(&bare.server, &meter)?;
        let between = service.between(&client, &consumer, daemons.directory("peers")?)?;
        let held = daemon.held()?;
        let proxies = peer::start_all(&between, &meter)?;
        let mut paths = vec![bare];
        paths.extend(proxies.iter().map(|proxy| proxy.path(&kernel)));
        paths.insert(1, kernel);
        paths.iter().try_for_each(|path| first_byte(path).map(drop))?;
        drop(held);
        Ok(Self { paths, proxies, service, consumer, _servers: servers, _router: router_of_bare, meter })
    }

    /// The path with this name.
    pub fn path(&self, name: &str) -> Result<&Path, Box<dyn Error>> {
        self.paths.iter().find(|path| path.name == name).ok_or_else(|| format!("there is no path {name}").into())
    }
}

/// A port of a balancer and one of its target, each with its protocol.
struct Door<'a> {
    listener: (&'a str, u16),
    target: (&'a str, u16),
    /// What else the listener needs.
    more: &'a [(&'a str, &'a str)],
}

/// A balancer's port with one target.
fn listen(cloud: &mut Cloud, vpc: &str, balancer: &str, target: Ipv4Addr, door: &Door<'_>) -> Result<(), Box<dyn Error>> {
    let name = format!("bench-{}", door.listener.1);
    let (protocol, port, target) = (door.target.0, door.target.1.to_string(), target.to_string());
    let wanted = [("Name", name.as_str()), ("Protocol", protocol), ("Port", &port), ("VpcId", vpc), ("TargetType", "ip")];
    let checked = [("HealthCheckPort", "7000"), ("HealthCheckIntervalSeconds", "300")];
    let group = cloud.elb("CreateTargetGroup", &[&wanted[..], &checked[..]].concat())?.first("TargetGroupArn")?;
    cloud.elb("RegisterTargets", &[("TargetGroupArn", &group), ("Targets.member.1.Id", &target)])?;
    let (protocol, port) = (door.listener.0, door.listener.1.to_string());
    let wanted = [
        ("LoadBalancerArn", balancer),
        ("Protocol", protocol),
        ("Port", &port),
        ("DefaultActions.member.1.Type", "forward"),
        ("DefaultActions.member.1.TargetGroupArn", &group),
    ];
    cloud.elb("CreateListener", &[&wanted[..], door.more].concat()).map(drop)
}

/// Starts the servers in a namespace.
fn serve(netns: &Netns, meter: &Meter) -> Result<Vec<Background>, Box<dyn Error>> {
    let mut iperf = Command::new("iperf3");
    iperf.args(["--server", "--port", &BULK.to_string()]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut own = role("serve", &[&SERVICE.to_string()])?;
    [&mut iperf, &mut own].into_iter().map(|server| Background::start(counted(in_namespace(server, netns), meter))).collect()
}

/// Waits until a connection passes.
pub fn first_byte(path: &Path) -> Result<Duration, Box<dyn Error>> {
    let begun = Instant::now();
    let to = path.to(SERVICE);
    while let Err(error) = path.client.within(|| play::knock(to)) {
        if begun.elapsed() > PATIENCE {
            return Err(format!("nothing passes through the {} to {to}: {error}", path.name).into());
        }
    }
    Ok(begun.elapsed())
}
