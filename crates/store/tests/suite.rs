//! One suite for every backend: what a store promises, on memory and on the embedded file.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use resource::{
    GROUP_QUOTA, GroupId, InternetGateway, InternetGatewayId, Link, Owner, Resource, SecurityGroup, SubnetId, Tags, Vpc, VpcId,
};
use store::{Catalogue, Commit, Embedded, Log, LogError, Revision, Row, Snapshot, Store, StoreError};

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
        associations: Vec::new(),
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
async fn a_watcher_sees_every_commit_or_is_told_that_it_has_not() {
    const COMMITS: usize = 3000;
    on_each_backend(|store| async move {
        let mut watch = store.watch();
        let (gateway, writer) = (gateway(None), store.clone());
        let written = tokio::spawn(async move {
            let burst = (0..COMMITS).map(|_| put(&writer, &gateway));
            futures::future::join_all(burst).await;
        });
        let mut seen = Revision(0);
        while seen < Revision(COMMITS as u64) {
            match watch.next_all().await {
                None => seen = store.snapshot().revision(),
                Some(batches) => {
                    // What it was told before it looked comes after it has.
                    let known = seen;
                    for batch in batches.into_iter().filter(|batch| batch.revision > known) {
                        assert_eq!(batch.revision.0, seen.0 + 1, "a commit was passed over");
                        seen = batch.revision;
                    }
                }
            }
        }
        written.await.expect("it writes");
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

/// A log in memory that can be made to fail, before or after it has written, and to which others can write.
#[derive(Clone, Default)]
struct Moody(Arc<Mutex<Mood>>);

#[derive(Default)]
struct Mood {
    head: Revision,
    rows: BTreeMap<(String, String), Vec<u8>>,
    fails: Option<Fails>,
}

#[derive(Clone, Copy, PartialEq)]
enum Fails {
    Before,
    After,
}

impl Log for Moody {
    fn load(&self) -> Result<(Revision, Vec<(String, String, Vec<u8>)>), LogError> {
        let mood = self.0.lock().expect("no panic");
        Ok((mood.head, mood.rows.iter().map(|((kind, key), value)| (kind.clone(), key.clone(), value.clone())).collect()))
    }

    fn append(&self, commits: &[Commit]) -> Result<(), LogError> {
        let mut mood = self.0.lock().expect("no panic");
        let fails = mood.fails.take();
        if fails == Some(Fails::Before) {
            return Err(LogError::Failed("the disk is full".into()));
        }
        for commit in commits {
            if commit.base != mood.head {
                return Err(LogError::Conflict);
            }
            mood.head = commit.revision;
            for row in &commit.rows {
                let key = (row.kind.to_owned(), row.key.clone());
                match &row.value {
                    Some(value) => drop(mood.rows.insert(key, value.clone())),
                    None => drop(mood.rows.remove(&key)),
                }
            }
        }
        if fails == Some(Fails::After) { Err(LogError::Failed("the disk was gone when it was asked".into())) } else { Ok(()) }
    }
}

impl Moody {
    fn store(&self) -> Store {
        Store::open(Catalogue::default(), Box::new(self.clone())).expect("a store")
    }

    fn fail(&self, how: Fails) {
        self.0.lock().expect("no panic").fails = Some(how);
    }
}

async fn try_put(store: &Store, gateway: &InternetGateway) -> Result<(), StoreError> {
    store.write(|txn| Ok(txn.put(gateway.clone()))).await
}

#[tokio::test]
async fn a_write_that_failed_is_not_there_and_the_next_one_is() {
    let (log, gateways) = (Moody::default(), [gateway(None), gateway(None)]);
    let store = log.store();
    log.fail(Fails::Before);
    assert!(matches!(try_put(&store, &gateways[0]).await, Err(StoreError::Write(_))));
    put(&store, &gateways[1]).await;
    let found: Vec<_> = store.snapshot().all::<InternetGateway>().map(|gateway| gateway.id.clone()).collect();
    assert_eq!(found, std::slice::from_ref(&gateways[1].id));
    assert_eq!(log.store().snapshot().revision(), store.snapshot().revision());
}

#[tokio::test]
async fn a_write_that_failed_only_after_it_was_durable_is_found_by_the_next_one_and_watchers_look_again() {
    let (log, gateways) = (Moody::default(), [gateway(None), gateway(None)]);
    let store = log.store();
    let mut watch = store.watch();
    log.fail(Fails::After);
    assert!(try_put(&store, &gateways[0]).await.is_err());
    put(&store, &gateways[1]).await;
    assert_eq!(store.snapshot().all::<InternetGateway>().count(), 2);
    assert_eq!(store.snapshot().revision(), Revision(2));
    assert!(watch.next().await.is_none(), "the world became another one");
    assert_eq!(watch.next().await.map(|batch| batch.revision), Some(Revision(2)));
}

#[tokio::test]
async fn two_stores_on_one_log_lose_nothing() {
    let log = Moody::default();
    let (ours, theirs) = (log.store(), log.store());
    let count = |store: Store| async move {
        for _ in 0..50 {
            let written: Result<Option<u32>, StoreError> = store.write(|txn| Ok(txn.next_number("router"))).await;
            written.expect("a number");
        }
    };
    let (one, other) = (tokio::spawn(count(ours)), tokio::spawn(count(theirs)));
    one.await.expect("no panic");
    other.await.expect("no panic");
    let next: Result<Option<u32>, StoreError> = log.store().write(|txn| Ok(txn.next_number("router"))).await;
    assert_eq!(next.expect("a number"), Some(101));
}

/// Runs `test` on a file system of its own that two megabytes fill.
fn on_a_small_disk<F: Future<Output = ()>>(test: impl FnOnce(PathBuf) -> F + Send + 'static) {
    let alone = std::thread::spawn(|| {
        let folder = tempfile::tempdir().expect("a folder");
        unshare(CloneFlags::CLONE_NEWNS).expect("this test needs root");
        mount(None::<&str>, "/", None::<&str>, MsFlags::MS_REC | MsFlags::MS_PRIVATE, None::<&str>).expect("mounts of our own");
        mount(Some("small"), folder.path(), Some("tmpfs"), MsFlags::empty(), Some("size=2m")).expect("a small disk");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(test(folder.path().to_owned()));
    });
    alone.join().expect("it holds");
}

/// A store on a disk that is full, and how much it holds. Without `rest` there is room again.
async fn filled(disk: &std::path::Path) -> (Store, usize) {
    let store = embedded(disk).expect("a store");
    put(&store, &gateway(None)).await;
    let rest = std::io::copy(&mut std::io::repeat(1), &mut std::fs::File::create(disk.join("rest")).expect("a file"));
    assert!(rest.is_err(), "the disk is full");
    let mut answered = 1;
    let refused = loop {
        match try_put(&store, &gateway(None)).await {
            Ok(()) => answered += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, StoreError::Write(_)), "{refused}");
    (store, answered)
}

#[test]
fn a_full_disk_refuses_writes_and_takes_them_again_when_there_is_room() {
    on_a_small_disk(|disk| async move {
        let (store, answered) = filled(&disk).await;
        assert!(try_put(&store, &gateway(None)).await.is_err(), "it is still full");
        std::fs::remove_file(disk.join("rest")).expect("it can be removed");
        put(&store, &gateway(None)).await;
        assert_eq!(store.snapshot().all::<InternetGateway>().count(), answered + 1);
        drop(store);
        assert_eq!(reopened(&disk).snapshot().all::<InternetGateway>().count(), answered + 1);
    });
}

#[test]
fn a_state_file_that_has_gone_or_is_another_one_is_no_reason_to_forget_the_world() {
    on_a_small_disk(|disk| async move {
        let (store, answered) = filled(&disk).await;
        std::fs::remove_file(disk.join("rest")).expect("it can be removed");
        std::fs::remove_file(disk.join("state.redb")).expect("it can be removed");
        let refused = try_put(&store, &gateway(None)).await;
        assert!(matches!(refused, Err(StoreError::Write(_))), "{refused:?}");
        assert!(!disk.join("state.redb").exists(), "nothing is made in its place");
        drop(embedded(&disk).expect("somebody makes an empty one"));
        let refused = try_put(&store, &gateway(None)).await;
        assert!(matches!(refused, Err(StoreError::Write(_))), "{refused:?}");
        assert_eq!(store.snapshot().all::<InternetGateway>().count(), answered);
    });
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
