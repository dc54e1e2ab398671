//! The bytes of objects: blobs that nothing in the store refers to any more are removed.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use objects::Blobs;
use resource::{BLOB, Object, Resource, UploadedPart};
use store::{Change, Snapshot, Store};

use crate::Domain;

/// How often all blobs are looked at: what a crash left behind can wait.
const SWEEP: Duration = Duration::from_secs(600);

/// Removes stray blobs.
pub struct ObjectsDomain {
    blobs: Blobs,
    /// Blobs that something referred to before a change.
    doubtful: BTreeSet<String>,
    swept: Option<Instant>,
}

impl ObjectsDomain {
    /// The domain of these blobs.
    pub fn new(blobs: Blobs) -> Self {
        Self { blobs, doubtful: BTreeSet::new(), swept: None }
    }

    fn is_due(&self) -> bool {
        self.swept.is_none_or(|at| at.elapsed() >= SWEEP)
    }
}

impl Domain for ObjectsDomain {
    const NAME: &'static str = "objects";

    fn note(&mut self, _: &Snapshot, change: &Change) {
        if [Object::KIND, UploadedPart::KIND].contains(&change.kind) {
            let blobs = change.links().filter(|link| link.to == BLOB);
            self.doubtful.extend(blobs.map(|link| link.key.clone()));
        }
    }

    fn note_all(&mut self, _: &Snapshot) {}

    async fn converge(&mut self, store: &Store) -> Duration {
        if self.is_due() {
            self.swept = Some(Instant::now());
            match self.blobs.not_held() {
                Ok(all) => self.doubtful.extend(all),
                Err(error) => tracing::error!(%error, "the blobs of objects cannot be listed"),
            }
        }
        // Only now is it seen who is referred to: what was not held before has come into the store or never will.
        let world = store.snapshot();
        for blob in std::mem::take(&mut self.doubtful).into_iter().filter(|blob| !is_referred_to(&world, blob)) {
            if let Err(error) = self.blobs.remove(&blob) {
                tracing::error!(%error, blob, "a blob that nothing refers to cannot be removed");
            }
        }
        SWEEP
    }
}

fn is_referred_to(world: &Snapshot, blob: &str) -> bool {
    world.named::<Object>(BLOB, blob).next().is_some() || world.named::<UploadedPart>(BLOB, blob).next().is_some()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use resource::{Content, Headers, Owner, Part, Tags, Timestamp, Version};
    use store::StoreError;

    fn object(name: &str, blob: &str) -> Object {
        let content = Content {
            etag: "e".into(),
            parts: vec![Part { blob: blob.into(), size: 1 }],
            checksum: None,
            headers: Headers::default(),
            tags: Tags::default(),
        };
        let version = Version { id: "null".into(), modified: Timestamp(0), content: Some(content) };
        let owner = Owner::new("111111111111", "us-east-1");
        Object { bucket: "abc".into(), name: name.into(), owner, versions: vec![version] }
    }

    async fn kept(blobs: &Blobs) -> String {
        let mut intake = blobs.intake(&[]).unwrap();
        intake.write(b"x").await.unwrap();
        intake.finish().await.unwrap().id
    }

    #[tokio::test]
    async fn a_blob_goes_with_the_last_object_that_refers_to_it_and_a_stray_at_the_first_look() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(folder.path().join("objects")).unwrap();
        let (shared, stray) = (kept(&blobs).await, kept(&blobs).await);
        let store = Store::in_memory();
        let write = |change: fn(&mut store::Txn, &str)| {
            let (store, shared) = (store.clone(), shared.clone());
            async move { store.write(|txn| Ok::<_, StoreError>(change(txn, &shared))).await.unwrap() }
        };
        write(|txn, blob| txn.put(object("one", blob))).await;
        write(|txn, blob| txn.put(object("two", blob))).await;
        let mut domain = ObjectsDomain::new(blobs.clone());
        let held = blobs.hold(&stray);
        domain.converge(&store).await;
        drop(held);
        assert_eq!(blobs.not_held().unwrap().len(), 2);
        domain.swept = None;
        domain.converge(&store).await;
        assert_eq!(blobs.not_held().unwrap(), std::slice::from_ref(&shared));
        for (name, left) in [("abc/one", 1), ("abc/two", 0)] {
            let mut watch = store.watch();
            store.write(|txn| Ok::<_, StoreError>(txn.remove::<Object>(name))).await.unwrap();
            let batch = watch.next().await.unwrap();
            batch.changes.iter().for_each(|change| domain.note(&store.snapshot(), change));
            domain.converge(&store).await;
            assert_eq!(blobs.not_held().unwrap().len(), left, "{name}");
        }
    }
}
