//! Takes stock of a namespace: what is there, as objects.

use std::collections::HashMap;

use super::{Inside, links};
use crate::error::KernelError;
use crate::object::Object;
use crate::route::{self, Seen, inventory};

/// Links, addresses, neighbours, routes and rules.
pub(super) fn survey(inside: &Inside<'_>) -> Result<Vec<Object>, KernelError> {
    let dump = |kind: u16, fixed: usize| {
        let failed = |e| KernelError::failed(format!("observe the namespace {}", inside.name), e);
        inside.route.inventory(inventory(kind, fixed).bytes()).map_err(failed)
    };
    let links: Vec<Seen> = dump(route::GETLINK, 16)?.iter().filter_map(|body| route::seen(body)).collect();
    let names: HashMap<u32, String> = links.iter().map(|seen| (seen.index, seen.end.name.clone())).collect();
    let name = |index: u32| names.get(&index).cloned();
    let mut objects = Vec::new();
    for seen in links.into_iter().filter(|seen| seen.ours) {
        objects.push(Object::Link(links::whole(inside, seen)?));
    }
    objects.extend(dump(route::GETADDR, 8)?.iter().filter_map(|body| route::address(body, name)).map(Object::Address));
    objects.extend(dump(route::GETNEIGH, 12)?.iter().filter_map(|body| route::neighbour(body, name)).map(Object::Neighbour));
    objects.extend(dump(route::GETROUTE, 12)?.iter().filter_map(|body| route::route(body, name)).map(Object::Route));
    objects.extend(dump(route::GETRULE, 12)?.iter().filter_map(|body| route::rule(body)).map(Object::Rule));
    Ok(objects)
}
