//! Lets who has just asked for something see it brought about: waiters of AWS's clients look at once, and when they find
//! `pending` look again only after fifteen seconds.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use store::Revision;

use crate::Health;

/// How long an account's reading waits for its last writing, once.
const PATIENCE: Duration = Duration::from_millis(250);

/// What accounts have asked for and have not looked at since.
#[derive(Default)]
pub(crate) struct Wishes(Mutex<HashMap<String, Revision>>);

impl Wishes {
    /// An account has written; the world is at `revision` since.
    pub(crate) fn note(&self, account: &str, revision: Revision) {
        self.open().insert(account.to_owned(), revision);
    }

    /// Waits until what the account wrote last has been brought about, or for as long as it is worth.
    pub(crate) async fn met(&self, account: &str, health: &dyn Health) {
        let Some(asked) = self.open().get(account).copied() else { return };
        // What takes longer is not waited for again.
        let _ = tokio::time::timeout(PATIENCE, health.settled()).await;
        let mut open = self.open();
        if open.get(account) == Some(&asked) {
            open.remove(account);
        }
    }

    fn open(&self) -> MutexGuard<'_, HashMap<String, Revision>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;

    use tokio::time::Instant;

    use super::*;
    use crate::Report;

    /// A world that is never as it should be.
    struct Never;

    impl Health for Never {
        fn report(&self) -> Report {
            Report::default()
        }

        fn settled(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
            Box::pin(std::future::pending())
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_takes_long_is_waited_for_once_and_only_by_who_asked() {
        let (wishes, begun) = (Wishes::default(), Instant::now());
        wishes.note("111111111111", Revision(1));
        wishes.met("222222222222", &Never).await;
        assert_eq!(begun.elapsed(), Duration::ZERO);
        wishes.met("111111111111", &Never).await;
        assert_eq!(begun.elapsed(), PATIENCE);
        wishes.met("111111111111", &Never).await;
        assert_eq!(begun.elapsed(), PATIENCE);
    }
}
