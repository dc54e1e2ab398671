//! The method and URI template of an operation, and which of several templates a path means.

use std::cmp::Ordering;

use http::Method;

use super::{Place, Service};

/// A compiled URI template: `/{Bucket}/{Key+}?uploads`.
#[derive(Debug)]
pub(crate) struct Route {
    /// The operation's place in its service.
    pub(crate) operation: usize,
    method: &'static str,
    segments: Box<[Part]>,
    /// Query parameters that have to be there, with a value if the template names one.
    pub(crate) literals: Box<[(&'static str, Option<&'static str>)]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Greedy(&'static str),
    Label(&'static str),
    Literal(&'static str),
}

impl Route {
    pub(crate) fn parse(operation: usize, method: &'static str, uri: &'static str) -> Self {
        let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
        let literals = query.split('&').filter(|q| !q.is_empty()).map(|q| match q.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (q, None),
        });
        Route { operation, method, segments: split(path).map(Part::parse).collect(), literals: literals.collect() }
    }

    /// The labels as they stand in the path, when it fits.
    fn labels<'p>(&self, path: &'p str) -> Option<Vec<(&'static str, &'p str)>> {
        let mut found = Vec::new();
        let mut rest = Some(path.strip_prefix('/').unwrap_or(path));
        for (at, part) in self.segments.iter().enumerate() {
            let text = rest?;
            let after = self.segments.len() - at - 1;
            let (segment, tail) = match part {
                Part::Greedy(_) => before_last(text, after)?,
                _ => text.split_once('/').map_or((text, None), |(a, b)| (a, Some(b))),
            };
            match part {
                Part::Literal(literal) if *literal != segment => return None,
                Part::Label(name) | Part::Greedy(name) if !segment.is_empty() => found.push((*name, segment)),
                Part::Literal(_) => {}
                _ => return None,
            }
            rest = tail;
        }
        rest.is_none_or(str::is_empty).then_some(found)
    }

    fn literals_present(&self, query: &[(String, String)]) -> bool {
        self.literals.iter().all(|(name, value)| query.iter().any(|(k, v)| k == name && value.is_none_or(|w| v == w)))
    }

    /// Literal beats label beats greedy label, from the left; then the longer template.
    fn compare(&self, other: &Route) -> Ordering {
        let rank = |part: &Part| match part {
            Part::Greedy(_) => 0,
            Part::Label(_) => 1,
            Part::Literal(_) => 2,
        };
        let (mine, theirs) = (self.segments.iter().map(rank), other.segments.iter().map(rank));
        mine.cmp(theirs).then(self.literals.len().cmp(&other.literals.len()))
    }
}

impl Part {
    fn parse(segment: &'static str) -> Part {
        match segment.strip_prefix('{').and_then(|s| s.strip_suffix('}')) {
            Some(label) => label.strip_suffix('+').map_or(Part::Label(label), Part::Greedy),
            None => Part::Literal(segment),
        }
    }
}

/// The segments of a template; a slash at its end means nothing.
fn split(path: &'static str) -> impl Iterator<Item = &'static str> {
    let path = path.strip_prefix('/').unwrap_or(path);
    path.strip_suffix('/').unwrap_or(path).split('/')
}

/// All but the last `after` segments, and those.
fn before_last(text: &str, after: usize) -> Option<(&str, Option<&str>)> {
    let mut end = text.len();
    for _ in 0..after {
        end = text[..end].rfind('/')?;
    }
    Some((&text[..end], (after > 0).then(|| &text[end + 1..])))
}

/// A route that fits, with its labels still percent-encoded.
pub(crate) struct Match<'p> {
    pub(crate) operation: usize,
    pub(crate) labels: Vec<(&'static str, &'p str)>,
    rank: (bool, usize),
}

/// The most specific route of a service for a request. Among equals, the one with the most of its required query
/// parameters and headers present wins: that is how `UploadPart` and `PutObject` differ.
pub(crate) fn matched<'p>(
    service: &Service,
    method: &Method,
    path: &'p str,
    query: &[(String, String)],
    header: impl Fn(&str) -> bool,
) -> Option<Match<'p>> {
    let mut best: Option<(&Route, Match<'p>)> = None;
    for route in &service.routes {
        if route.method != method.as_str() || !route.literals_present(query) {
            continue;
        }
        let Some(labels) = route.labels(path) else { continue };
        let found = Match { operation: route.operation, labels, rank: required(service, route, query, &header) };
        let better = best.as_ref().is_none_or(|(r, m)| route.compare(r).then(found.rank.cmp(&m.rank)).is_gt());
        if better {
            best = Some((route, found));
        }
    }
    best.map(|(_, found)| found)
}

/// Whether all required query parameters and headers are present, and how many there are.
fn required(service: &Service, route: &Route, query: &[(String, String)], header: impl Fn(&str) -> bool) -> (bool, usize) {
    let operation = &service.operations()[route.operation];
    let Some(input) = operation.input.and_then(|id| service.structure(id)) else { return (true, 0) };
    let mut count = (true, 0);
    for member in input.members.iter().filter(|m| m.required) {
        let name = service.wire_name(member);
        let present = match member.place {
            Place::Query => query.iter().any(|(key, _)| key == name),
            Place::Header => header(name),
            _ => continue,
        };
        count = (count.0 && present, count.1 + usize::from(present));
    }
    count
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn labels(uri: &'static str, path: &str) -> Option<Vec<String>> {
        let found = Route::parse(0, "GET", uri).labels(path)?;
        Some(found.into_iter().map(|(k, v)| format!("{k}={v}")).collect())
    }

    #[test]
    fn a_label_takes_one_segment_and_a_greedy_one_takes_the_rest() {
        assert_eq!(labels("/{Bucket}/{Key+}", "/b/a/b/c").unwrap(), ["Bucket=b", "Key=a/b/c"]);
        assert_eq!(labels("/{Bucket}", "/b/a"), None);
        assert_eq!(labels("/x/{A+}/y", "/x/1/2/y").unwrap(), ["A=1/2"]);
    }

    #[test]
    fn a_slash_at_the_end_means_nothing_but_in_a_greedy_label() {
        assert_eq!(labels("/hostedzone/{Id}/rrset/", "/hostedzone/Z/rrset").unwrap(), ["Id=Z"]);
        assert_eq!(labels("/hostedzone/{Id}/rrset", "/hostedzone/Z/rrset/").unwrap(), ["Id=Z"]);
        assert_eq!(labels("/{Bucket}/{Key+}", "/b/dir/").unwrap(), ["Bucket=b", "Key=dir/"]);
        assert_eq!(labels("/{Bucket}/{Key+}", "/b/"), None);
        assert_eq!(labels("/{Bucket}", "/b/").unwrap(), ["Bucket=b"]);
    }

    #[test]
    fn a_literal_is_more_specific_than_a_label() {
        let (literal, label) = (Route::parse(0, "GET", "/a/b"), Route::parse(1, "GET", "/a/{X}"));
        let greedy = Route::parse(2, "GET", "/a/{X+}");
        assert!(literal.compare(&label).is_gt());
        assert!(label.compare(&greedy).is_gt());
        assert!(Route::parse(0, "GET", "/{B}?acl").compare(&Route::parse(0, "GET", "/{B}")).is_gt());
    }
}
