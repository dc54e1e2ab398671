//! Peering connections that nobody accepted in time, and those that are over, which each side sees for a while longer.

use resource::{PEERING_PATIENCE_SECONDS, PeeringConnection, PeeringSide, PeeringState, Resource, Timestamp};
use store::{Snapshot, Txn};

use crate::TimeScale;

/// How long who has ended a connection, or has asked for one that failed, sees it: two hours.
const SHORT: u64 = 2 * 3600;
/// How long the other side sees it: two days.
const LONG: u64 = 2 * 24 * 3600;

/// The connections of which something has to change at `now`.
pub(super) fn due(world: &Snapshot, now: Timestamp, scale: TimeScale) -> Vec<String> {
    let changes = |peering: &PeeringConnection| after(peering, now, scale).as_ref() != Some(peering);
    world.all::<PeeringConnection>().filter(|peering| changes(peering)).map(|peering| peering.key()).collect()
}

/// Changes those of `due`, as they are now.
pub(super) fn settle(txn: &mut Txn, keys: &[String], now: Timestamp, scale: TimeScale) {
    for key in keys {
        let Some(peering) = txn.find::<PeeringConnection>(key) else { continue };
        match after(&peering, now, scale) {
            Some(after) => drop(txn.update::<PeeringConnection>(key, |peering| *peering = after)),
            None => txn.remove::<PeeringConnection>(key),
        }
    }
}

/// What a connection is at `now`; none when nobody sees it any more.
fn after(peering: &PeeringConnection, now: Timestamp, scale: TimeScale) -> Option<PeeringConnection> {
    let mut after = peering.clone();
    let over = |since: Timestamp, seconds: u64| scale.passed(since, seconds, now);
    if peering.state.is_pending() && over(peering.created, PEERING_PATIENCE_SECONDS) {
        after.state = PeeringState::Expired;
        after.ended = Some(now);
    }
    let Some(ended) = after.ended else { return Some(after) };
    let state = after.state;
    let same_account = after.requester.owner.account == after.accepter.owner.account;
    let sees = |side: &PeeringSide| match state {
        PeeringState::Failed => SHORT,
        PeeringState::Deleted | PeeringState::Rejected if side.ended_it || same_account => SHORT,
        _ => LONG,
    };
    for side in [&mut after.requester, &mut after.accepter] {
        side.hidden |= over(ended, sees(side));
    }
    (!after.requester.hidden || !after.accepter.hidden).then_some(after)
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use resource::{Owner, PeeringId, Tags, VpcId};

    use super::*;

    const HOUR: u64 = 3_600_000;

    fn peering(state: PeeringState, ended: Option<u64>) -> PeeringConnection {
        let side = |account: &str, ended_it| PeeringSide {
            owner: Owner::new(account, "us-east-1"),
            vpc: VpcId::random(),
            cidrs: Vec::new(),
            resolves: false,
            ended_it,
            hidden: false,
            tags: Tags::default(),
        };
        let (requester, accepter) = (side("111111111111", false), side("222222222222", true));
        let ended = ended.map(Timestamp);
        PeeringConnection { id: PeeringId::random(), requester, accepter, state, created: Timestamp(0), ended }
    }

    fn seen(peering: &PeeringConnection, hours: u64) -> Option<(&'static str, bool, bool)> {
        let after = after(peering, Timestamp(hours * HOUR), TimeScale::default())?;
        Some((after.state.as_str(), !after.requester.hidden, !after.accepter.hidden))
    }

    #[test]
    fn a_request_expires_after_seven_days_and_is_listed_for_two_more() {
        let request = peering(PeeringState::PendingAcceptance, None);
        assert_eq!(seen(&request, 167), Some(("pending-acceptance", true, true)));
        assert_eq!(seen(&request, 168), Some(("expired", true, true)));
        let expired = peering(PeeringState::Expired, Some(168 * HOUR));
        assert_eq!((seen(&expired, 215), seen(&expired, 216)), (Some(("expired", true, true)), None));
    }

    #[test]
    fn who_ended_it_sees_it_for_two_hours_and_the_other_for_two_days() {
        for state in [PeeringState::Deleted, PeeringState::Rejected] {
            let over = peering(state, Some(0));
            assert_eq!(seen(&over, 1), Some((state.as_str(), true, true)));
            assert_eq!(seen(&over, 2), Some((state.as_str(), true, false)));
            assert_eq!(seen(&over, 48), None);
        }
        let failed = peering(PeeringState::Failed, Some(0));
        assert_eq!((seen(&failed, 1), seen(&failed, 2)), (Some(("failed", true, true)), None));
        assert_eq!(seen(&peering(PeeringState::Active, None), 10_000), Some(("active", true, true)));
    }

    #[test]
    fn time_may_pass_faster() {
        let scale = TimeScale::new(NonZeroU32::new(1000).expect("not zero"));
        let request = peering(PeeringState::PendingAcceptance, None);
        let state = |seconds: u64| after(&request, Timestamp(seconds * 1000), scale).map(|peering| peering.state);
        assert_eq!(state(604), Some(PeeringState::PendingAcceptance));
        assert_eq!(state(605), Some(PeeringState::Expired));
    }
}
