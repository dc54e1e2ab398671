//! Flows that AWS does not track (EC2 User Guide, "Untracked connections"): those that an open rule lets begin at an interface
//! whose groups let every answer pass. Each of their packets is judged by the rules as they are, so that a rule that goes cuts
//! them, while a tracked flow outlives its rule.
//!
//! Whether a flow is tracked is decided with its first packet, at each of its two ends, and kept in its mark: the rules of that
//! moment may be gone when it counts. What balancers, endpoints and NAT gateways carry is tracked always: their flows are
//! translated, or end at sockets of the router. So are flows through appliances, which have more than two ends.

use kernel::nft::{Action, Chain, ChainKind, Field, HookPoint, Mark, Match, Operand, Policy, Rule, Value, ct_state, ct_status};

use super::ruleset::{base, is_established, jump, vmap};

/// Of a flow's mark: tracked, whatever the rules say.
const TRACKED: u32 = 0x10;

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
            Self::First => 0x20,
            Self::Last => 0x80,
        }
    }

    /// Its answers pass by a rule.
    fn answered(self) -> u32 {
        self.begun() << 1
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

/// A rule that notes that a flow is tracked.
pub(super) fn always_tracked(matches: impl Into<Vec<Match>>) -> Rule {
    Rule::new(matches, [Action::SetCtMark(Mark::FlowWith(TRACKED))])
}

/// Rules that put packets of untracked flows to `map` again, by the device of an interface: those that leave one, which is the
/// flow's first end on the way there and its last on the way back; or those that arrive at one, where it is the other way round.
pub(super) fn judged_again(device: Field, [there, back]: [End; 2], map: &str) -> impl Iterator<Item = Rule> {
    [(0, there), (1, back)].into_iter().map(move |(direction, end)| {
        let bits = end.begun() | end.answered();
        let marked = Operand::Masked { mask: bits | TRACKED, value: bits };
        let matches = vec![
            Match { key: vec![Field::CtMark], negated: false, with: marked },
            Match::is(Field::CtDirection, Value::Proto(direction)),
            is_established(),
            Match::any_of(Field::CtStatus, ct_status::SNAT | ct_status::DNAT).negate(),
        ];
        Rule { matches, ..vmap([device.clone()], map) }
    })
}

/// What sockets of the router send, or answer.
pub(super) fn own() -> Chain {
    let of_flow = Match::any_of(Field::CtState, ct_state::NEW | ct_state::ESTABLISHED);
    base("own", ChainKind::Filter, HookPoint::Output, 0, Policy::Accept, vec![always_tracked([of_flow])])
}
