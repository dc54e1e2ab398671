//! What an operation is: a name, and a function from a caller's input to an output over one view of the store.

use resource::{Owner, TimeScale, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use store::{Snapshot, Txn};

use crate::{Caller, Error};

/// One AWS operation.
pub struct Operation {
    /// Its name in the service's model.
    pub name: &'static str,
    /// What it does.
    pub run: Run,
}

/// The two ways an operation uses the store.
#[derive(Clone, Copy)]
pub enum Run {
    /// Looks at one consistent snapshot.
    Read(fn(&Read<'_>, Value) -> Result<Value, Error>),
    /// Writes one transaction, all or nothing. May be run again when another writer came first.
    Write(fn(&mut Write<'_>, Value) -> Result<Value, Error>),
}

/// What a reading operation has.
pub struct Read<'a> {
    /// The world.
    pub world: &'a Snapshot,
    /// Who asks.
    pub caller: &'a Caller,
    /// When.
    pub now: Timestamp,
    /// How fast long periods pass.
    pub scale: TimeScale,
}

/// What a writing operation has.
pub struct Write<'a> {
    /// The world, and what is to be changed in it.
    pub txn: &'a mut Txn,
    /// Who asks.
    pub caller: &'a Caller,
    /// When.
    pub now: Timestamp,
    /// How fast long periods pass.
    pub scale: TimeScale,
    /// The token of the request, for answers and resources that show it; repeated requests never reach a handler.
    pub(crate) client_token: Option<&'a str>,
}

impl Read<'_> {
    /// The account and Region of the request.
    pub fn owner(&self) -> &Owner {
        &self.caller.owner
    }
}

impl Write<'_> {
    /// The account and Region of the request.
    pub fn owner(&self) -> &Owner {
        &self.caller.owner
    }

    /// The token of the request, for answers that show it.
    pub fn client_token(&self) -> Option<String> {
        self.client_token.map(str::to_owned)
    }

    /// The same view for code that only reads.
    pub fn read(&self) -> Read<'_> {
        Read { world: self.txn, caller: self.caller, now: self.now, scale: self.scale }
    }

    /// Whether so many of AWS's seconds have passed since a moment.
    pub fn passed(&self, since: Timestamp, seconds: u32) -> bool {
        self.scale.passed(since, seconds.into(), self.now)
    }
}

/// Declares an operation: `operation!(read "DescribeVpcs" describe)` or `operation!(write "CreateVpc" create)`.
///
/// The function takes the context and a typed input, and returns a typed output. Members of the request that the
/// input type does not name are refused by name before it runs.
macro_rules! operation {
    (read $name:literal $function:path) => {
        $crate::Operation {
            name: $name,
            run: $crate::Run::Read(|cx, input| $crate::operation::call($name, input, |input| $function(cx, input))),
        }
    };
    (write $name:literal $function:path) => {
        $crate::Operation {
            name: $name,
            run: $crate::Run::Write(|cx, input| $crate::operation::call($name, input, |input| $function(cx, input))),
        }
    };
}
pub(crate) use operation;

/// Reads the typed input, calls, writes the typed output.
pub(crate) fn call<I, O>(operation: &str, input: Value, run: impl FnOnce(I) -> Result<O, Error>) -> Result<Value, Error>
where
    I: DeserializeOwned,
    O: Serialize,
{
    let mut unknown = None;
    let typed = serde_ignored::deserialize(input, |path| {
        unknown.get_or_insert_with(|| path.to_string());
    })
    .map_err(|error| Error::invalid_value(format!("The input of {operation} cannot be used: {error}")))?;
    match unknown {
        Some(member) => Err(Error::unsupported_member(operation, &member)),
        None => serde_json::to_value(run(typed)?).map_err(Error::internal),
    }
}
