//! What a path comes to, from the explanation of it.

use std::collections::BTreeSet;

use explain::{Arrival, Destination, Explanation, Packet, Question, Source, Way};
use resource::{
    AnalysisState, EndpointService, Finding, InsightsAnalysis, InsightsPath, PathHeader, PathPoint, PathReason, PathStep,
    TimeScale,
};
use store::Snapshot;

use super::ends;
use super::packets::{self, Sent};
use super::sight::Sight;
use super::step::{self, because};

/// What AWS says when the filters of an analysis leave no way.
const FILTERED: &str = "COMPONENT_FILTER_RESTRICTION";

/// What AWS says when packets get there, and not as the filter at the destination wants them.
const NO_PATH: &str = "NO_PATH";

/// Where an analysis ends in a world: with the first packet for which a path is found, or with what stops the one that
/// least is in the way of.
pub(super) fn of(world: &Snapshot, analysis: &InsightsAnalysis) -> AnalysisState {
    let Some(path) = world.find::<InsightsPath>(analysis.path.as_str()) else {
        return AnalysisState::Failed(format!("The path {} is gone.", analysis.path));
    };
    let question = match question(world, &path) {
        Ok(question) => question,
        Err(why) => return AnalysisState::Failed(why),
    };
    let judged = |sent: Sent| {
        let packet = if path.udp { Packet::Udp(sent.port, sent.port) } else { Packet::Tcp(sent.port, sent.port) };
        let question = Question { packet, from_ports: sent.from_ports, ..question.clone() };
        let explanation = explain::explain(world, &question).map_err(|error| error.to_string())?;
        Ok(finding(&Sight::of(world, analysis), analysis, &path, sent, &explanation))
    };
    let mut nearest: Option<Finding> = None;
    for sent in packets::of(world, &path) {
        match judged(sent) {
            Err(why) => return AnalysisState::Failed(why),
            Ok(finding) if finding.found() => return AnalysisState::Succeeded(finding),
            Ok(finding) => {
                let is_nearer = nearest.as_ref().is_none_or(|known| finding.reasons.len() < known.reasons.len());
                nearest = if is_nearer { Some(finding) } else { nearest };
            }
        }
    }
    nearest.map_or_else(|| AnalysisState::Failed("No packet is of this path.".to_owned()), AnalysisState::Succeeded)
}

fn question(world: &Snapshot, path: &InsightsPath) -> Result<Question, String> {
    let source = match &path.source.point {
        PathPoint::Instance(id) => Source::Instance(id.clone()),
        PathPoint::Interface(id) => Source::Interface(id.clone()),
        PathPoint::Endpoint(id) => Source::Endpoint(id.clone()),
        PathPoint::Gateway(_) => Source::Internet,
        PathPoint::Peering(id) => ends::beyond(world, path, id)?,
        PathPoint::Service(_) | PathPoint::Address(_) => return Err(format!("{} sends nothing.", path.source.point.text())),
    };
    // Whoever is beyond a connection may be another account's; of them, nothing is shown.
    let account = ends::peering(&path.source.point).is_none().then(|| path.owner.account.clone());
    let from = path.source_address.or(path.at_source.as_ref().and_then(|filter| filter.from));
    let (packet, destination) = (Packet::Tcp(0, 0), destination(world, path)?);
    Ok(Question { account, source, destination, packet, action: None, from, from_ports: None, scale: TimeScale::default() })
}

fn destination(world: &Snapshot, path: &InsightsPath) -> Result<Destination, String> {
    if let Some(address) = path.destination_address.or(path.at_source.as_ref().and_then(|filter| filter.to)) {
        return Ok(Destination::Address(address));
    }
    let Some(end) = &path.destination else { return Err("The path has no destination.".to_owned()) };
    Ok(match &end.point {
        PathPoint::Instance(id) => Destination::Instance(id.clone()),
        PathPoint::Interface(id) => Destination::Interface(id.clone()),
        PathPoint::Endpoint(id) => Destination::Endpoint(id.clone()),
        PathPoint::Address(address) => Destination::Address(*address),
        PathPoint::Gateway(_) => Destination::Internet,
        PathPoint::Peering(id) => ends::across(world, &path.source.point, id)?,
        PathPoint::Service(id) => {
            let service = world.find::<EndpointService>(id.as_str());
            let balancer = service.and_then(|service| service.balancers.first().cloned());
            Destination::Balancer(balancer.ok_or_else(|| format!("The service {id} has no load balancer."))?)
        }
    })
}

/// The first way that nothing stops and that the filters leave; else everything that is in the way.
fn finding(sight: &Sight<'_>, analysis: &InsightsAnalysis, path: &InsightsPath, sent: Sent, told: &Explanation) -> Finding {
    let parts: Vec<Way> = told.ways.iter().filter_map(|way| ends::part(path, way)).collect();
    let (outbound, arrive) = sent_as(path, sent, told);
    let seen = |way: &Way| {
        let way = sight.seen(way, arrive);
        let steps = step::forward(sight, &way);
        (way, steps)
    };
    let open: Vec<_> = parts.iter().filter(|way| way.blockers.is_empty()).map(|way| (way, seen(way))).collect();
    let mut passing = open.iter().filter(|(_, (way, steps))| passes(analysis, steps) && arrives(path, way));
    if let Some((whole, (way, steps))) = passing.next() {
        let mut forward = steps.clone();
        let back = if path.udp { Vec::new() } else { step::back(sight, way) };
        forward.iter_mut().take(1).for_each(|first| first.header = outbound.clone());
        forward.iter_mut().next_back().into_iter().for_each(|last| last.inbound = inbound(path, sent, way));
        let hints = passing.filter_map(|(_, (_, others))| others.iter().find(|other| !meets(steps, other)));
        let hints = hints.map(|step| step.component.clone()).collect();
        let accounts = sight.strangers(whole).collect::<BTreeSet<_>>().into_iter().collect();
        return Finding { forward, back, hints, accounts, ..Finding::default() };
    }
    let mut reasons = reasons(sight, &parts);
    if reasons.is_empty() || !open.is_empty() {
        reasons.extend(analysis.through.iter().chain(&analysis.around).map(|arn| filtered(arn)));
    }
    if open.iter().any(|(_, (way, steps))| passes(analysis, steps) && !arrives(path, way)) || parts.is_empty() {
        reasons.push(because(NO_PATH, &told.destination, None));
    }
    Finding { reasons, ..Finding::default() }
}

/// Everything that is in the way on any of the ways, once.
fn reasons(sight: &Sight<'_>, ways: &[Way]) -> Vec<PathReason> {
    let mut reasons: Vec<PathReason> = Vec::new();
    for blocker in ways.iter().flat_map(|way| way.blockers.iter().chain(&way.refusals)) {
        let reason = step::reason(sight, blocker);
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    reasons
}

fn meets(steps: &[PathStep], other: &PathStep) -> bool {
    steps.iter().any(|step| step.component == other.component)
}

/// Whether packets come to the end of a way as the filter there wants them.
fn arrives(path: &InsightsPath, way: &Way) -> bool {
    let Some(filter) = &path.at_destination else { return true };
    way.arrival.is_some_and(|arrival| {
        filter.from.is_none_or(|from| from == arrival.from)
            && filter.to.is_none_or(|to| to == arrival.to)
            && filter.to_ports.is_none_or(|(low, high)| (low..=high).contains(&arrival.port))
    })
}

/// Whether a way meets all that it must and nothing that it must not.
fn passes(analysis: &InsightsAnalysis, steps: &[PathStep]) -> bool {
    let meets = |arn: &String| {
        let components = steps.iter().flat_map(|step| [Some(&step.component), step.attached_to.as_ref()]).flatten();
        components.into_iter().any(|component| component.arn.as_ref() == Some(arn))
    };
    analysis.through.iter().all(meets) && !analysis.around.iter().any(meets)
}

fn filtered(arn: &str) -> PathReason {
    because(FILTERED, arn.rsplit('/').next().unwrap_or(arn), Some(arn.to_owned()))
}

/// The packet as it leaves its source, and as it comes to whatever is met before somebody translates it.
fn sent_as(path: &InsightsPath, sent: Sent, told: &Explanation) -> (Option<PathHeader>, Option<Arrival>) {
    let from = told.ways.iter().find_map(|way| way.from);
    let arrival = from.zip(told.addresses.first()).map(|(from, to)| Arrival { from, to: *to, port: sent.port });
    (arrival.map(|arrival| header(path, sent, arrival)), arrival)
}

/// The packet as it arrives at the end of a way.
fn inbound(path: &InsightsPath, sent: Sent, way: &Way) -> Option<PathHeader> {
    way.arrival.map(|arrival| header(path, sent, arrival))
}

fn header(path: &InsightsPath, sent: Sent, Arrival { from, to, port }: Arrival) -> PathHeader {
    PathHeader { from, to, port, from_ports: sent.from_ports, udp: path.udp }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
