//! Pages and filters of lists, with Route 53 Resolver's error codes.

use serde::Deserialize;

use super::refusal::parameter;
use crate::Error;
use crate::page::{self, Ask, Page};

/// How many are shown at once unless the request says otherwise.
const PAGE: usize = 100;

/// A filter: values are alternatives.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Filter {
    name: String,
    values: Vec<String>,
}

/// What every list of this service is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Asked {
    max_results: Option<usize>,
    next_token: Option<String>,
    filters: Vec<Filter>,
}

/// The page that is asked for of those of `items` that pass the filters; `read` gives the values of an item under a filter's
/// name, none for a name that there is not.
///
/// # Errors
/// `InvalidNextTokenException`; `InvalidParameterException` for an unknown name.
pub fn of<T>(
    asked: &Asked,
    items: impl IntoIterator<Item = T>,
    read: impl Fn(&T, &str) -> Option<Vec<String>>,
) -> Result<Page<T>, Error> {
    let mut found = Vec::new();
    for item in items {
        if passes(&asked.filters, |name| read(&item, name))? {
            found.push(item);
        }
    }
    cut(asked.max_results, asked.next_token.as_deref(), found)
}

/// A page of `items`, which stay in their order.
///
/// # Errors
/// `InvalidNextTokenException`.
pub fn cut<T>(max: Option<usize>, token: Option<&str>, items: Vec<T>) -> Result<Page<T>, Error> {
    let numbered: Vec<(usize, T)> = items.into_iter().enumerate().collect();
    let ask = Ask { max_results: Some(max.unwrap_or(PAGE)), token };
    let page = page::cut(ask, numbered, |(n, _)| format!("{n:08}"))
        .map_err(|error| Error::new("InvalidNextTokenException", error.message))?;
    Ok(Page { items: page.items.into_iter().map(|(_, item)| item).collect(), next: page.next })
}

fn passes(filters: &[Filter], read: impl Fn(&str) -> Option<Vec<String>>) -> Result<bool, Error> {
    for filter in filters {
        // AWS takes both spellings, `Status` and `STATUS`, `HostVPCId` and `HOST_VPC_ID`.
        let name: String = filter.name.chars().filter(|c| *c != '_').collect::<String>().to_ascii_lowercase();
        let values = read(&name).ok_or_else(|| parameter(format!("The filter '{}' is invalid", filter.name)))?;
        if !values.iter().any(|value| filter.values.contains(value)) {
            return Ok(false);
        }
    }
    Ok(true)
}
