//! What this machine must be able to do, and whether it can.

use std::fmt::{self, Display, Formatter};

use crate::state::StateDir;

/// Something that this machine can or cannot do.
#[derive(Clone, Debug)]
pub struct Feature {
    /// What it is.
    pub name: String,
    /// Whether the machine can.
    pub ok: bool,
    /// Whether nothing works without it.
    pub required: bool,
    /// Why it cannot.
    pub reason: String,
    /// The command that mends it.
    pub remedy: String,
}

/// Tries everything that is needed, in namespaces that are gone afterwards.
pub fn features(state: &StateDir) -> Vec<Feature> {
    let network = kernel::probe().into_iter().map(|feature| Feature {
        name: feature.name.to_owned(),
        ok: feature.ok,
        required: feature.required,
        reason: feature.reason,
        remedy: feature.remedy.to_owned(),
    });
    network.chain(machines(state)).collect()
}

fn machines(state: &StateDir) -> Vec<Feature> {
    let found = workload::probe(state.root()).into_iter();
    found
        .map(|feature| Feature {
            name: feature.name.to_owned(),
            ok: feature.state.is_ok(),
            required: feature.required,
            reason: feature.state.err().unwrap_or_default(),
            remedy: feature.remedy.to_owned(),
        })
        .collect()
}

impl Display for Feature {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { name, ok, required, reason, remedy } = self;
        match (ok, required) {
            (true, _) => write!(f, "ok       {name}"),
            (false, true) => write!(f, "missing  {name}: {reason}. Mend it with: {remedy}"),
            (false, false) => write!(f, "without  {name}: {reason}. To have it: {remedy}"),
        }
    }
}
