//! nftables over nfnetlink: changes as one transaction, and what is there as objects. (No crate does verdict maps.)

mod decode;
mod expression;
mod field;
mod message;
mod step;
mod value;
mod word;

use std::collections::{BTreeMap, HashMap};
use std::io;

use crate::error::KernelError;
use crate::netlink::{Answer, Socket, Writer, flag};
use crate::nft::{Chain, Data, Element, Rule, Rules, Set, SetData, Table};
use crate::object::{Change, Object};
use step::{KnownSets, Step};

pub(crate) use word::NETLINK_NETFILTER;

/// How often a transaction is mended: elements one by one, then those that are there made anew, then chains.
const ROUNDS: usize = 4;

/// Makes the changes at one moment, or none of them.
pub(crate) fn commit(changes: &[&Change]) -> Result<(), KernelError> {
    let socket = open()?;
    let outcome = commit_over(&socket, changes);
    close_aside(socket);
    outcome
}

/// Closes a socket without waiting. What a transaction removed is out of force at once, but the kernel frees it, and lets go
/// of the socket and of the table's lock, only when no packet can still be looking at it: up to 20 ms later. So a thread waits
/// for that moment before it closes. When none can be started we wait after all.
fn close_aside(socket: Socket) {
    let close = move || {
        // SAFETY: the call takes three numbers and touches no memory. Where it is not to be had, closing waits instead.
        unsafe { libc::syscall(libc::SYS_membarrier, libc::MEMBARRIER_CMD_GLOBAL, 0, 0) };
        drop(socket);
    };
    drop(std::thread::Builder::new().name("close".to_owned()).spawn(close));
}

fn commit_over(socket: &Socket, changes: &[&Change]) -> Result<(), KernelError> {
    let known = ask_sets(socket, changes)?;
    let mut steps = step::steps(changes, &known).map_err(|change| refused(change, libc::ENOENT, None))?;
    steps.iter().try_for_each(check)?;
    for _ in 0..ROUNDS {
        let answers = socket.request(message::batch(&steps).bytes()).map_err(talking)?;
        let refusals: Vec<Answer> = answers.iter().filter(|answer| answer.errno != 0).cloned().collect();
        if refusals.is_empty() {
            let acknowledged = steps.is_empty() || !answers.is_empty();
            return if acknowledged { Ok(()) } else { Err(KernelError::Malformed("a transaction was not acknowledged")) };
        }
        match step::mend(&steps, &errors_by_step(&refusals)) {
            Some(mended) => steps = mended,
            None => return Err(refusal(&steps, refusals)),
        }
    }
    Err(KernelError::Malformed("a transaction was refused however it was mended"))
}

/// The tables whose names begin with `prefix`, with all that is in them.
pub(crate) fn observe(prefix: &str) -> Result<Vec<Object>, KernelError> {
    let socket = open()?;
    let tables = inventory(&socket, word::GETTABLE, |_| {})?;
    let ours = |table: &Table| table.name.starts_with(prefix);
    let mut objects = Vec::new();
    for table in tables.iter().filter_map(|body| decode::table(body)).filter(ours) {
        let sets = inventory(&socket, word::GETSET, |w| w.text(word::SET_TABLE, &table.name))?;
        let sets: Vec<Set> = sets.iter().filter_map(|body| decode::set(body)).filter(|set| set.table == table.name).collect();
        objects.extend(chains(&socket, &table)?.into_iter().map(Object::Chain));
        for set in &sets {
            objects.extend(elements(&socket, set)?.into_iter().map(Object::Element));
        }
        objects.extend(sets.into_iter().map(Object::Set));
        let timeouts = inventory(&socket, word::GETOBJ, |w| w.text(word::OBJECT_TABLE, &table.name))?;
        let timeouts = timeouts.iter().filter_map(|body| decode::timeout(body)).filter(|timeout| timeout.table == table.name);
        objects.extend(timeouts.map(Object::Timeout));
        objects.push(Object::Table(table));
    }
    Ok(objects)
}

/// The bytes of a rule's expressions.
pub(crate) fn encoded(rule: &Rule) -> Vec<u8> {
    let mut w = Writer::default();
    expression::write(&mut w, rule);
    w.bytes().to_vec()
}

fn chains(socket: &Socket, table: &Table) -> Result<Vec<Chain>, KernelError> {
    let mut digests: HashMap<String, Vec<Option<u64>>> = HashMap::new();
    for body in inventory(socket, word::GETRULE, |w| w.text(word::RULE_TABLE, &table.name))? {
        if let Some(((of, chain), digest)) = decode::rule(&body)
            && of == table.name
        {
            digests.entry(chain).or_default().push(digest);
        }
    }
    let chains = inventory(socket, word::GETCHAIN, |_| {})?;
    let ours = chains.iter().filter_map(|body| decode::chain(body)).filter(|chain| chain.table == table.name);
    Ok(ours
        .map(|chain| {
            let rules = Rules::Observed(digests.remove(&chain.name).unwrap_or_default());
            Chain { rules, ..chain }
        })
        .collect())
}

fn elements(socket: &Socket, set: &Set) -> Result<Vec<Element>, KernelError> {
    let bodies = inventory(socket, word::GETELEM, |w| {
        w.text(word::ELEMENTS_TABLE, &set.table);
        w.text(word::ELEMENTS_SET, &set.name);
    })?;
    Ok(decode::elements(set, &bodies))
}

fn open() -> Result<Socket, KernelError> {
    Socket::open(NETLINK_NETFILTER).map_err(talking)
}

fn inventory(socket: &Socket, kind: u16, attributes: impl FnOnce(&mut Writer)) -> Result<Vec<Vec<u8>>, KernelError> {
    let mut question = Writer::default();
    question.message(kind, flag::DUMP, 0, &word::HEADER, attributes);
    socket.inventory(question.bytes()).map_err(talking)
}

fn ask_sets(socket: &Socket, changes: &[&Change]) -> Result<KnownSets, KernelError> {
    let mut known = BTreeMap::new();
    for (table, name) in step::sets_to_ask(changes) {
        let mut question = Writer::default();
        question.message(word::GETSET, 0, 0, &word::HEADER, |w| {
            w.text(word::SET_TABLE, table);
            w.text(word::SET_NAME, name);
        });
        let answer = socket.one(question.bytes()).map_err(talking)?;
        if let Some(set) = answer.and_then(|body| decode::set(&body)) {
            known.insert((table.to_owned(), name.to_owned()), set);
        }
    }
    Ok(KnownSets(known))
}

/// Refuses what the kernel would take and misread.
fn check(step: &Step<'_>) -> Result<(), KernelError> {
    let flaw = match step {
        Step::NewRule(_, rule) => expression::flaw(rule),
        Step::NewSet(set) => {
            let empty = set.key.is_empty() || matches!(&set.data, SetData::Values(types) if types.is_empty());
            empty.then_some("a set has keys, and a map of values has some")
        }
        Step::NewElements(set, elements) => {
            let misfit = elements.iter().find(|element| !fits(set, element));
            return misfit.map_or(Ok(()), |element| Err(invalid(element.to_string(), "it does not have the types of its set")));
        }
        Step::DeleteElements(set, keys) => {
            let fine = keys.iter().all(|key| value::agree(&set.key, key));
            (!fine).then_some("they do not have the types of their set")
        }
        _ => None,
    };
    flaw.map_or(Ok(()), |reason| Err(invalid(step.to_string(), reason)))
}

fn fits(set: &Set, element: &Element) -> bool {
    let data = match (&set.data, &element.data) {
        (SetData::None, Data::None) | (SetData::Pool, Data::Pool(..)) | (SetData::Verdict, Data::Verdict(_)) => true,
        (SetData::Values(types), Data::Values(values)) => value::agree(types, values),
        _ => false,
    };
    data && value::agree(&set.key, &element.key)
}

fn errors_by_step(refusals: &[Answer]) -> BTreeMap<usize, i32> {
    let step = |answer: &Answer| Some((usize::try_from(answer.sequence).ok()?.checked_sub(1)?, answer.errno));
    refusals.iter().filter_map(step).collect()
}

fn refusal(steps: &[Step<'_>], refusals: Vec<Answer>) -> KernelError {
    let Some(answer) = refusals.into_iter().min_by_key(|answer| answer.sequence) else {
        return KernelError::Malformed("a refusal without an answer");
    };
    let step = usize::try_from(answer.sequence).ok().and_then(|number| steps.get(number.checked_sub(1)?));
    let step = step.map_or_else(|| "commit a transaction".to_owned(), ToString::to_string);
    refused(&step, answer.errno, answer.reason)
}

fn refused(change: &impl ToString, errno: i32, reason: Option<String>) -> KernelError {
    let change = change.to_string();
    let change = reason.map_or(change.clone(), |reason| format!("{change} ({reason})"));
    KernelError::Refused { change, source: io::Error::from_raw_os_error(errno) }
}

fn invalid(what: String, reason: &'static str) -> KernelError {
    KernelError::Invalid { what, reason }
}

fn talking(error: io::Error) -> KernelError {
    KernelError::failed("talk to nftables", error)
}
