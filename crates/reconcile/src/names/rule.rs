//! What the store is told of resolver rules once the resolvers go by them.

use std::sync::Arc;

use resource::{ResolverRule, Resource, RuleAssociation, RuleAssociationState};
use store::{Change, Snapshot, Store, StoreError};

/// What waits for the resolvers to go by it.
#[derive(Default)]
pub(super) struct Settling {
    rules: Vec<String>,
    associations: Vec<String>,
}

impl Settling {
    /// Remembers what a change leaves waiting.
    pub(super) fn note(&mut self, change: &Change) {
        self.rules.extend(change.after::<ResolverRule>().filter(|rule| !rule.settled).map(|_| change.key.clone()));
        let waits = |association: &Arc<RuleAssociation>| association.state != RuleAssociationState::Complete;
        self.associations.extend(change.after::<RuleAssociation>().filter(waits).map(|_| change.key.clone()));
    }

    /// Remembers everything that waits.
    pub(super) fn note_all(&mut self, world: &Snapshot) {
        self.rules = world.all::<ResolverRule>().filter(|rule| !rule.settled).map(|rule| rule.key()).collect();
        let waiting = world.all::<RuleAssociation>().filter(|found| found.state != RuleAssociationState::Complete);
        self.associations = waiting.map(|association| association.key()).collect();
    }

    /// Tells the store what resolvers go by, now that what `world` says is published.
    pub(super) async fn tell(&mut self, store: &Store, world: &Snapshot) {
        let (rules, associations) = (std::mem::take(&mut self.rules), std::mem::take(&mut self.associations));
        if rules.is_empty() && associations.is_empty() {
            return;
        }
        let written: Result<(), StoreError> = store
            .write(|txn| {
                for id in &rules {
                    // Whoever changed it again meanwhile waits for that.
                    let published = world.find::<ResolverRule>(id);
                    txn.update::<ResolverRule>(id, |rule| rule.settled |= published.is_some_and(|was| was.way == rule.way));
                }
                for id in &associations {
                    match world.find::<RuleAssociation>(id).map(|association| association.state) {
                        Some(RuleAssociationState::Deleting) => drop(txn.remove::<RuleAssociation>(id)),
                        Some(RuleAssociationState::Creating) => drop(txn.update::<RuleAssociation>(id, |association| {
                            if association.state == RuleAssociationState::Creating {
                                association.state = RuleAssociationState::Complete;
                            }
                        })),
                        Some(RuleAssociationState::Complete) | None => {}
                    }
                }
                Ok(())
            })
            .await;
        if let Err(error) = written {
            tracing::error!(%error, "what resolvers go by could not be told; trying again");
            (self.rules, self.associations) = (rules, associations);
        }
    }
}
