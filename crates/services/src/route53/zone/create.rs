//! CreateHostedZone: a zone with its name servers and start of authority, public or for one VPC at first.

use resource::{HostedZone, Owner, Policy, RecordContent, RecordSet, RecordType, Tags, ZONE_NAME, ZoneVpc, canonical_name};
use serde::{Deserialize, Serialize};

use super::super::association;
use super::super::change::{self, ChangeInfo};
use super::super::find::{self, VpcName, account, invalid};
use super::super::view::{self, DelegationSet, ZoneView};
use crate::quotas::{self, known::HOSTED_ZONES};
use crate::{Error, Write};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    name: String,
    caller_reference: String,
    #[serde(rename = "VPC")]
    vpc: Option<VpcName>,
    #[serde(default)]
    hosted_zone_config: Config,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Config {
    comment: Option<String>,
    private_zone: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    hosted_zone: ZoneView,
    change_info: ChangeInfo,
    #[serde(skip_serializing_if = "Option::is_none")]
    delegation_set: Option<DelegationSet>,
    #[serde(rename = "VPC", skip_serializing_if = "Option::is_none")]
    vpc: Option<VpcName>,
    location: String,
}

/// Creates a zone; one with a VPC is private.
pub fn create_hosted_zone(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let owner = account(cx.owner());
    if let Some(known) = cx.txn.owned::<HostedZone>(&owner).find(|zone| zone.reference == input.caller_reference) {
        let message = format!("A hosted zone has already been created with the specified caller reference: {} has it.", known.id);
        return Err(Error::new("HostedZoneAlreadyExists", message).with_status(409));
    }
    let most = quotas::most(cx.txn, cx.owner(), &HOSTED_ZONES);
    if cx.txn.owned::<HostedZone>(&owner).count() >= most {
        let message = format!("This account has the {most} hosted zones that it may have; ask Service Quotas for more.");
        return Err(Error::new("TooManyHostedZones", message));
    }
    let zone = HostedZone {
        id: change::random_id('Z'),
        name: name(&input)?,
        private: input.vpc.is_some(),
        vpcs: first(cx, &input)?,
        owner,
        reference: input.caller_reference,
        comment: input.hosted_zone_config.comment.clone(),
        authorized: Vec::new(),
        created: oldest_free(cx, &input.name),
        tags: Tags::default(),
    };
    association::refuse_taken(cx.txn, &zone)?;
    cx.txn.put(zone.clone());
    born_with(&zone).into_iter().for_each(|set| cx.txn.put(set));
    Ok(Output {
        change_info: change::submit(cx, None),
        hosted_zone: view::zone(cx.txn, &zone),
        delegation_set: view::delegation(&zone),
        vpc: zone.vpcs.first().map(VpcName::from),
        location: format!("https://route53.amazonaws.com/2013-04-01/hostedzone/{}", zone.id),
    })
}

fn name(input: &Input) -> Result<String, Error> {
    let refused = |why: &str| Error::new("InvalidDomainName", format!("{}: {why}", input.name));
    let name = canonical_name(&input.name).map_err(refused)?;
    if input.vpc.is_some() {
        return Ok(name);
    }
    let bare = name.trim_end_matches('.');
    if !bare.contains('.') {
        return Err(refused("a public zone of a top-level domain cannot be had"));
    }
    match bare == "amazonaws.com" || bare.ends_with(".amazonaws.com") {
        true => Err(Error::new("InvalidDomainName", format!("{bare} is reserved by AWS!"))),
        false => Ok(name),
    }
}

/// The VPC that a private zone begins with.
fn first(cx: &Write<'_>, input: &Input) -> Result<Vec<ZoneVpc>, Error> {
    match &input.vpc {
        None if input.hosted_zone_config.private_zone => Err(invalid("A private hosted zone must be created with a VPC.")),
        None => Ok(Vec::new()),
        Some(name) => {
            let vpc = find::vpc(cx.txn, name)?;
            match vpc.owner.account == cx.owner().account {
                true => Ok(vec![ZoneVpc { region: vpc.owner.region.clone(), vpc: vpc.id.clone() }]),
                false => Err(Error::new("InvalidVPCId", format!("The VPC: {} is not owned by you.", vpc.id))),
            }
        }
    }
}

/// Now, or just after the youngest zone of the same name: which one came first decides on the internet.
fn oldest_free(cx: &Write<'_>, name: &str) -> resource::Timestamp {
    let name = canonical_name(name).unwrap_or_default();
    let youngest = cx.txn.named::<HostedZone>(ZONE_NAME, name).map(|zone| zone.created).max();
    youngest.map_or(cx.now, |youngest| cx.now.max(resource::Timestamp(youngest.0 + 1)))
}

/// The records that every zone has at its apex.
fn born_with(zone: &HostedZone) -> [RecordSet; 2] {
    let servers = zone.name_servers();
    let authority = format!("{}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400", servers[0]);
    let set = |kind, ttl, values| RecordSet {
        zone: zone.id.clone(),
        owner: Owner::clone(&zone.owner),
        name: zone.name.clone(),
        kind,
        set: None,
        policy: Policy::Simple,
        content: RecordContent::Values { ttl, values },
    };
    let servers = servers.iter().map(|server| format!("{server}.")).collect();
    [set(RecordType::Ns, 172_800, servers), set(RecordType::Soa, 900, vec![authority])]
}
