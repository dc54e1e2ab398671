//! AWS operations as one account calls them: query parameters in, values found in the XML out.

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::http::Connection;

/// How long a resource may take to become what it should be.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks, so that looking takes little from what is looked at.
const PAUSE: Duration = Duration::from_micros(200);

/// What our own routes read.
const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

/// One account at one daemon, over one connection.
pub struct Cloud {
    connection: Connection,
    account: String,
}

/// An answer as XML.
pub struct Xml(String);

/// Where a program of the host may run with the network of a subnet.
pub struct Seat {
    pub netns: PathBuf,
    pub address: Ipv4Addr,
}

impl Cloud {
    /// Speaks for `account`.
    pub fn open(daemon: SocketAddr, account: &str) -> std::io::Result<Self> {
        Ok(Self { connection: Connection::open(daemon)?, account: account.to_owned() })
    }

    /// Calls an operation of EC2.
    pub fn ec2(&mut self, action: &str, parameters: &[(&str, &str)]) -> Result<Xml, Box<dyn Error>> {
        self.query("ec2", "2016-11-15", action, parameters)
    }

    /// Calls an operation of Elastic Load Balancing.
    pub fn elb(&mut self, action: &str, parameters: &[(&str, &str)]) -> Result<Xml, Box<dyn Error>> {
        self.query("elasticloadbalancing", "2015-12-01", action, parameters)
    }

    fn query(&mut self, service: &str, version: &str, action: &str, parameters: &[(&str, &str)]) -> Result<Xml, Box<dyn Error>> {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("Action", action).append_pair("Version", version).extend_pairs(parameters);
        let form_of = [("content-type", "application/x-www-form-urlencoded; charset=utf-8")];
        self.post(service, "/", &form_of, &form.finish()).map(Xml).map_err(|error| format!("{action}: {error}").into())
    }

    /// Calls an operation of Route 53.
    pub fn route53(&mut self, path: &str, body: &str) -> Result<Xml, Box<dyn Error>> {
        self.post("route53", path, &[("content-type", "application/xml")], body).map(Xml)
    }

    /// Imports a certificate into ACM, both in PEM; its ARN.
    pub fn import(&mut self, certificate: &str, key: &str) -> Result<String, Box<dyn Error>> {
        let body = json!({ "Certificate": STANDARD.encode(certificate), "PrivateKey": STANDARD.encode(key) });
        let target = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", "CertificateManager.ImportCertificate")];
        let answer: Value = serde_json::from_str(&self.post("acm", "/", &target, &body.to_string())?)?;
        Ok(answer["CertificateArn"].as_str().ok_or("the certificate has no ARN")?.to_owned())
    }

    /// Asks why a connection passes or does not.
    pub fn explain(&mut self, source: &str, destination: &str) -> Result<Value, Box<dyn Error>> {
        let question = json!({ "source": source, "destination": destination, "protocol": "tcp" });
        Ok(serde_json::from_str(&self.post("underpass", "/_underpass/explain", &JSON, &question.to_string())?)?)
    }

    fn post(&mut self, service: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Result<String, Box<dyn Error>> {
        let answer = self.connection.post(&self.account, service, path, headers, body)?;
        match answer.status {
            200..300 => Ok(answer.body),
            status => Err(format!("{service} refused with {status}: {}", answer.body).into()),
        }
    }

    /// A VPC, once it is available.
    pub fn vpc(&mut self, cidr: &str) -> Result<String, Box<dyn Error>> {
        let vpc = self.ec2("CreateVpc", &[("CidrBlock", cidr)])?.first("vpcId")?;
        let begun = Instant::now();
        while !self.ec2("DescribeVpcs", &[("VpcId.1", &vpc)])?.has("state", "available") {
            if begun.elapsed() > PATIENCE {
                return Err(format!("{vpc} does not become available").into());
            }
            std::thread::sleep(PAUSE);
        }
        Ok(vpc)
    }

    /// A subnet in the first zone.
    pub fn subnet(&mut self, vpc: &str, cidr: &str) -> Result<String, Box<dyn Error>> {
        let wanted = [("VpcId", vpc), ("CidrBlock", cidr), ("AvailabilityZone", "us-east-1a")];
        self.ec2("CreateSubnet", &wanted)?.first("subnetId")
    }

    /// A group that lets everything in.
    pub fn open_group(&mut self, vpc: &str) -> Result<String, Box<dyn Error>> {
        let group = self.group(vpc, "open")?;
        let everything = [("IpPermissions.1.IpProtocol", "-1"), ("IpPermissions.1.IpRanges.1.CidrIp", "0.0.0.0/0")];
        self.ec2("AuthorizeSecurityGroupIngress", &[&[("GroupId", group.as_str())], &everything[..]].concat())?;
        Ok(group)
    }

    /// A group that lets nothing in.
    pub fn group(&mut self, vpc: &str, name: &str) -> Result<String, Box<dyn Error>> {
        self.ec2("CreateSecurityGroup", &[("VpcId", vpc), ("GroupName", name), ("GroupDescription", name)])?.first("groupId")
    }

    /// A place in a subnet for programs, until this process ends.
    pub fn seat(&mut self, subnet: &str, group: &str) -> Result<(Seat, String), Box<dyn Error>> {
        let wish = json!({ "SubnetId": subnet, "SecurityGroupIds": [group], "Pid": std::process::id(), "Started": own_start()? });
        let answer = self.post("underpass", "/_underpass/exec/subnet", &JSON, &wish.to_string());
        let place: Value = serde_json::from_str(&answer.map_err(|error| format!("no place in {subnet}: {error}"))?)?;
        let text = |name: &str| place[name].as_str().unwrap_or_default().to_owned();
        let seat = Seat { netns: text("netns").into(), address: text("privateIpAddress").parse()? };
        Ok((seat, text("networkInterfaceId")))
    }
}

impl Xml {
    /// Whether an element has this name and text.
    pub fn has(&self, name: &str, text: &str) -> bool {
        self.0.contains(&format!("<{name}>{text}</{name}>"))
    }

    /// The text of the first element with this name.
    pub fn first(&self, name: &str) -> Result<String, Box<dyn Error>> {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        let found = self.0.split_once(&open).and_then(|(_, rest)| rest.split_once(&close));
        found.map(|(text, _)| text.to_owned()).ok_or_else(|| format!("no <{name}> in {}", self.0).into())
    }
}

/// When this process started: field 22 of its `/proc/PID/stat`, counted behind the name in parentheses.
fn own_start() -> Result<u64, Box<dyn Error>> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let field = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(19));
    Ok(field.ok_or("/proc/self/stat cannot be read")?.parse()?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_the_names_of_their_elements() {
        let xml = Xml("<r><a><id>1</id></a><b><id>2</id></b></r>".to_owned());
        assert_eq!(xml.first("id").unwrap(), "1");
        assert!(xml.first("none").is_err());
        assert!(xml.has("id", "2") && !xml.has("id", "3"));
    }

    #[test]
    fn this_process_knows_when_it_started() {
        assert!(own_start().unwrap() > 0);
    }
}
