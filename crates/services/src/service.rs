//! Finding and performing operations: dry runs and client tokens are dealt with here, once, for all of them.

use resource::{RequestToken, TOKEN_LIFETIME_SECONDS, Timestamp};
use serde_json::Value;
use store::{Store, Txn};

use crate::{Caller, Error, Operation, Read, Run, Write};

/// An AWS service.
pub struct Service {
    /// Its name among the models (`ec2`, `elbv2`, …), which is also its prefix in IAM actions unless `action_prefix` says otherwise.
    pub name: &'static str,
    /// The prefix of its IAM actions (`elasticloadbalancing` for `elbv2`).
    pub action_prefix: &'static str,
    /// Its operations, a table per part of the service.
    pub operations: &'static [&'static [Operation]],
}

/// Every service that we perform operations of.
const SERVICES: &[Service] =
    &[crate::underpass::SERVICE, crate::ec2::SERVICE, crate::elbv2::SERVICE, crate::iam::SERVICE, crate::sts::SERVICE];

/// All of them.
pub fn all() -> impl Iterator<Item = &'static Service> {
    SERVICES.iter()
}

/// The operation of a service, if we have it.
pub fn find(service: &str, operation: &str) -> Option<(&'static Service, &'static Operation)> {
    let service = SERVICES.iter().find(|s| s.name == service)?;
    let operation = service.operations.iter().copied().flatten().find(|o| o.name == operation)?;
    Some((service, operation))
}

/// Performs an operation on `input`, a value in the model's member names that was checked against the model.
///
/// # Errors
/// AWS's error for the operation; `DryRunOperation` when a dry run would have succeeded.
pub async fn perform(
    store: &Store,
    service: &Service,
    operation: &Operation,
    caller: &Caller,
    input: Value,
) -> Result<Value, Error> {
    let request = Request::new(service, operation, input);
    let now = Timestamp::now();
    match operation.run {
        Run::Read(run) => {
            let answer = run(&Read { world: &store.snapshot(), caller, now }, request.input)?;
            if request.dry_run { Err(dry_run_succeeded()) } else { Ok(answer) }
        }
        Run::Write(run) => store.write(|txn| request.write(txn, run, caller, now)).await,
    }
}

/// A request without the members that mean the same for every operation.
struct Request {
    action: String,
    input: Value,
    dry_run: bool,
    token: Option<String>,
}

impl Request {
    fn new(service: &Service, operation: &Operation, mut input: Value) -> Self {
        let mut take = |member: &str| input.as_object_mut().and_then(|members| members.remove(member));
        let dry_run = take("DryRun").is_some_and(|v| v == Value::Bool(true));
        let token = take("ClientToken").and_then(|v| v.as_str().map(str::to_owned));
        Self { action: format!("{}:{}", service.action_prefix, operation.name), input, dry_run, token }
    }

    fn write(
        &self,
        txn: &mut Txn,
        run: fn(&mut Write<'_>, Value) -> Result<Value, Error>,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Value, Error> {
        if let Some(answer) = self.remembered(txn, caller, now)? {
            return Ok(answer);
        }
        let answer = run(&mut Write { txn, caller, now, client_token: self.token.as_deref() }, self.input.clone())?;
        if self.dry_run {
            return Err(dry_run_succeeded());
        }
        if let Some(token) = &self.token {
            self.remember(txn, caller, now, token, &answer);
        }
        Ok(answer)
    }

    fn remembered(&self, txn: &Txn, caller: &Caller, now: Timestamp) -> Result<Option<Value>, Error> {
        let Some(token) = &self.token else { return Ok(None) };
        let key = RequestToken::key_of(&caller.owner, &self.action, token);
        let Some(known) = txn.find::<RequestToken>(&key) else { return Ok(None) };
        if now.millis_since(known.created) > TOKEN_LIFETIME_SECONDS * 1000 {
            return Ok(None);
        }
        let asked = self.input.to_string();
        if known.request != asked {
            let message = format!("The client token {token} was used before with other parameters; use a fresh one.");
            return Err(Error::new("IdempotentParameterMismatch", message));
        }
        serde_json::from_str(&known.answer).map(Some).map_err(Error::internal)
    }

    fn remember(&self, txn: &mut Txn, caller: &Caller, now: Timestamp, token: &str, answer: &Value) {
        txn.put(RequestToken {
            owner: caller.owner.clone(),
            operation: self.action.clone(),
            token: token.to_owned(),
            request: self.input.to_string(),
            answer: answer.to_string(),
            created: now,
        });
    }
}

fn dry_run_succeeded() -> Error {
    Error::new("DryRunOperation", "Request would have succeeded, but DryRun flag is set.").with_status(412)
}
