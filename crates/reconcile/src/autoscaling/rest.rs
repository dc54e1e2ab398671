//! What did not work is not tried again at once: the second time after a second, then after twice as long each time, until
//! it has worked for a while.

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
        if now > pause.until + LONGEST {
            pause.next = FIRST;
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_fails_again_rests_longer_and_who_worked_for_a_while_begins_anew() {
        let mut rest = Rest::default();
        let key = || ("g".to_owned(), "s".to_owned());
        let next = |rest: &mut Rest| {
            rest.after("g", "s".into());
            rest.0[&key()].next.as_secs()
        };
        assert_eq!([next(&mut rest), next(&mut rest), next(&mut rest)], [2, 4, 8]);
        assert_eq!((rest.of("g").len(), rest.of("other").len()), (1, 0));
        let long_ago = Instant::now().checked_sub(LONGEST * 2);
        rest.0.values_mut().for_each(|pause| pause.until = long_ago.unwrap_or(pause.until));
        assert_eq!(rest.of("g").len(), usize::from(long_ago.is_none()));
        let anew = next(&mut rest);
        assert!(anew == 2 || long_ago.is_none());
        rest.forget("g");
        assert!(rest.0.is_empty());
    }
}
