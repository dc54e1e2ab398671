//! The network as a domain: converges on what changed, sweeps now and then, and says in the store what is true now.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use plan::Subject;
use store::{Change, Snapshot, Store, StoreError};

use super::{Network, Report, settle::settle};
use crate::Domain;

/// How often everything is compared with the kernel, at the most often.
const SWEEP: Duration = Duration::from_secs(10);
/// How soon a failure is tried again.
const RETRY: Duration = Duration::from_secs(1);
/// A sweep may take one part in this many of the time.
const SWEEP_SHARE: u32 = 50;

/// The network's part of converging.
pub struct NetworkDomain {
    network: Network,
    noted: BTreeSet<Subject>,
    sweep: bool,
}

impl NetworkDomain {
    /// The domain that converges `network`.
    pub fn new(network: Network) -> Self {
        Self { network, noted: BTreeSet::new(), sweep: false }
    }
}

impl Domain for NetworkDomain {
    const NAME: &'static str = "network";

    fn note(&mut self, world: &Snapshot, change: &Change) {
        self.noted.extend(plan::affected(world, change));
    }

    fn note_all(&mut self, _: &Snapshot) {
        self.sweep = true;
    }

    async fn converge(&mut self, store: &Store) -> Duration {
        let (begun, world) = (Instant::now(), store.snapshot());
        let noted = std::mem::take(&mut self.noted);
        let report = match std::mem::take(&mut self.sweep) {
            true => self.network.converge_all(&world),
            false if noted.is_empty() => return SWEEP,
            false => self.network.converge(&world, noted),
        };
        let patience = match report.failed.is_empty() {
            true if self.network.is_behind() => Duration::ZERO,
            true => SWEEP.max(begun.elapsed() * SWEEP_SHARE),
            false => RETRY,
        };
        log(&report, begun.elapsed());
        match self.tell(store, &world, &report).await {
            Ok(()) => patience,
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "the state of the network could not be written");
                RETRY
            }
        }
    }
}

impl NetworkDomain {
    /// Writes what is true now that the kernel is as the plan says of `world`.
    async fn tell(&self, store: &Store, world: &Snapshot, report: &Report) -> Result<(), StoreError> {
        store
            .write(|txn| {
                for subject in &report.done {
                    settle(txn, world, subject, self.network.item(subject));
                }
                Ok(())
            })
            .await
    }
}

fn log(report: &Report, took: Duration) {
    for (namespace, error) in &report.failed {
        tracing::error!(namespace, error = error as &dyn std::error::Error, "the network is not as it should be; trying again");
    }
    if report.changes > 0 {
        tracing::debug!(changes = report.changes, took_us = took.as_micros() as u64, "the network follows");
    }
}
