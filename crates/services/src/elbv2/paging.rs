//! `Marker` and `PageSize`: this service's names for pages.

use super::refusal::validation;
use crate::Error;
use crate::page::{self, Ask, Page};

/// Cuts the page that `marker` and `size` ask for out of `items`.
///
/// # Errors
/// `ValidationError` for a marker that we did not make.
pub fn cut<T>(marker: Option<&str>, size: Option<usize>, items: Vec<T>, key: impl Fn(&T) -> String) -> Result<Page<T>, Error> {
    let size = size.unwrap_or(DEFAULT_SIZE);
    page::cut(Ask { max_results: Some(size), token: marker }, items, key)
        .map_err(|_| validation("The marker is not one that this API returned."))
}

const DEFAULT_SIZE: usize = 400;
