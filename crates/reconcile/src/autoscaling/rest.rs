//! What did not work is not tried again at once: the second time after a second, then after twice as long each time.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);

/// What rests: a subnet of a group, or one of its instances.
#[derive(Default)]
pub(super) struct Rest(BTreeMap<(String, String), Pause>);

struct Pause {
    until: Instant,
    next: Duration,
}

impl Rest {
    /// A subject of a group failed.
    pub(super) fn after(&mut self, group: &str, subject: String) {
        let now = Instant::now();
        let pause = self.0.entry((group.to_owned(), subject)).or_insert(Pause { until: now, next: FIRST });
        pause.until = now + pause.next;
        pause.next = (pause.next * 2).min(LONGEST);
    }

    /// What rests in a group.
    pub(super) fn of(&self, group: &str) -> BTreeSet<String> {
        let now = Instant::now();
        let mine = self.0.iter().filter(|((of, _), pause)| of == group && now < pause.until);
        mine.map(|((_, subject), _)| subject.clone()).collect()
    }

    /// A group is gone.
    pub(super) fn forget(&mut self, group: &str) {
        self.0.retain(|(of, _), _| of != group);
    }
}
