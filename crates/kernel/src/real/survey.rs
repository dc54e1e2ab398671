//! Takes stock of a namespace: what is there, as objects.

use std::collections::HashMap;

use super::{Inside, links};
use crate::error::KernelError;
use crate::object::Object;
use crate::route::{self, Seen, inventory};

/// Links, shortcuts, addresses, neighbours, routes and rules.
pub(super) fn survey(inside: &Inside<'_>) -> Result<Vec<Object>, KernelError> {
    let dump = |kind: u16, fixed: usize| {
        let failed = |e| KernelError::failed(format!("observe the namespace {}", inside.name), e);
        inside.route.inventory(inventory(kind, fixed).bytes()).map_err(failed)
    };
    let links: Vec<Seen> = dump(route::GETLINK, 16)?.iter().filter_map(|body| route::seen(body)).collect();
    let names: HashMap<u32, String> = links.iter().map(|seen| (seen.index, seen.end.name.clone())).collect();
    let name = |index: u32| names.get(&index).cloned();
    let mut objects: Vec<Object> = shortcuts(inside, &names)?;
    for seen in links.into_iter().filter(|seen| seen.ours) {
        objects.push(Object::Link(links::whole(inside, seen)?));
    }
    objects.extend(dump(route::GETADDR, 8)?.iter().filter_map(|body| route::address(body, name)).map(Object::Address));
    objects.extend(dump(route::GETNEIGH, 12)?.iter().filter_map(|body| route::neighbour(body, name)).map(Object::Neighbour));
    objects.extend(dump(route::GETROUTE, 12)?.iter().filter_map(|body| route::route(body, name)).map(Object::Route));
    objects.extend(dump(route::GETRULE, 12)?.iter().filter_map(|body| route::rule(body)).map(Object::Rule));
    Ok(objects)
}

/// The devices with shortcuts of this process.
fn shortcuts(inside: &Inside<'_>, names: &HashMap<u32, String>) -> Result<Vec<Object>, KernelError> {
    let Some(shortcuts) = &inside.kernel.shortcuts else { return Ok(Vec::new()) };
    let mut objects = Vec::new();
    for (index, name) in names.iter().filter(|(_, name)| *name != "lo") {
        match shortcuts.on(inside.name, *index) {
            Ok(true) => objects.push(Object::Shortcut(name.clone())),
            // A device that has just gone has none.
            Ok(false) => {}
            Err(error) if error.raw_os_error() == Some(libc::ENODEV) => {}
            Err(error) => return Err(KernelError::failed(format!("look at the shortcuts of {name}"), error)),
        }
    }
    Ok(objects)
}
