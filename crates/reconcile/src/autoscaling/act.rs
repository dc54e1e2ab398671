//! Takes steps: what only the group knows of is written down, what happens to instances and targets is asked of the API.

use resource::{Member, Owner, Resource, ScalingGroup};
use serde_json::{Value, json};
use store::Store;

use super::action::Action;
use super::record;
use super::view::View;
use crate::{Act, Operator, Refusal};

/// A step that could not be taken: who it was about, and why.
#[derive(Debug, thiserror::Error)]
#[error("{why}")]
pub(super) struct Tired {
    /// A subnet, or the token of a member.
    pub(super) subject: String,
    /// In words.
    pub(super) why: String,
}

/// Takes one step.
pub(super) async fn act(operator: &dyn Operator, store: &Store, view: &View, action: &Action) -> Result<(), Tired> {
    let world = Acting { operator, store, view };
    match action {
        Action::Send { member } => world.send(member).await,
        Action::Register { member, target } => world.targets("RegisterTargets", member, target, action).await,
        Action::Deregister { member, target } => world.targets("DeregisterTargets", member, target, action).await,
        Action::Kill { member } => world.kill(member).await,
        Action::Launch { subnet, .. } if view.version.is_none() => {
            world.record(action).await?;
            Err(Tired { subject: subnet.to_string(), why: record::NO_TEMPLATE.to_owned() })
        }
        _ => world.record(action).await,
    }
}

/// What acting takes.
struct Acting<'a> {
    operator: &'a dyn Operator,
    store: &'a Store,
    view: &'a View,
}

impl Acting<'_> {
    fn group(&self) -> &ScalingGroup {
        &self.view.group
    }

    fn member(&self, token: &str) -> Option<&Member> {
        self.group().members.iter().find(|member| member.token == token)
    }

    async fn perform(&self, service: &'static str, operation: &'static str, input: Value) -> Result<Value, Refusal> {
        let owner: Owner = self.group().owner.clone();
        let act = Act { owner, role: self.group().role.clone(), service, operation, input };
        self.operator.perform(&act).await
    }

    /// Writes a step down.
    async fn record(&self, action: &Action) -> Result<(), Tired> {
        let (key, now) = (self.group().key(), self.view.now);
        let written = self.store.write(|txn| -> Result<(), store::StoreError> {
            record::record(txn, &key, action, self.view, now);
            Ok(())
        });
        written.await.map_err(|error| Tired { subject: key.clone(), why: error.to_string() })
    }

    /// Launches an instance by the request that was written down. The token makes the second time as good as the first.
    async fn send(&self, token: &str) -> Result<(), Tired> {
        let Some(member) = self.member(token) else { return Ok(()) };
        let request = member.launch.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let tired = |subject: &str, why: &str| Tired { subject: subject.to_owned(), why: why.to_owned() };
        let outcome = match self.perform("ec2", "RunInstances", request).await {
            Err(refusal) if refusal.code == "InternalError" => return Err(tired(token, &refusal.message)),
            other => other,
        };
        let (key, now) = (self.group().key(), self.view.now);
        let written = self.store.write(|txn| -> Result<(), store::StoreError> {
            match &outcome {
                Ok(answer) => record::launched(txn, &key, token, &answer["Instances"][0], now),
                Err(refusal) => record::not_launched(txn, &key, token, &refusal.message, now),
            }
            Ok(())
        });
        written.await.map_err(|error| tired(token, &error.to_string()))?;
        outcome.map(drop).map_err(|refusal| tired(member.subnet.as_str(), &refusal.message))
    }

    async fn targets(&self, operation: &'static str, token: &str, target: &str, action: &Action) -> Result<(), Tired> {
        let Some(id) = self.member(token).and_then(|member| member.instance.as_ref()) else { return Ok(()) };
        let input = json!({ "TargetGroupArn": target, "Targets": [{ "Id": id }] });
        match self.perform("elbv2", operation, input).await {
            Ok(_) => self.record(action).await,
            Err(refusal) => Err(Tired { subject: token.to_owned(), why: refusal.to_string() }),
        }
    }

    async fn kill(&self, token: &str) -> Result<(), Tired> {
        let Some(id) = self.member(token).and_then(|member| member.instance.as_ref()) else { return Ok(()) };
        let done = self.perform("ec2", "TerminateInstances", json!({ "InstanceIds": [id] })).await;
        done.map(drop).map_err(|refusal| Tired { subject: token.to_owned(), why: refusal.to_string() })
    }
}
