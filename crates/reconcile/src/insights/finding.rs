//! What a path comes to, from the explanation of it.

use explain::{Destination, Explanation, Packet, Question, Source, Way};
use resource::{
    AnalysisState, EndpointService, Finding, InsightsAnalysis, InsightsPath, PathComponent, PathHeader, PathPoint, PathReason,
    PathStep,
};
use store::Snapshot;

use super::step;

/// What AWS says when the filters of an analysis leave no way.
const FILTERED: &str = "COMPONENT_FILTER_RESTRICTION";

/// Where an analysis ends in a world.
pub(super) fn of(world: &Snapshot, analysis: &InsightsAnalysis) -> AnalysisState {
    let Some(path) = world.find::<InsightsPath>(analysis.path.as_str()) else {
        return AnalysisState::Failed(format!("The path {} is gone.", analysis.path));
    };
    let question = match question(world, &path) {
        Ok(question) => question,
        Err(why) => return AnalysisState::Failed(why),
    };
    match explain::explain(world, &question) {
        Ok(explanation) => AnalysisState::Succeeded(finding(world, analysis, &path, &explanation)),
        Err(error) => AnalysisState::Failed(error.to_string()),
    }
}

fn question(world: &Snapshot, path: &InsightsPath) -> Result<Question, String> {
    let source = match &path.source.point {
        PathPoint::Instance(id) => Source::Instance(id.clone()),
        PathPoint::Interface(id) => Source::Interface(id.clone()),
        PathPoint::Endpoint(id) => Source::Endpoint(id.clone()),
        PathPoint::Gateway(_) => Source::Internet,
        PathPoint::Service(_) | PathPoint::Address(_) => return Err(format!("{} sends nothing.", path.source.point.text())),
    };
    let packet = if path.udp { Packet::Udp(path.port, path.port) } else { Packet::Tcp(path.port, path.port) };
    let account = Some(path.owner.account.clone());
    Ok(Question { account, source, destination: destination(world, path)?, packet, action: None })
}

fn destination(world: &Snapshot, path: &InsightsPath) -> Result<Destination, String> {
    if let Some(address) = path.destination_address {
        return Ok(Destination::Address(address));
    }
    let Some(end) = &path.destination else { return Err("The path has no destination.".to_owned()) };
    Ok(match &end.point {
        PathPoint::Instance(id) => Destination::Instance(id.clone()),
        PathPoint::Interface(id) => Destination::Interface(id.clone()),
        PathPoint::Endpoint(id) => Destination::Endpoint(id.clone()),
        PathPoint::Address(address) => Destination::Address(*address),
        PathPoint::Gateway(_) => Destination::Internet,
        PathPoint::Service(id) => {
            let service = world.find::<EndpointService>(id.as_str());
            let balancer = service.and_then(|service| service.balancers.first().cloned());
            Destination::Balancer(balancer.ok_or_else(|| format!("The service {id} has no load balancer."))?)
        }
    })
}

/// The first way that nothing stops and that the filters leave; else everything that is in the way.
fn finding(world: &Snapshot, analysis: &InsightsAnalysis, path: &InsightsPath, explanation: &Explanation) -> Finding {
    let open = explanation.ways.iter().filter(|way| way.blockers.is_empty());
    let mut ways = open.map(|way| (way, step::forward(world, &analysis.owner, way)));
    let found = ways.find(|(_, steps)| passes(analysis, steps));
    if let Some((way, mut forward)) = found {
        let back = if path.udp { Vec::new() } else { step::back(world, &analysis.owner, way) };
        if let (Some(first), Some(header)) = (forward.first_mut(), header(path, explanation, way)) {
            first.header = Some(header);
        }
        return Finding { forward, back, reasons: Vec::new() };
    }
    let mut reasons: Vec<PathReason> =
        explanation.blockers.iter().map(|blocker| step::reason(world, &analysis.owner, blocker)).collect();
    let filters = analysis.through.iter().chain(&analysis.around).map(|arn| filtered(arn));
    if reasons.is_empty() || explanation.ways.iter().any(|way| way.blockers.is_empty()) {
        reasons.extend(filters);
    }
    Finding { forward: Vec::new(), back: Vec::new(), reasons }
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
    let id = arn.rsplit('/').next().unwrap_or(arn).to_owned();
    PathReason {
        code: FILTERED.to_owned(),
        component: PathComponent { id, arn: Some(arn.to_owned()) },
        egress: None,
        interface: None,
        groups: Vec::new(),
        rule: None,
        vpc: None,
        subnet: None,
    }
}

/// The packet as it leaves its source.
fn header(path: &InsightsPath, explanation: &Explanation, way: &Way) -> Option<PathHeader> {
    let (from, to) = (way.from?, *explanation.addresses.first()?);
    Some(PathHeader { from, to, port: path.port, udp: path.udp })
}
