//! What the daemon answers besides AWS's operations: status, explanations, and where `underpass exec` runs programs.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use api::identity::Trust;
use api::{Answer, Report, Routes};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use kernel::Namespaces;
use reconcile::Driver;
use resource::{ConnectionNotification, Happened, Instance, InstanceState, NetworkInterface, Resource, TimeScale};
use serde_json::{Value, json};
use services::{Caller, Error, perform};
use store::{Snapshot, Store};
use wire::{Request, Response};

use super::Config;
use super::features::Feature;

/// How long an interface may take to be in the kernel.
const PATIENCE: Duration = Duration::from_secs(20);

/// The condition of the machine: what was found at the start, and with it what is promised; and whether every part has looked at
/// the world once.
pub struct Health {
    features: BTreeMap<String, String>,
    driver: Driver,
}

impl Health {
    /// The condition that these features make, once the parts of `driver` are ready.
    pub fn of(features: &[Feature], driver: Driver) -> Self {
        Self { features: features.iter().map(|feature| (feature.name.clone(), condition(feature))).collect(), driver }
    }
}

fn condition(feature: &Feature) -> String {
    match feature.ok {
        true => "works".to_owned(),
        false => format!("not enforced: {}", feature.reason),
    }
}

impl api::Health for Health {
    fn report(&self) -> Report {
        Report { ready: self.driver.is_ready(), features: self.features.clone() }
    }

    fn settled(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.driver.settled())
    }
}

/// Our own routes.
pub struct Own {
    store: Store,
    namespaces: Namespaces,
    ca_pem: String,
    state_dir: String,
    /// Whether callers are known, so that each is told about its own account only.
    enforces: bool,
    scale: TimeScale,
}

impl Own {
    /// Routes over `store`, for programs in `namespaces` that trust `ca_pem`.
    pub fn new(store: Store, namespaces: Namespaces, ca_pem: String, state_dir: String, config: &Config) -> Self {
        let (enforces, scale) = (config.trust == Trust::Enforce, config.scale);
        Self { store, namespaces, ca_pem, state_dir, enforces, scale }
    }
}

impl Routes for Own {
    fn handle<'a>(&'a self, request: &'a Request, caller: &'a Caller) -> Answer<'a> {
        Box::pin(async move {
            let answer = match (request.method.as_str(), request.path.as_str()) {
                ("GET", "/_underpass/status") => Ok(self.status(caller)),
                ("GET", "/_underpass/notifications") => Ok(self.notifications(caller)),
                ("POST", "/_underpass/exec/subnet") => self.subnet(request, caller).await,
                ("POST", "/_underpass/exec/detach") => self.operation("DetachProcess", request, caller).await,
                ("POST", "/_underpass/exec/instance") => self.instance(request, caller),
                ("POST", "/_underpass/exec/internet") => self.internet(request, caller).await,
                ("POST", "/_underpass/explain") => {
                    let here = (self.state_dir.as_str(), self.scale);
                    super::explained::answer(&self.store.snapshot(), &self.namespaces, here, request, caller)
                }
                _ => return None,
            };
            Some(respond(answer))
        })
    }
}

impl Own {
    fn status(&self, caller: &Caller) -> Value {
        let world = self.store.snapshot();
        let account = self.enforces.then_some(caller.owner.account.as_str());
        json!({ "stateDir": self.state_dir, "namespaces": self.namespaces.directory(), "revision": world.revision().0, "resources": counts(&world, account) })
    }

    /// What became of the connections of which the caller wants to know.
    fn notifications(&self, caller: &Caller) -> Value {
        let world = self.store.snapshot();
        let shown = |notification: Arc<ConnectionNotification>| {
            let event = |happened: &Happened| json!({ "event": happened.event.as_str(), "endpoint": happened.endpoint.to_string(), "at": happened.at.0 });
            let events: Vec<Value> = notification.happened.iter().map(event).collect();
            json!({ "notification": notification.id.to_string(), "topic": notification.topic, "events": events })
        };
        world.owned::<ConnectionNotification>(&caller.owner).map(shown).collect()
    }

    /// Performs one of our own operations with the caller's permissions.
    async fn operation(&self, name: &str, request: &Request, caller: &Caller) -> Result<Value, Error> {
        let input =
            serde_json::from_slice(&request.body).map_err(|e| Error::invalid_value(format!("The body is not JSON: {e}")))?;
        let (service, operation) =
            services::find("underpass", name).ok_or_else(|| Error::internal(format!("no operation {name}")))?;
        perform(&self.store, TimeScale::default(), (service, operation), caller, input).await
    }

    /// Makes the program's interface and answers once packets pass.
    async fn subnet(&self, request: &Request, caller: &Caller) -> Result<Value, Error> {
        let mut changes = self.store.watch();
        let made = self.operation("AttachProcess", request, caller).await?;
        let id = made["NetworkInterfaceId"].as_str().unwrap_or_default();
        let ready = async {
            while !self.store.snapshot().find::<NetworkInterface>(id).is_some_and(|interface| interface.ready) {
                changes.next().await;
            }
        };
        tokio::time::timeout(PATIENCE, ready).await.map_err(|_| Error::internal(format!("{id} is not in the kernel in time")))?;
        let vpc = made["VpcId"].as_str().unwrap_or_default();
        let resolv_conf = reconcile::machines::resolv_conf(&self.store.snapshot(), vpc, &caller.owner.region);
        Ok(json!({
            "networkInterfaceId": id,
            "privateIpAddress": made["PrivateIpAddress"],
            "netns": self.namespaces.path(id).map_err(Error::internal)?,
            "resolvConf": resolv_conf,
            "caPem": self.ca_pem,
            "key": made["Key"],
        }))
    }

    /// Whether the instance is the caller's and runs.
    fn instance(&self, request: &Request, caller: &Caller) -> Result<Value, Error> {
        let input: Value =
            serde_json::from_slice(&request.body).map_err(|e| Error::invalid_value(format!("The body is not JSON: {e}")))?;
        let id = input["InstanceId"].as_str().unwrap_or_default();
        let instance: Arc<Instance> = services::ec2::find::instance(&self.store.snapshot(), &caller.owner, id)?;
        match instance.state {
            InstanceState::Running => Ok(json!({ "instanceId": id })),
            state => Err(Error::new(
                "IncorrectInstanceState",
                format!("The instance {id} is {}, not running", state.code_and_name().1),
            )),
        }
    }

    async fn internet(&self, request: &Request, caller: &Caller) -> Result<Value, Error> {
        let netns = self.namespaces.path(reconcile::network::INTERNET).map_err(Error::internal)?;
        if !netns.exists() {
            return Err(Error::new("NoInternet", "There is no internet yet: attach an internet gateway to a VPC first."));
        }
        let resolv_conf = format!("nameserver {}\n", reconcile::network::INTERNET_RESOLVER);
        let made = self.operation("IssueProcessKey", request, caller).await?;
        Ok(json!({ "netns": netns, "resolvConf": resolv_conf, "caPem": self.ca_pem, "key": made["Key"] }))
    }
}

/// How many there are of each kind, of one account's or of all.
fn counts(world: &Snapshot, account: Option<&str>) -> BTreeMap<&'static str, usize> {
    fn count<R: Resource>(world: &Snapshot, account: Option<&str>) -> (&'static str, usize) {
        let counts = |each: &R| account.is_none_or(|account| each.owner().is_some_and(|owner| owner.account == account));
        (R::KIND.0, world.all::<R>().filter(|each| counts(each)).count())
    }
    macro_rules! count {
        ($($kind:ident),*) => { [$(count::<resource::$kind>(world, account)),*] };
    }
    let counts = count!(
        Vpc,
        Subnet,
        SecurityGroup,
        NetworkInterface,
        Instance,
        ScalingGroup,
        LoadBalancer,
        TargetGroup,
        EndpointService,
        VpcEndpoint
    );
    counts.into_iter().collect()
}

fn respond(answer: Result<Value, Error>) -> Response {
    let (status, body) = match answer {
        Ok(value) => (StatusCode::OK, value),
        Err(error) => {
            if let Some(cause) = &error.cause {
                tracing::error!(cause, "one of our own routes failed");
            }
            let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, json!({ "code": error.code, "message": error.message }))
        }
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Response { status, headers, body: Bytes::from(body.to_string()) }
}
