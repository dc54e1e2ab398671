//! What is only kept for a while, and is over.

use resource::{
    ACTIVITY_LIFETIME_SECONDS, AccessKey, Bearer, ConsoleOutput, Instance, InstanceState, NatGateway, NatState,
    PublicAccessExclusion, RequestToken, Resource, ScalingActivity, TOKEN_LIFETIME_SECONDS, TargetGroup, TargetId, Timestamp,
};
use store::{Snapshot, Txn};

/// How long AWS lists what is gone, in seconds; how long we keep keys that have ended.
const LISTED: u64 = 3600;

/// Something to remove, by its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Overdue {
    /// A client token.
    Token(String),
    /// A terminated instance.
    Instance(String),
    /// A NAT gateway that was deleted or never came to be.
    Nat(String),
    /// An exclusion from Block Public Access that was deleted.
    Exclusion(String),
    /// The key of a session that has ended.
    Key(String),
    /// What a scaling group did long ago.
    Activity(String),
}

/// Everything that is over at `now`.
pub(super) fn overdue(world: &Snapshot, now: Timestamp) -> Vec<Overdue> {
    let over = move |since: Timestamp, seconds: u64| now >= since.plus_seconds(seconds);
    let tokens = world.all::<RequestToken>().filter(|token| over(token.created, TOKEN_LIFETIME_SECONDS));
    let instances = world.all::<Instance>().filter(|instance| {
        instance.state == InstanceState::Terminated && over(instance.terminated.unwrap_or(instance.launched), LISTED)
    });
    let nats = world.all::<NatGateway>().filter(|nat| match nat.state {
        NatState::Deleted => over(nat.deleted.unwrap_or(nat.created), LISTED),
        NatState::Failed => over(nat.created, LISTED),
        NatState::Pending | NatState::Available | NatState::Deleting => false,
    });
    let exclusions = world.all::<PublicAccessExclusion>();
    let exclusions = exclusions.filter(|exclusion| exclusion.deleted.is_some_and(|deleted| over(deleted, LISTED)));
    let keys = world.all::<AccessKey>().filter(|key| match key.bearer {
        Bearer::Session { expires, .. } | Bearer::UserSession { expires, .. } => over(expires, LISTED),
        Bearer::User(_) | Bearer::Process { .. } => false,
    });
    let activities = world
        .all::<ScalingActivity>()
        .filter(|activity| activity.ended.is_some_and(|ended| over(ended, ACTIVITY_LIFETIME_SECONDS)));
    let tokens = tokens.map(|token| Overdue::Token(token.key()));
    let instances = instances.map(|instance| Overdue::Instance(instance.key()));
    let nats = nats.map(|nat| Overdue::Nat(nat.key()));
    let exclusions = exclusions.map(|exclusion| Overdue::Exclusion(exclusion.key()));
    let nats = nats.chain(exclusions);
    let activities = activities.map(|activity| Overdue::Activity(activity.key()));
    tokens.chain(instances).chain(nats).chain(keys.map(|key| Overdue::Key(key.key()))).chain(activities).collect()
}

impl Overdue {
    /// Removes it, and what cannot be without it.
    pub(super) fn remove(&self, txn: &mut Txn) {
        match self {
            Self::Token(key) => txn.remove::<RequestToken>(key),
            Self::Nat(key) => txn.remove::<NatGateway>(key),
            Self::Exclusion(key) => txn.remove::<PublicAccessExclusion>(key),
            Self::Key(key) => txn.remove::<AccessKey>(key),
            Self::Activity(key) => txn.remove::<ScalingActivity>(key),
            Self::Instance(key) => {
                deregister(txn, key);
                txn.remove::<ConsoleOutput>(key);
                txn.remove::<Instance>(key);
            }
        }
    }
}

/// An instance that nobody can find any more is no target either.
fn deregister(txn: &mut Txn, instance: &str) {
    let groups: Vec<_> = txn.linked::<TargetGroup>(Instance::KIND, instance).collect();
    for group in groups {
        txn.update::<TargetGroup>(&group.arn, |group| {
            group.targets.retain(|target| !matches!(&target.id, TargetId::Instance(id) if id.as_str() == instance));
        });
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use resource::{
        Excluded, ExclusionMode, ExclusionState, GLOBAL, InstanceId, NatGatewayId, Owner, PublicAccessExclusionId, SubnetId, Tags,
    };

    use super::*;
    use crate::testing::{change, instance, owner, store, target_group, vpc_id};

    const HOUR: u64 = 3_600_000;

    fn session(id: &str, expires: u64) -> AccessKey {
        let (role, name) = ("arn:aws:iam::111111111111:role/r".to_owned(), "s".to_owned());
        let bearer = Bearer::Session { role, name, token: "t".into(), expires: Timestamp(expires), policy: None };
        AccessKey {
            id: id.into(),
            owner: Owner::new("111111111111", GLOBAL),
            secret: "s".into(),
            bearer,
            active: true,
            created: Timestamp(0),
        }
    }

    fn nat(state: NatState, deleted: Option<u64>) -> NatGateway {
        NatGateway {
            id: NatGatewayId::random(),
            owner: owner(),
            vpc: vpc_id(1),
            subnet: SubnetId::random(),
            interface: None,
            allocation: None,
            public: true,
            state,
            failure: None,
            created: Timestamp(0),
            deleted: deleted.map(Timestamp),
            tags: Tags::default(),
        }
    }

    fn token(name: &str, created: u64) -> RequestToken {
        let (operation, request, answer) = ("ec2:RunInstances".to_owned(), "{}".to_owned(), "{}".to_owned());
        RequestToken { owner: owner(), operation, token: name.into(), request, answer, created: Timestamp(created) }
    }

    #[tokio::test]
    async fn tokens_are_kept_for_a_day_and_keys_for_an_hour_after_their_end() {
        let store = store(|txn| {
            txn.put(token("old", 0));
            txn.put(token("new", 1));
            txn.put(session("ASIAOLD", 23 * HOUR));
            txn.put(session("ASIANEW", 23 * HOUR + 1));
            txn.put(AccessKey { bearer: Bearer::User("u".into()), ..session("AKIA", 0) });
        });
        let found = overdue(&store.await.snapshot(), Timestamp(24 * HOUR));
        assert_eq!(found, [Overdue::Token(token("old", 0).key()), Overdue::Key("ASIAOLD".into())]);
    }

    #[tokio::test]
    async fn exclusions_are_listed_for_an_hour_after_they_went() {
        let exclusion = |deleted: Option<u64>| PublicAccessExclusion {
            id: PublicAccessExclusionId::random(),
            owner: owner(),
            of: Excluded::Vpc(vpc_id(1)),
            mode: ExclusionMode::Egress,
            state: ExclusionState::Deleted,
            created: Timestamp(0),
            updated: Timestamp(0),
            deleted: deleted.map(Timestamp),
            tags: Tags::default(),
        };
        let (old, new, there) = (exclusion(Some(HOUR)), exclusion(Some(HOUR + 1)), exclusion(None));
        let store = store(|txn| [&old, &new, &there].into_iter().for_each(|one| txn.put(one.clone()))).await;
        assert_eq!(overdue(&store.snapshot(), Timestamp(2 * HOUR)), [Overdue::Exclusion(old.key())]);
    }

    #[tokio::test]
    async fn gateways_are_listed_for_an_hour_after_they_went_or_failed() {
        let gone = nat(NatState::Deleted, Some(HOUR));
        let failed = nat(NatState::Failed, None);
        let store = store(|txn| {
            let listed = [nat(NatState::Deleted, Some(HOUR + 1)), nat(NatState::Available, None)];
            listed.into_iter().chain([gone.clone(), failed.clone()]).for_each(|nat| txn.put(nat));
        });
        let mut found = overdue(&store.await.snapshot(), Timestamp(2 * HOUR));
        found.sort_by_key(|thing| *thing == Overdue::Nat(failed.key()));
        assert_eq!(found, [Overdue::Nat(gone.key()), Overdue::Nat(failed.key())]);
    }

    #[tokio::test]
    async fn a_terminated_instance_is_forgotten_after_an_hour_with_its_console_and_its_place_in_target_groups() {
        let gone = Instance { state: InstanceState::Terminated, terminated: Some(Timestamp(0)), ..instance(&vpc_id(1)) };
        let group =
            target_group("web", &vpc_id(1), [TargetId::Instance(gone.id.clone()), TargetId::Ip("10.0.0.9".parse().unwrap())]);
        let store = store(|txn| {
            txn.put(gone.clone());
            txn.put(Instance { id: InstanceId::random(), ..instance(&vpc_id(1)) });
            txn.put(ConsoleOutput { instance: gone.id.clone(), text: String::new(), at: Timestamp(0) });
            txn.put(group.clone());
        });
        let store = store.await;
        assert_eq!(overdue(&store.snapshot(), Timestamp(HOUR - 1)), []);
        change(&store, |txn| overdue(txn, Timestamp(HOUR)).iter().for_each(|thing| thing.remove(txn))).await;
        let world = store.snapshot();
        assert_eq!(world.all::<Instance>().count(), 1);
        assert_eq!(world.all::<ConsoleOutput>().count(), 0);
        assert_eq!(world.find::<TargetGroup>(&group.arn).unwrap().targets.len(), 1);
    }
}
