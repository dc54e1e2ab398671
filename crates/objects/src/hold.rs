//! Holding a blob: while anybody does, it is not removed.

use std::collections::HashMap;
use std::sync::{Arc, MutexGuard, PoisonError};

use crate::Shared;

/// Holds a blob until it is dropped.
#[derive(Debug)]
pub struct Hold {
    shared: Arc<Shared>,
    id: String,
}

impl Hold {
    pub(crate) fn new(shared: &Arc<Shared>, id: &str) -> Self {
        *held(shared).entry(id.to_owned()).or_default() += 1;
        Self { shared: Arc::clone(shared), id: id.to_owned() }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let mut held = held(&self.shared);
        if let Some(count) = held.get_mut(&self.id) {
            *count -= 1;
            if *count == 0 {
                held.remove(&self.id);
            }
        }
    }
}

pub(crate) fn is_held(shared: &Shared, id: &str) -> bool {
    held(shared).contains_key(id)
}

/// Counting cannot be left half done, so a panic elsewhere does no harm.
fn held(shared: &Shared) -> MutexGuard<'_, HashMap<String, usize>> {
    shared.held.lock().unwrap_or_else(PoisonError::into_inner)
}
