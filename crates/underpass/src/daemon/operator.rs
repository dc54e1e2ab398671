//! Reconcilers that act as a person would, act through the API's own permission and audit, by the role that their service has
//! in the account.

use std::pin::Pin;

use policy::Principal;
use reconcile::{Act, Refusal};
use resource::{Role, TimeScale};
use serde_json::Value;
use services::Caller;
use store::Store;

/// Performs operations on a store.
pub struct Operator {
    /// The store.
    pub store: Store,
    /// How fast long periods pass.
    pub scale: TimeScale,
}

impl reconcile::Operator for Operator {
    fn perform<'a>(&'a self, act: &'a Act) -> Pin<Box<dyn Future<Output = Result<Value, Refusal>> + Send + 'a>> {
        Box::pin(async move {
            let caller = self.caller(act);
            let operation = (act.service, act.operation);
            let done = api::perform(&self.store, self.scale, &caller, operation, act.input.clone()).await;
            done.map_err(|failure| Refusal { code: failure.code, message: failure.message })
        })
    }
}

impl Operator {
    /// Who a service is in an account: a session of its role.
    fn caller(&self, act: &Act) -> Caller {
        let role_id = self.store.snapshot().find::<Role>(&act.role).map(|role| role.id.clone()).unwrap_or_default();
        let session = act.role.rsplit('/').nth(1).and_then(|service| service.split('.').next()).unwrap_or("underpass");
        let principal = Principal::AssumedRole { role_arn: act.role.clone(), role_id, session: session.to_owned() };
        Caller::new(principal, &act.owner.account, &act.owner.region)
    }
}
