//! An account in memory that tests drive as its administrator does: IAM and STS operations by name, JSON in model names.

use policy::Principal;
use resource::TimeScale;
use serde_json::{Value, json};
use store::{Store, StoreError, Txn};

use crate::{Caller, Error};

/// An account and who acts in it.
#[derive(Clone)]
pub struct Account {
    store: Store,
    caller: Caller,
}

/// A policy with one statement.
pub fn policy(statement: Value) -> String {
    json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
}

/// A trust policy for one principal of AWS.
pub fn trust(principal: &str) -> String {
    policy(json!({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}))
}

impl Account {
    /// The root of account 111111111111 in an empty cloud.
    pub fn new() -> Self {
        Self { store: Store::in_memory(), caller: Caller::root("111111111111", "eu-west-1") }
    }

    /// The same cloud, seen by somebody else.
    pub fn seen_by(&self, principal: Principal) -> Self {
        let account = principal.account().unwrap_or_default().to_owned();
        Self { store: self.store.clone(), caller: Caller::new(principal, &account, "eu-west-1") }
    }

    /// The same cloud, seen by a user that is made for it.
    pub fn user(&self, name: &str) -> Self {
        let made = self.iam("CreateUser", json!({"UserName": name}));
        let member = |member: &str| made["User"][member].as_str().unwrap_or_default().to_owned();
        self.seen_by(Principal::User { arn: member("Arn"), id: member("UserId") })
    }

    /// The same, known to sign with this key.
    pub fn signing_with(self, key: Option<String>) -> Self {
        Self { caller: self.caller.with_key(key), ..self }
    }

    /// Changes the store directly.
    pub fn change(&self, change: impl Fn(&mut Txn)) {
        let write = self.store.write(|txn| {
            change(txn);
            Ok::<_, StoreError>(())
        });
        wait(write).expect("memory takes every write");
    }

    /// Who acts.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The world as it is.
    pub fn world(&self) -> store::Snapshot {
        self.store.snapshot()
    }

    /// Performs an operation of a service.
    pub fn call(&self, service: &str, operation: &str, input: Value) -> Result<Value, Error> {
        let (service, operation) = crate::find(service, operation).unwrap_or_else(|| panic!("there is no {operation}"));
        wait(crate::perform(&self.store, TimeScale::default(), (service, operation), &self.caller, input))
    }

    /// Performs an operation of IAM that must succeed.
    #[track_caller]
    pub fn iam(&self, operation: &str, input: Value) -> Value {
        self.call("iam", operation, input).unwrap_or_else(|error| panic!("{operation}: {error}"))
    }

    /// The code with which IAM refuses an operation.
    #[track_caller]
    pub fn refusal(&self, operation: &str, input: Value) -> String {
        match self.call("iam", operation, input) {
            Ok(answer) => panic!("{operation} succeeded: {answer}"),
            Err(error) => error.code,
        }
    }
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime without drivers needs nothing");
    runtime.block_on(future)
}
