//! Analyses of paths: what was asked is walked on the plan, and what was found is written beside the question.

mod ends;
mod finding;
mod packets;
mod sight;
mod step;

use std::collections::BTreeSet;
use std::time::Duration;

use resource::{AnalysisState, InsightsAnalysis, InsightsAnalysisId, Resource};
use store::{Change, Snapshot, Store, StoreError};

use crate::Domain;

/// How often it is looked for analyses that were missed.
const SWEEP: Duration = Duration::from_secs(60);
/// How soon what could not be written is tried again.
const SOON: Duration = Duration::from_secs(1);

/// The analyses that were asked for and not done.
#[derive(Default)]
pub struct InsightsDomain {
    running: BTreeSet<InsightsAnalysisId>,
}

impl Domain for InsightsDomain {
    const NAME: &'static str = "insights";

    fn note(&mut self, _: &Snapshot, change: &Change) {
        if change.kind == InsightsAnalysis::KIND {
            self.running.extend(change.after::<InsightsAnalysis>().filter(|one| runs(one)).map(|one| one.id.clone()));
        }
    }

    fn note_all(&mut self, world: &Snapshot) {
        self.running = world.all::<InsightsAnalysis>().filter(|one| runs(one)).map(|one| one.id.clone()).collect();
    }

    async fn converge(&mut self, store: &Store) -> Duration {
        let mut again = SWEEP;
        for id in std::mem::take(&mut self.running) {
            if let Err(error) = analyse(store, &id).await {
                tracing::error!(error = &error as &dyn std::error::Error, %id, "what was found could not be written; trying again");
                again = SOON;
            }
        }
        again
    }
}

fn runs(analysis: &InsightsAnalysis) -> bool {
    analysis.state == AnalysisState::Running
}

/// Walks what an analysis is about in the world as it is now, and writes what was found.
async fn analyse(store: &Store, id: &InsightsAnalysisId) -> Result<(), StoreError> {
    let world = store.snapshot();
    let Some(analysis) = world.find::<InsightsAnalysis>(id.as_str()).filter(|one| runs(one)) else { return Ok(()) };
    let state = finding::of(&world, &analysis);
    let write = |analysis: &mut InsightsAnalysis| {
        if runs(analysis) {
            analysis.state = state.clone();
        }
    };
    store
        .write(|txn| {
            txn.update::<InsightsAnalysis>(id.as_str(), write);
            Ok(())
        })
        .await
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use resource::{InsightsPath, InsightsPathId, InternetGatewayId, PathEnd, PathPoint, Tags, Timestamp};

    use super::*;
    use crate::testing::{owner, store};

    fn path(to: &str) -> InsightsPath {
        let gateway = InternetGatewayId::parse("igw-00000000000000001").unwrap();
        InsightsPath {
            id: InsightsPathId::parse("nip-00000000000000001").unwrap(),
            owner: owner(),
            source: PathEnd { point: PathPoint::Gateway(gateway), arn: None },
            destination: Some(PathEnd { point: PathPoint::parse(to).unwrap(), arn: None }),
            source_address: None,
            destination_address: None,
            udp: false,
            port: Some(80),
            at_source: None,
            at_destination: None,
            created: Timestamp(1),
            tags: Tags::default(),
        }
    }

    fn analysis() -> InsightsAnalysis {
        InsightsAnalysis {
            id: InsightsAnalysisId::parse("nia-00000000000000001").unwrap(),
            owner: owner(),
            path: path("198.18.0.1").id,
            through: Vec::new(),
            around: Vec::new(),
            accounts: Vec::new(),
            started: Timestamp(1),
            state: AnalysisState::Running,
            tags: Tags::default(),
        }
    }

    async fn found(path: InsightsPath) -> AnalysisState {
        let store = store(|txn| {
            txn.put(path.clone());
            txn.put(analysis());
        })
        .await;
        let mut domain = InsightsDomain::default();
        domain.note_all(&store.snapshot());
        assert_eq!(domain.converge(&store).await, SWEEP);
        assert!(domain.running.is_empty());
        store.snapshot().find::<InsightsAnalysis>("nia-00000000000000001").unwrap().state.clone()
    }

    #[tokio::test]
    async fn what_is_in_the_way_is_written_with_its_code() {
        let AnalysisState::Succeeded(finding) = found(path("198.18.0.200")).await else { panic!("it did not succeed") };
        assert!(!finding.found() && finding.forward.is_empty());
        assert_eq!(finding.reasons[0].code, "NO_POSSIBLE_DESTINATION");
    }

    #[tokio::test]
    async fn what_is_not_there_any_more_fails_the_analysis() {
        let AnalysisState::Failed(why) = found(path("eni-00000000000000009")).await else { panic!("it did not fail") };
        assert!(why.contains("eni-00000000000000009"), "{why}");
    }
}
