//! One suite for every backend: what a store promises, on memory and on the embedded file.

use std::sync::Arc;

use resource::{
    GROUP_QUOTA, GroupId, InternetGateway, InternetGatewayId, Link, Owner, Resource, SecurityGroup, SubnetId, Tags, Vpc, VpcId,
};
use store::{Catalogue, Commit, Embedded, Log, LogError, Memory, Revision, Row, Snapshot, Store, StoreError};

fn gateway(vpc: Option<&VpcId>) -> InternetGateway {
    InternetGateway {
        id: InternetGatewayId::random(),
        owner: Owner::new("111111111111", "us-east-1"),
        vpc: vpc.cloned(),
        tags: Tags::default(),
    }
}

/// Runs `test` on a fresh store of each backend.
async fn on_each_backend<F: Future<Output = ()>>(test: impl Fn(Store) -> F) {
    test(Store::in_memory()).await;
    let folder = tempfile::tempdir().expect("a folder");
    test(embedded(folder.path()).expect("a store")).await;
}

fn embedded(folder: &std::path::Path) -> Result<Store, StoreError> {
    let log = Embedded::open(&folder.join("state.redb")).map_err(|e| StoreError::Write(Arc::new(e)))?;
    Store::open(Catalogue::default(), Box::new(log))
}

async fn put(store: &Store, gateway: &InternetGateway) {
    let written: Result<(), StoreError> = store
        .write(|txn| {
            txn.put(gateway.clone());
            Ok(())
        })
        .await;
    written.expect("a write");
}

#[tokio::test]
async fn what_was_written_is_found_by_key_owner_and_link() {
    on_each_backend(|store| async move {
        let (vpc, other) = (VpcId::random(), VpcId::random());
        let (ours, theirs) = (gateway(Some(&vpc)), gateway(Some(&other)));
        put(&store, &ours).await;
        put(&store, &theirs).await;
        let world = store.snapshot();
        assert_eq!(world.find::<InternetGateway>(ours.id.as_str()).as_deref(), Some(&ours));
        let linked: Vec<_> = world.linked::<InternetGateway>(Vpc::KIND, &vpc).map(|g| g.id.clone()).collect();
        assert_eq!(linked, std::slice::from_ref(&ours.id));
        assert_eq!(world.owned::<InternetGateway>(&ours.owner).count(), 2);
        assert_eq!(world.owned::<InternetGateway>(&Owner::new("222222222222", "us-east-1")).count(), 0);
        assert!(world.is_linked(Vpc::KIND, vpc.as_str()));
        assert!(!world.is_linked(Vpc::KIND, "vpc-none"));
    })
    .await;
}

#[tokio::test]
async fn a_changed_link_is_found_under_its_new_target_only() {
    on_each_backend(|store| async move {
        let (before, after) = (VpcId::random(), VpcId::random());
        let gateway = gateway(Some(&before));
        put(&store, &gateway).await;
        put(&store, &InternetGateway { vpc: Some(after.clone()), ..gateway.clone() }).await;
        let world = store.snapshot();
        assert_eq!(world.linked::<InternetGateway>(Vpc::KIND, &before).count(), 0);
        assert_eq!(world.linked::<InternetGateway>(Vpc::KIND, &after).count(), 1);
    })
    .await;
}

fn group(account: &str) -> SecurityGroup {
    SecurityGroup {
        id: GroupId::random(),
        owner: Owner::new(account, "us-east-1"),
        vpc: VpcId::random(),
        name: "web".into(),
        description: String::new(),
        rules: Vec::new(),
        tags: Tags::default(),
    }
}

/// How many groups count against the quota of an account.
fn groups(world: &Snapshot, account: &str) -> usize {
    world.taken(Link::name(GROUP_QUOTA, Owner::new(account, "us-east-1").key()))
}

#[tokio::test]
async fn what_is_taken_of_something_follows_every_change_and_outlives_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let (kept, moved) = (group("111111111111"), group("111111111111"));
    {
        let store = embedded(folder.path()).expect("a store");
        let written: Result<(), StoreError> = store
            .write(|txn| {
                txn.put(kept.clone());
                txn.put(kept.clone());
                txn.put(moved.clone());
                assert_eq!(groups(txn, "111111111111"), 2, "a transaction sees its own");
                txn.update::<SecurityGroup>(moved.id.as_str(), |group| group.owner = Owner::new("222222222222", "us-east-1"));
                txn.remove::<SecurityGroup>("sg-none");
                Ok(())
            })
            .await;
        written.expect("a write");
        let failed: Result<(), StoreError> = store
            .write(|txn| {
                txn.remove::<SecurityGroup>(kept.id.as_str());
                Err(StoreError::Write(Arc::new(LogError::Stopped)))
            })
            .await;
        failed.expect_err("it says so");
        assert_eq!(["111111111111", "222222222222", "333333333333"].map(|account| groups(&store.snapshot(), account)), [1, 1, 0]);
    }
    let world = reopened(folder.path()).snapshot();
    assert_eq!(["111111111111", "222222222222", "333333333333"].map(|account| groups(&world, account)), [1, 1, 0]);
}

#[tokio::test]
async fn a_transaction_that_fails_leaves_nothing() {
    on_each_backend(|store| async move {
        let gateway = gateway(None);
        let result: Result<(), StoreError> = store
            .write(|txn| {
                txn.put(gateway.clone());
                assert!(txn.find::<InternetGateway>(gateway.id.as_str()).is_some(), "a transaction sees its own writes");
                Err(StoreError::Write(Arc::new(LogError::Conflict)))
            })
            .await;
        assert!(result.is_err());
        assert_eq!(store.snapshot().all::<InternetGateway>().count(), 0);
        assert_eq!(store.snapshot().revision(), Revision(0));
    })
    .await;
}

#[tokio::test]
async fn a_snapshot_never_changes() {
    on_each_backend(|store| async move {
        let before: Snapshot = store.snapshot();
        put(&store, &gateway(None)).await;
        assert_eq!(before.all::<InternetGateway>().count(), 0);
        assert_eq!(store.snapshot().all::<InternetGateway>().count(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_watch_sees_every_commit_in_order_with_what_was_before() {
    on_each_backend(|store| async move {
        let mut watch = store.watch();
        let first = gateway(None);
        let second = InternetGateway { vpc: Some(VpcId::random()), ..first.clone() };
        put(&store, &first).await;
        put(&store, &second).await;
        let created = watch.next().await.expect("a commit");
        let changed = watch.next().await.expect("a commit");
        assert!(created.revision < changed.revision);
        assert_eq!(created.changes[0].before::<InternetGateway>(), None);
        assert_eq!(changed.changes[0].before::<InternetGateway>().as_deref(), Some(&first));
        assert_eq!(changed.changes[0].after::<InternetGateway>().as_deref(), Some(&second));
    })
    .await;
}

#[tokio::test]
async fn numbers_are_handed_out_once_to_writers_side_by_side() {
    on_each_backend(|store| async move {
        let writers = (0..32).map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.write(|txn| Ok::<_, StoreError>(txn.next_number("router"))).await })
        });
        let mut numbers = Vec::new();
        for writer in writers.collect::<Vec<_>>() {
            numbers.push(writer.await.expect("no panic").expect("a write").expect("a number"));
        }
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=32).collect::<Vec<_>>());
    })
    .await;
}

#[tokio::test]
async fn what_was_answered_is_there_when_the_file_is_opened_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let (kept, removed) = (gateway(None), gateway(None));
    {
        let store = embedded(folder.path()).expect("a store");
        put(&store, &kept).await;
        put(&store, &removed).await;
        let gone: Result<(), StoreError> = store
            .write(|txn| {
                txn.remove::<InternetGateway>(removed.id.as_str());
                Ok(())
            })
            .await;
        gone.expect("a removal");
    }
    let store = reopened(folder.path());
    let world = store.snapshot();
    let found: Vec<_> = world.all::<InternetGateway>().map(|g| g.id.clone()).collect();
    assert_eq!(found, std::slice::from_ref(&kept.id));
    assert_eq!(world.revision(), Revision(3));
    put(&store, &removed).await;
}

/// The writer's thread closes the file a moment after the last store is dropped.
fn reopened(folder: &std::path::Path) -> Store {
    (0..1_000_000).find_map(|_| embedded(folder).ok()).expect("the file is free again")
}

#[tokio::test]
async fn a_failing_log_fails_the_write_and_the_world_stays_as_it_was() {
    struct Full;
    impl Log for Full {
        fn load(&self) -> Result<(Revision, Vec<(String, String, Vec<u8>)>), LogError> {
            Memory.load()
        }
        fn append(&self, _: &[Commit]) -> Result<(), LogError> {
            Err(LogError::Failed("the disk is full".into()))
        }
    }
    let store = Store::open(Catalogue::default(), Box::new(Full)).expect("a store");
    for _ in 0..3 {
        let result: Result<(), StoreError> = store
            .write(|txn| {
                txn.put(gateway(None));
                Ok(())
            })
            .await;
        assert!(result.is_err());
        assert_eq!(store.snapshot().revision(), Revision(0));
    }
}

#[test]
fn the_embedded_log_refuses_a_commit_on_another_head() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = Embedded::open(&folder.path().join("state.redb")).expect("a log");
    let commit = |base, revision| Commit {
        base: Revision(base),
        revision: Revision(revision),
        rows: vec![Row { kind: SubnetId::PREFIX, key: "k".into(), value: Some(vec![1]) }],
    };
    log.append(&[commit(0, 1), commit(1, 2)]).expect("in order");
    assert!(matches!(log.append(&[commit(1, 2)]), Err(LogError::Conflict)));
}
