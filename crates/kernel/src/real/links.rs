//! Makes, mends and removes links.

use std::io;
use std::os::fd::AsFd;

use super::{Inside, refused};
use crate::diff::same_pair;
use crate::error::KernelError;
use crate::object::{Change, Key, Link, LinkEnd, LinkKind, Object};
use crate::route::{Seen, doom, link_by_index, link_by_name, new_link, seen, set_link};

/// The longest name of a device, without the final zero.
const NAME: usize = 15;
/// How many links go in one message: were all refused, the answers would fit an ordinary buffer.
const GONE_AT_ONCE: usize = 100;

/// Adds or replaces one link.
pub(super) fn make(inside: &Inside<'_>, change: &Change) -> Result<(), KernelError> {
    let (Change::Add(Object::Link(link)) | Change::Replace(Object::Link(link))) = change else {
        return Ok(());
    };
    check_names(link)?;
    let existing = if matches!(change, Change::Replace(_)) { find(inside, &link.end.name)? } else { None };
    match existing {
        Some(old) if same_pair(&old.kind, &link.kind) => {}
        Some(_) => {
            remove_named(inside, &[&link.end.name])?;
            create(inside, link, change)?;
        }
        None => match create(inside, link, change) {
            Err(error) if error.errno() == Some(libc::EEXIST) => adopt(inside, link, change)?,
            other => other?,
        },
    }
    settle(inside, link)
}

/// Removes links, all at once.
pub(super) fn remove(inside: &Inside<'_>, changes: &[&Change]) -> Result<(), KernelError> {
    let name = |change: &&Change| match change {
        Change::Remove(Key::Link(name)) => Some(name.clone()),
        _ => None,
    };
    let names: Vec<String> = changes.iter().filter_map(name).collect();
    remove_named(inside, &names.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The link of this name, whoever made it.
fn find(inside: &Inside<'_>, name: &str) -> Result<Option<Link>, KernelError> {
    let failed = |e| KernelError::failed(format!("look at the link {name}"), e);
    let body = inside.route.one(link_by_name(name).bytes()).map_err(failed)?;
    body.and_then(|body| seen(&body)).map(|seen| whole(inside, seen)).transpose()
}

/// A link with its far end.
pub(super) fn whole(inside: &Inside<'_>, seen: Seen) -> Result<Link, KernelError> {
    let namespace = seen.alias.unwrap_or_default();
    let peer = peer(inside, &namespace, seen.peer, seen.index)?;
    Ok(Link { end: seen.end, kind: LinkKind::Veth { namespace, peer } })
}

/// The far end of a pair, looked at in its own namespace. One that is not where it should be has no name.
fn peer(inside: &Inside<'_>, far: &str, index: u32, back: u32) -> Result<LinkEnd, KernelError> {
    let failed = |e| KernelError::failed(format!("look at a link in the namespace {far}"), e);
    let looked = inside.abroad(far, |socket| socket.one(link_by_index(index).bytes()).map_err(failed));
    match looked {
        Err(KernelError::NoNamespace(_) | KernelError::Invalid { .. }) => Ok(lost_peer()),
        Err(error) => Err(error),
        Ok(body) => {
            let there = body.and_then(|body| seen(&body)).filter(|there| there.peer == back);
            Ok(there.map_or_else(lost_peer, |there| there.end))
        }
    }
}

fn lost_peer() -> LinkEnd {
    LinkEnd { name: String::new(), mac: crate::Mac([0; 6]), mtu: 0, up: false }
}

fn check_names(link: &Link) -> Result<(), KernelError> {
    let LinkKind::Veth { peer, .. } = &link.kind;
    for name in [&link.end.name, &peer.name] {
        if name.is_empty() || name.len() > NAME || name.contains(['/', ' ', '\0']) {
            return Err(KernelError::Invalid {
                what: format!("the link name {name:?}"),
                reason: "a link's name has 1 to 15 bytes",
            });
        }
    }
    Ok(())
}

fn create(inside: &Inside<'_>, link: &Link, change: &Change) -> Result<(), KernelError> {
    let LinkKind::Veth { namespace, .. } = &link.kind;
    let far = inside.kernel.namespaces.open(namespace)?;
    let message = new_link(&link.end, &link.kind, far.as_fd());
    inside.demand(&inside.route, &message, || change.to_string())
}

/// The name is taken, here or in the far namespace. What is here is brought in line or makes room.
fn adopt(inside: &Inside<'_>, link: &Link, change: &Change) -> Result<(), KernelError> {
    match find(inside, &link.end.name)? {
        Some(old) if same_pair(&old.kind, &link.kind) => Ok(()),
        Some(_) => {
            remove_named(inside, &[&link.end.name])?;
            create(inside, link, change)
        }
        // It has just gone with the namespace of its far end, or the name is taken over there.
        None => create(inside, link, change),
    }
}

/// Brings both ends to their state.
fn settle(inside: &Inside<'_>, link: &Link) -> Result<(), KernelError> {
    let LinkKind::Veth { namespace, peer } = &link.kind;
    inside.abroad(namespace, |socket| {
        inside.demand(socket, &set_link(peer, None), || format!("set the link {peer} in the namespace {namespace}"))
    })?;
    inside.demand(&inside.route, &set_link(&link.end, Some(namespace)), || format!("set the link {}", link.end))
}

fn remove_named(inside: &Inside<'_>, names: &[&str]) -> Result<(), KernelError> {
    for some in names.chunks(GONE_AT_ONCE) {
        let what = Key::Link(some.join(", "));
        let answers = inside.route.request(doom(some).bytes());
        let answers = answers.map_err(|e| KernelError::failed(Change::Remove(what.clone()).to_string(), e))?;
        if let Some(answer) = answers.into_iter().find(|answer| answer.errno != libc::ENODEV) {
            return Err(refused(&Change::Remove(what), io::Error::from_raw_os_error(answer.errno), answer.reason));
        }
    }
    Ok(())
}
