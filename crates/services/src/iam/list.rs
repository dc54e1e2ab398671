//! Pages of IAM: `Marker` and `MaxItems` in, `IsTruncated` and `Marker` out.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::Error;
use crate::page::{self, Ask};

const DEFAULT_ITEMS: usize = 100;

/// Which page.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Paging {
    /// Where the page before ended.
    pub(super) marker: Option<String>,
    /// At most this many.
    pub(super) max_items: Option<usize>,
}

/// The answer with one page of `items` under the name `member`, in the order of their keys.
///
/// # Errors
/// `ValidationError` for a marker that we did not make.
pub(super) fn page<T: serde::Serialize>(
    paging: &Paging,
    member: &str,
    items: Vec<T>,
    key: impl Fn(&T) -> String,
) -> Result<Value, Error> {
    let ask = Ask { max_results: Some(paging.max_items.unwrap_or(DEFAULT_ITEMS)), token: paging.marker.as_deref() };
    let page = page::cut(ask, items, key).map_err(|_| Error::new("ValidationError", "Invalid Marker."))?;
    let mut answer = json!({member: page.items, "IsTruncated": page.next.is_some()});
    if let Some(marker) = page.next {
        answer["Marker"] = Value::String(marker);
    }
    Ok(answer)
}

/// The path that a listing is narrowed to; without one everything is below it.
pub(super) fn below(prefix: Option<&str>, path: &str) -> bool {
    path.starts_with(prefix.unwrap_or("/"))
}
