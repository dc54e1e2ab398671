//! A cloud in memory that tests drive as users do: operations by name, JSON in the model's member names. Every answer is
//! checked against the model.

use std::num::NonZeroU32;
use std::sync::LazyLock;

use resource::TimeScale;
use serde_json::Value;
use store::{Store, StoreError, Txn};
use wire::{Identified, Models};

use crate::{Caller, Error};

/// One account's view of a store in memory.
#[derive(Clone)]
pub struct Cloud {
    store: Store,
    caller: Caller,
    scale: TimeScale,
}

impl Cloud {
    /// An empty cloud, seen by account 111111111111 in us-east-1.
    pub fn new() -> Self {
        let caller = Caller::root("111111111111", "us-east-1");
        Self { store: Store::in_memory(), caller, scale: TimeScale::default() }
    }

    /// The same cloud, seen by another account.
    pub fn account(&self, account: &str) -> Self {
        self.seen_by(Caller::root(account, "us-east-1"))
    }

    /// The same cloud, seen by the same account in another Region.
    pub fn region(&self, region: &str) -> Self {
        self.seen_by(Caller::root(&self.caller.owner.account, region))
    }

    /// The same cloud, seen by the same caller known to have signed with this key.
    pub fn signed(&self, access_key_id: &str) -> Self {
        self.seen_by(self.caller.clone().with_key(Some(access_key_id.to_owned())))
    }

    fn seen_by(&self, caller: Caller) -> Self {
        Self { caller, ..self.clone() }
    }

    /// The same cloud, where long periods pass so many times faster.
    pub fn faster(&self, factor: NonZeroU32) -> Self {
        Self { scale: TimeScale::new(factor), ..self.clone() }
    }

    /// Performs an EC2 operation.
    pub fn call(&self, operation: &str, input: Value) -> Result<Value, Error> {
        self.call_in("ec2", operation, input)
    }

    /// Performs an operation of any service.
    pub fn call_in(&self, service: &str, operation: &str, input: Value) -> Result<Value, Error> {
        let (service, operation) = crate::find(service, operation).unwrap_or_else(|| panic!("there is no operation {operation}"));
        let answer = wait(crate::perform(&self.store, self.scale, (service, operation), &self.caller, input))?;
        assert_eq!(faults(service.name, operation.name, &answer), Vec::<String>::new(), "{answer}");
        Ok(answer)
    }

    /// Performs an operation that must succeed.
    #[track_caller]
    pub fn ok(&self, operation: &str, input: Value) -> Value {
        self.call(operation, input).unwrap_or_else(|error| panic!("{operation}: {error}"))
    }

    /// Performs an operation that must succeed, and takes the text at a JSON pointer out of its answer.
    #[track_caller]
    pub fn text(&self, operation: &str, input: Value, pointer: &str) -> String {
        let answer = self.ok(operation, input);
        let found = answer.pointer(pointer).and_then(Value::as_str);
        found.unwrap_or_else(|| panic!("{operation}: no {pointer} in {answer}")).to_owned()
    }

    /// The code with which an operation is refused.
    #[track_caller]
    pub fn refusal(&self, operation: &str, input: Value) -> String {
        match self.call(operation, input) {
            Ok(answer) => panic!("{operation} succeeded: {answer}"),
            Err(error) => error.code,
        }
    }

    /// Changes the store directly, as a reconciler does.
    pub fn change<T>(&self, change: impl Fn(&mut Txn) -> T) -> T {
        let done: Result<T, StoreError> = wait(self.store.write(|txn| Ok(change(txn))));
        done.expect("memory takes every write")
    }

    /// The world as it is.
    pub fn world(&self) -> store::Snapshot {
        self.store.snapshot()
    }
}

/// Everything in which an answer is not what the model says.
fn faults(service: &str, operation: &str, answer: &Value) -> Vec<String> {
    static MODELS: LazyLock<Models> = LazyLock::new(Models::new);
    let Some(model) = MODELS.service(service) else {
        assert_eq!(service, "underpass", "only what is no service of AWS's has no model");
        return Vec::new();
    };
    let identified = Identified::of(model, operation);
    wire::check_output(&identified.unwrap_or_else(|| panic!("the model has no {operation}")), answer)
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime without drivers needs nothing");
    runtime.block_on(future)
}
