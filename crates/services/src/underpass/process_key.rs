//! IssueProcessKey: a key for a program that its caller runs in one of our networks, where keys that nobody issued mean nothing.

use resource::{AccessKey, BEARING_PROCESS, Bearer};
use serde::{Deserialize, Serialize};

use crate::{Error, Write, iam};

/// The program.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pid: u32,
    started: u64,
}

/// What it gets.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<KeyView>,
}

/// A key as its program needs it.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct KeyView {
    access_key_id: String,
    secret_access_key: String,
}

/// Issues a key to a program; nothing when its caller has an issued one to give it.
pub fn issue_process_key(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    Ok(Output { key: issue(cx, input.pid, input.started) })
}

/// A key of the caller's account for a program. Who came with an issued key gets none: that one is good everywhere, and a
/// second one might allow more than the first.
pub fn issue(cx: &mut Write<'_>, pid: u32, started: u64) -> Option<KeyView> {
    let issued = cx.caller.access_key_id.as_deref().is_some_and(|id| cx.txn.find::<AccessKey>(id).is_some());
    let root = matches!(cx.caller.principal, policy::Principal::Root { .. });
    if issued || !root {
        return None;
    }
    let key = iam::access_key(cx.owner(), Bearer::Process { pid, started }, cx.now);
    cx.txn.put(key.clone());
    Some(KeyView { access_key_id: key.id, secret_access_key: key.secret })
}

/// Takes the keys of a program back.
pub fn revoke(cx: &mut Write<'_>, pid: u32, started: u64) {
    let keys: Vec<String> =
        cx.txn.named::<AccessKey>(BEARING_PROCESS, format!("{pid}/{started}")).map(|key| key.id.clone()).collect();
    keys.iter().for_each(|id| cx.txn.remove::<AccessKey>(id));
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use store::{Snapshot, Store};

    use super::*;
    use crate::Caller;

    async fn perform(store: &Store, caller: &Caller, operation: &str, input: Value) -> Value {
        let (service, operation) = crate::find("underpass", operation).expect("it exists");
        crate::perform(store, resource::TimeScale::default(), (service, operation), caller, input).await.expect("it is allowed")
    }

    fn keys(world: &Snapshot) -> usize {
        world.all::<AccessKey>().count()
    }

    #[tokio::test]
    async fn a_trusted_caller_gets_a_key_for_its_program_and_an_issued_one_gets_none() {
        let store = Store::in_memory();
        let caller = Caller::root("111111111111", "us-east-1").with_key(Some("111111111111".into()));
        let program = json!({"Pid": 7, "Started": 9});
        let made = perform(&store, &caller, "IssueProcessKey", program.clone()).await;
        let id = made["Key"]["AccessKeyId"].as_str().expect("a key").to_owned();
        assert!(id.starts_with("AKIA"));
        assert_eq!(store.snapshot().find::<AccessKey>(&id).map(|key| key.owner.account.clone()).as_deref(), Some("111111111111"));
        let issued = caller.clone().with_key(Some(id));
        assert_eq!(perform(&store, &issued, "IssueProcessKey", program).await["Key"], Value::Null);
        assert_eq!(keys(&store.snapshot()), 1);
    }

    #[tokio::test]
    async fn a_user_gets_no_key_that_could_do_more_than_its_own() {
        let store = Store::in_memory();
        let principal = policy::Principal::User { arn: "arn:aws:iam::111111111111:user/a".into(), id: "AIDA".into() };
        let caller = Caller::new(principal, "111111111111", "us-east-1");
        let made = perform(&store, &caller, "IssueProcessKey", json!({"Pid": 7, "Started": 9})).await;
        assert_eq!((made["Key"].clone(), keys(&store.snapshot())), (Value::Null, 0));
    }
}
