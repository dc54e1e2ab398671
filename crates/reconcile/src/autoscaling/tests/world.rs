//! A group in a store, an operator that does to the store what the API would, and machines that tests move.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use resource::{
    Instance, InstanceId, InstanceState, LaunchSource, LaunchTemplate, LaunchTemplateId, LaunchTemplateVersion, LaunchVersion,
    LifecycleState, Member, Resource, ScalingActivity, ScalingGroup, Subnet, SubnetId, Tags, Target, TargetAttachment,
    TargetGroup, TargetId, TerminationPolicy, Timestamp,
};
use serde_json::{Value, json};
use store::{Store, StoreError, Txn};

use crate::autoscaling::AutoScalingDomain;
use crate::autoscaling::decide::decide;
use crate::autoscaling::view::View;
use crate::testing::{instance, owner, subnet, target_group, vpc_id};
use crate::{Act, Domain, Operator, Refusal, TimeScale};

pub const NOW: Timestamp = Timestamp(1_700_000_000_000);
pub const ZONES: [&str; 3] = ["us-east-1a", "us-east-1b", "us-east-1c"];

pub fn subnet_id(n: usize) -> SubnetId {
    SubnetId::parse(&format!("subnet-{n:017x}")).expect("it has 17 digits")
}

pub fn instance_id(n: usize) -> InstanceId {
    InstanceId::parse(&format!("i-{n:017x}")).expect("it has 17 digits")
}

pub fn template_id() -> LaunchTemplateId {
    LaunchTemplateId::parse("lt-00000000000000001").expect("it has 17 digits")
}

pub fn version(number: u64) -> LaunchVersion {
    LaunchVersion { template: template_id(), name: "web".into(), number }
}

/// A template with two versions, of which the first is the default.
pub fn template() -> LaunchTemplate {
    let version = |number| LaunchTemplateVersion {
        number,
        description: None,
        created_by: String::new(),
        created: Timestamp(0),
        data: "{}".into(),
    };
    LaunchTemplate {
        id: template_id(),
        owner: owner(),
        name: "web".into(),
        created_by: String::new(),
        created: Timestamp(0),
        default_version: 1,
        last_number: 2,
        versions: vec![version(1), version(2)],
        tags: Tags::default(),
    }
}

/// An empty group over the first `zones` zones, of which `desired` instances are wanted.
pub fn group(desired: u32, zones: usize) -> ScalingGroup {
    ScalingGroup {
        name: "web".into(),
        owner: owner(),
        uuid: "u".into(),
        source: LaunchSource { template: template_id(), name: "web".into(), version: None, mixed: None },
        min: 0,
        max: 20,
        desired,
        subnets: (0..zones).map(subnet_id).collect(),
        zones: ZONES[..zones].iter().map(|zone| (*zone).to_owned()).collect(),
        targets: Vec::new(),
        cooldown: 300,
        elb_health: false,
        grace: 0,
        termination: vec![TerminationPolicy::Default],
        protect_new: false,
        max_lifetime: None,
        warmup: None,
        maintenance: None,
        balanced_only: false,
        protection: resource::DeletionProtection::None,
        context: None,
        role: "arn:aws:iam::111111111111:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling".into(),
        suspended: BTreeMap::new(),
        metrics: Vec::new(),
        tags: BTreeMap::new(),
        hooks: Vec::new(),
        policies: Vec::new(),
        schedules: Vec::new(),
        refreshes: Vec::new(),
        members: Vec::new(),
        scaled: None,
        wish: None,
        deleting: false,
        created: Timestamp(0),
    }
}

/// The `n`-th member, in service in the `zone`-th zone since an hour and `n` minutes before now.
pub fn member(n: usize, zone: usize) -> Member {
    let launched = Timestamp(NOW.0 - 3_600_000 - 60_000 * n as u64);
    Member {
        token: format!("m{n}"),
        instance: Some(instance_id(n)),
        launch: None,
        subnet: subnet_id(zone),
        zone: ZONES[zone].into(),
        instance_type: None,
        image: None,
        version: Some(version(1)),
        state: LifecycleState::InService,
        since: launched,
        launched,
        in_service: Some(launched),
        healthy: true,
        illness: None,
        protected: false,
        spare: false,
        registered: BTreeSet::new(),
        draining: false,
        wait: None,
        activity: None,
    }
}

/// The group with these target groups, in which all its instances were registered.
pub fn with_targets(mut group: ScalingGroup, arns: &[&str]) -> ScalingGroup {
    group.targets = arns.iter().map(|arn| TargetAttachment { arn: (*arn).to_owned(), original: true, removing: false }).collect();
    group.members.iter_mut().for_each(|member| member.registered = arns.iter().map(|arn| (*arn).to_owned()).collect());
    group
}

/// What is decided about a group whose machines all run, after `change`.
pub fn decided(group: ScalingGroup, change: impl FnOnce(&mut View)) -> String {
    let targets: BTreeSet<String> = group.targets.iter().map(|target| target.arn.clone()).collect();
    let launched = group.members.iter().filter(|member| member.instance.is_some());
    let mut view = View {
        now: NOW,
        scale: TimeScale::default(),
        places: group.subnets.iter().cloned().zip(group.zones.iter().cloned()).collect(),
        version: Some(version(1)),
        machines: launched.map(|member| (member.token.clone(), InstanceState::Running)).collect(),
        standings: BTreeMap::new(),
        target_groups: targets,
        resting: BTreeSet::new(),
        group: Arc::new(group),
    };
    change(&mut view);
    decide(&view).iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// The API, as far as groups use it.
pub struct Api {
    pub store: Store,
    /// After so many more calls, answers are lost: what was asked is done, and nobody hears.
    pub deaf_after: AtomicUsize,
}

impl Operator for Api {
    fn perform<'a>(&'a self, act: &'a Act) -> Pin<Box<dyn Future<Output = Result<Value, Refusal>> + Send + 'a>> {
        Box::pin(async move {
            let refuse = |error: StoreError| Refusal { code: "InternalError".into(), message: error.to_string() };
            let answer = self.store.write(|txn| Ok::<_, StoreError>(carry_out(txn, act))).await.map_err(refuse);
            match self.deaf_after.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)) {
                Ok(_) => answer,
                Err(_) => Err(Refusal { code: "InternalError".into(), message: "nobody heard".into() }),
            }
        })
    }
}

fn carry_out(txn: &mut Txn, act: &Act) -> Value {
    let text = |pointer: &str| act.input.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    match act.operation {
        "RunInstances" => run(txn, &text("/ClientToken"), &text("/SubnetId")),
        "TerminateInstances" => {
            txn.update::<Instance>(&text("/InstanceIds/0"), |instance| instance.state = InstanceState::ShuttingDown);
            json!({})
        }
        operation => {
            let id = TargetId::Instance(InstanceId::parse(&text("/Targets/0/Id")).expect("an instance's id"));
            txn.update::<TargetGroup>(&text("/TargetGroupArn"), |group| {
                group.targets.retain(|target| target.id != id);
                if operation == "RegisterTargets" {
                    group.targets.push(Target { id, port: 80, zone: None, draining_since: None });
                }
            });
            json!({})
        }
    }
}

fn run(txn: &mut Txn, token: &str, subnet: &str) -> Value {
    let known = txn.all::<Instance>().find(|instance| instance.client_token.as_deref() == Some(token));
    let id = known.map_or_else(InstanceId::random, |instance| instance.id.clone());
    if txn.find::<Instance>(id.as_str()).is_none() {
        let subnet = txn.find::<Subnet>(subnet).expect("the group names subnets that there are");
        let (client_token, state) = (Some(token.to_owned()), InstanceState::Pending);
        let like = instance(&vpc_id(1));
        txn.put(Instance { id: id.clone(), client_token, state, subnet: subnet.id.clone(), zone: subnet.zone.clone(), ..like });
    }
    json!({ "Instances": [{ "InstanceId": id, "InstanceType": "t3.micro", "ImageId": "ami-1" }] })
}

/// A cloud with one group.
pub struct World {
    pub store: Store,
    pub domain: AutoScalingDomain,
}

impl World {
    /// A store with three subnets, a template, a target group `web` and the group; its members run.
    pub async fn with(group: ScalingGroup) -> Self {
        let store = crate::testing::store(|txn| {
            for (n, zone) in ZONES.iter().enumerate() {
                txn.put(Subnet { id: subnet_id(n), zone: (*zone).to_owned(), ..subnet(&vpc_id(1)) });
            }
            txn.put(template());
            txn.put(target_group("web", &vpc_id(1), []));
            for member in &group.members {
                let id = member.instance.clone().expect("members of fixtures run");
                let (subnet, zone) = (member.subnet.clone(), member.zone.clone());
                txn.put(Instance { id, subnet, zone, state: InstanceState::Running, ..instance(&vpc_id(1)) });
            }
            txn.put(group.clone());
        })
        .await;
        Self::on(store, usize::MAX)
    }

    /// A process on a store whose API is heard so many times.
    pub fn on(store: Store, deaf_after: usize) -> Self {
        let api = Api { store: store.clone(), deaf_after: AtomicUsize::new(deaf_after) };
        let domain = AutoScalingDomain::new(Arc::new(api), TimeScale::default());
        Self { store, domain }
    }

    pub fn group(&self) -> Arc<ScalingGroup> {
        self.store.snapshot().find(&group(0, 1).key()).expect("the group is there")
    }

    pub async fn change(&self, change: impl Fn(&mut ScalingGroup)) {
        crate::testing::change(&self.store, |txn| {
            txn.update::<ScalingGroup>(&group(0, 1).key(), &change);
        })
        .await;
    }

    /// Lets the group take its steps.
    pub async fn converge(&mut self) {
        self.domain.note_all(&self.store.snapshot());
        self.domain.converge(&self.store).await;
    }

    /// Machines that are to start do, and machines that are to go are gone.
    pub async fn machines(&self) -> bool {
        let moving = |instance: &Instance| match instance.state {
            InstanceState::Pending => Some(InstanceState::Running),
            InstanceState::ShuttingDown => Some(InstanceState::Terminated),
            _ => None,
        };
        let any = self.store.snapshot().all::<Instance>().any(|instance| moving(&instance).is_some());
        crate::testing::change(&self.store, |txn| {
            let all: Vec<_> = txn.all::<Instance>().collect();
            for (instance, state) in all.iter().filter_map(|instance| Some((instance, moving(instance)?))) {
                txn.put(Instance { state, ..Instance::clone(instance) });
            }
        })
        .await;
        any
    }

    /// Until nothing moves any more.
    pub async fn settle(&mut self) {
        for _ in 0..200 {
            let before = self.store.snapshot().revision();
            self.converge().await;
            let moved = self.machines().await;
            if !moved && self.store.snapshot().revision() == before {
                return;
            }
        }
        panic!("it never settles: {:#?}", self.group().members);
    }

    pub async fn machine(&self, id: &InstanceId, state: InstanceState) {
        crate::testing::change(&self.store, |txn| {
            txn.update::<Instance>(id.as_str(), |instance| instance.state = state);
        })
        .await;
    }

    /// Instances that run or will.
    pub fn alive(&self) -> usize {
        let lives = |instance: &Arc<Instance>| matches!(instance.state, InstanceState::Pending | InstanceState::Running);
        self.store.snapshot().all::<Instance>().filter(lives).count()
    }

    /// The instances in service, by zone.
    pub fn per_zone(&self) -> BTreeMap<String, usize> {
        let mut zones = BTreeMap::new();
        let group = self.group();
        for member in group.members.iter().filter(|member| member.state == LifecycleState::InService) {
            *zones.entry(member.zone.clone()).or_default() += 1;
        }
        zones
    }

    /// Descriptions and causes of all activities, without times and ids, the oldest first.
    pub fn activities(&self) -> Vec<(String, String, &'static str)> {
        let mut all: Vec<Arc<ScalingActivity>> = self.store.snapshot().all().collect();
        all.sort_by_key(|activity| activity.started);
        let plain = |text: &str| {
            let words = text.split(' ').filter(|word| !word.starts_with("i-") && !word.ends_with('Z'));
            words.collect::<Vec<_>>().join(" ")
        };
        all.iter().map(|a| (plain(&a.description), plain(&a.cause), a.status.as_str())).collect()
    }
}
