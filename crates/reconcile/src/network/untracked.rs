//! Flows that AWS does not track (EC2 User Guide, "Untracked connections"): those that an open rule lets begin at an interface
//! whose groups let every answer pass. Each of their packets is judged by the rules as they are, so that a rule that goes cuts
//! them, while a tracked flow outlives its rule.
//!
//! Whether a flow is tracked is decided with its first packet, at each of its two ends, and kept in its mark: the rules of that
//! moment may be gone when it counts. What balancers, endpoints and NAT gateways carry is tracked always: their flows are
//! translated, or end at sockets of the router. So are flows that an appliance passes on, which have more than two ends. It has
//! no say in what else goes by it.

use kernel::nft::{Action, Chain, ChainKind, Field, HookPoint, Mark, Match, Policy, Rule, Value, ct_state};

use super::name::flow::{FIRST_ANSWERED, FIRST_BEGUN, JUDGED, LAST_ANSWERED, LAST_BEGUN, TRACKED};
use super::ruleset::{accept_if, base, is_established, is_known, jump, vmap};

/// One end of a flow, with the bits of the flow's mark that say that it is untracked there: all of them together.
#[derive(Clone, Copy)]
pub(super) enum End {
    /// The interface that it leaves first.
    First,
    /// The interface that it arrives at.
    Last,
}

impl End {
    /// An open rule let it begin.
    fn begun(self) -> u32 {
        match self {
            Self::First => FIRST_BEGUN,
            Self::Last => LAST_BEGUN,
        }
    }

    /// Its answers pass by a rule.
    fn answered(self) -> u32 {
        match self {
            Self::First => FIRST_ANSWERED,
            Self::Last => LAST_ANSWERED,
        }
    }

    /// A flow that is untracked at this end.
    fn untracked(self) -> Match {
        let bits = self.begun() | self.answered();
        Match::masked(Field::CtMark, bits | TRACKED, bits)
    }
}

/// What notes that an open rule let a flow begin.
pub(super) fn note_begun(end: End) -> Action {
    Action::SetCtMark(Mark::FlowWith(end.begun()))
}

/// What notes that every answer of a flow passes.
pub(super) fn note_answered(end: End) -> Action {
    Action::SetCtMark(Mark::FlowWith(end.answered()))
}

/// A rule that goes into a chain of such notes with the packets that begin a flow.
pub(super) fn noting(chain: &str) -> Rule {
    Rule::new([Match::any_of(Field::CtState, ct_state::NEW)], [jump(chain)])
}

/// A rule that concludes from the notes of all groups at an end.
pub(super) fn concluded(end: End) -> Rule {
    let begins = Match::any_of(Field::CtState, ct_state::NEW);
    Rule::new([begins, end.untracked()], [Action::SetCtMark(Mark::FlowWith(JUDGED))])
}

/// A rule that accepts what belongs to a tracked flow.
pub(super) fn known_and_tracked() -> Rule {
    let untracked = Match::masked(Field::CtMark, JUDGED | TRACKED, JUDGED);
    accept_if(vec![is_known(), untracked.negate()])
}

/// A rule that notes that flows are tracked which get another source from a NAT gateway.
pub(super) fn what_nat_gateways_carry() -> Rule {
    always_tracked([Match::is(Field::RtClassId, Value::Mark(0)).negate()])
}

/// A rule that notes that a flow is tracked.
pub(super) fn always_tracked(matches: impl Into<Vec<Match>>) -> Rule {
    Rule::new(matches, [Action::SetCtMark(Mark::FlowWith(TRACKED))])
}

/// Rules that put packets of untracked flows to `map` again, by the device of an interface: those that leave one, which is the
/// flow's first end on the way there and its last on the way back; or those that arrive at one, where it is the other way round.
pub(super) fn judged_again(device: Field, [there, back]: [End; 2], map: &str) -> impl Iterator<Item = Rule> {
    [(0, there), (1, back)].into_iter().map(move |(direction, end)| {
        let matches = vec![end.untracked(), Match::is(Field::CtDirection, Value::Proto(direction)), is_established()];
        Rule { matches, ..vmap([device.clone()], map) }
    })
}

/// What sockets of the router send, or answer.
pub(super) fn own() -> Chain {
    let of_flow = Match::any_of(Field::CtState, ct_state::NEW | ct_state::ESTABLISHED);
    base("own", ChainKind::Filter, HookPoint::Output, 0, Policy::Accept, vec![always_tracked([of_flow])])
}
