//! Resolver rules in the VPCs that go by them, with the domains that a VPC's resolver keeps to itself when a rule is about one
//! above them.

use std::sync::Arc;

use resource::{ResolverRule, Resource, RuleAssociation, RuleAssociationState, RuleWay, Vpc};
use store::{Change, Snapshot, Store, StoreError};

use super::entry::{Entry, Says, Scope, Source};

/// What the association of a rule with a VPC comes to.
pub(super) fn of_association(world: &Snapshot, id: &str) -> Vec<Option<Entry>> {
    let association = world.find::<RuleAssociation>(id);
    let association = association.filter(|association| association.state != RuleAssociationState::Deleting);
    let rule = association.as_ref().and_then(|association| world.find::<ResolverRule>(&association.rule));
    let (Some(association), Some(rule)) = (association, rule) else { return Vec::new() };
    let says = match &rule.way {
        RuleWay::System => Says::Here,
        RuleWay::Forward { endpoint, targets } => Says::Elsewhere(endpoint.clone(), targets.clone()),
    };
    let own = Entry::domain(Scope::Private(association.vpc.clone()), &rule.domain, says);
    let here = |domain: String| Entry::domain(Scope::Vpc(association.vpc.clone()), &domain, Says::Here);
    let kept = plan::kept_from(world, &association.vpc, &rule).into_iter().map(here);
    std::iter::once(own).chain(kept).collect()
}

/// The sources of every rule in a VPC.
pub(super) fn all(world: &Snapshot) -> impl Iterator<Item = Source> + '_ {
    world.all::<RuleAssociation>().map(|association| Source::Rule(association.id.clone()))
}

/// The sources that a change of rules, of their associations or of VPCs reaches.
pub(super) fn reach(world: &Snapshot, change: &Change) -> Vec<Source> {
    match change.kind {
        kind if kind == RuleAssociation::KIND => vec![Source::Rule(change.key.clone())],
        kind if kind == ResolverRule::KIND || kind == Vpc::KIND => {
            let associations = world.linked::<RuleAssociation>(kind, &change.key);
            associations.map(|association| Source::Rule(association.id.clone())).collect()
        }
        _ => Vec::new(),
    }
}

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
