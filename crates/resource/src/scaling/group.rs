//! The group itself: how many instances of which launch template are wanted in which subnets.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    InstanceRefresh, Kind, LaunchSource, LifecycleHook, Link, Member, Owner, Process, Resource, ScalingPolicy, ScheduledAction,
    SubnetId, TerminationPolicy, Timestamp,
};

/// The namespace of links from a group to the instances in it: key is the instance's id.
pub const SCALED_INSTANCE: &str = "scaled-instance";
/// The namespace of links from a group to its target groups: key is the target group's ARN.
pub const SCALED_TARGET_GROUP: &str = "scaled-target-group";

/// A number of instances that is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScalingGroup {
    /// Unique in the account and Region.
    pub name: String,
    /// Who owns it.
    pub owner: Owner,
    /// The UUID in its ARN.
    pub uuid: String,
    /// What its instances are launched from.
    pub source: LaunchSource,
    /// At least this many.
    pub min: u32,
    /// At most this many.
    pub max: u32,
    /// This many.
    pub desired: u32,
    /// Its subnets, in the order in which they were given.
    pub subnets: Vec<SubnetId>,
    /// The subnets' zones.
    pub zones: Vec<String>,
    /// The target groups in which its instances are registered.
    pub targets: Vec<TargetAttachment>,
    /// Seconds after a scaling in which no other is begun that honours it.
    pub cooldown: u32,
    /// Whether what the load balancer says about health counts besides what EC2 says.
    pub elb_health: bool,
    /// Seconds after an instance came into service in which the load balancer's verdict does not count.
    pub grace: u32,
    /// Who goes first; never empty.
    pub termination: Vec<TerminationPolicy>,
    /// Whether new instances are protected from scaling in.
    pub protect_new: bool,
    /// Seconds after which an instance is replaced; none is never.
    pub max_lifetime: Option<u64>,
    /// Seconds until a new instance counts in an instance refresh; none is the grace period.
    pub warmup: Option<u32>,
    /// Percentages of the desired capacity to keep in service while instances are replaced.
    pub maintenance: Option<Maintenance>,
    /// Whether new instances go only to the zone that has the fewest, or elsewhere when that zone fails.
    pub balanced_only: bool,
    /// Whether it, or it with instances, may be deleted.
    pub protection: DeletionProtection,
    /// Stored and returned.
    pub context: Option<String>,
    /// The role that it acts as.
    pub role: String,
    /// Processes that are suspended, since when.
    pub suspended: BTreeMap<Process, Timestamp>,
    /// Metrics that are switched on.
    pub metrics: Vec<String>,
    /// Tags, and whether instances get them.
    pub tags: BTreeMap<String, ScalingTag>,
    /// What delays instances on their way in and out.
    pub hooks: Vec<LifecycleHook>,
    /// How capacity is changed on demand.
    pub policies: Vec<ScalingPolicy>,
    /// Changes of capacity at a time.
    pub schedules: Vec<ScheduledAction>,
    /// Refreshes, newest first.
    pub refreshes: Vec<InstanceRefresh>,
    /// Its instances.
    pub members: Vec<Member>,
    /// When its capacity last changed on demand: from then on the cooldown counts.
    pub scaled: Option<Timestamp>,
    /// Whether the desired capacity was changed by whom, in AWS's words; kept until it is reached.
    pub wish: Option<String>,
    /// Whether it shall go, with all its instances.
    pub deleting: bool,
    /// When it was made.
    pub created: Timestamp,
}

/// A target group of a scaling group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetAttachment {
    /// Its ARN.
    pub arn: String,
    /// Whether it was there when the group was made.
    pub original: bool,
    /// Whether it shall go.
    pub removing: bool,
}

/// A tag of a scaling group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScalingTag {
    /// Its value.
    pub value: String,
    /// Whether new instances get it.
    pub propagate: bool,
}

/// How far below and above the desired capacity replacing may go, in percent of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maintenance {
    /// At least this much stays in service.
    pub min_healthy: u32,
    /// At most this much runs.
    pub max_healthy: u32,
}

/// What DeleteAutoScalingGroup may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeletionProtection {
    /// Everything.
    #[default]
    None,
    /// Not delete it with its instances.
    PreventForceDeletion,
    /// Nothing.
    PreventAllDeletion,
}

impl DeletionProtection {
    /// AWS's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::PreventForceDeletion => "prevent-force-deletion",
            Self::PreventAllDeletion => "prevent-all-deletion",
        }
    }
}

impl ScalingGroup {
    /// The key of a group.
    pub fn key_of(owner: &Owner, name: &str) -> String {
        format!("{}/{name}", owner.key())
    }

    /// `arn:aws:autoscaling:…:autoScalingGroup:{uuid}:autoScalingGroupName/{name}`.
    pub fn arn(&self) -> String {
        self.owner.arn("autoscaling", &format!("autoScalingGroup:{}:autoScalingGroupName/{}", self.uuid, self.name))
    }

    /// Whether a process is not suspended.
    pub fn runs(&self, process: Process) -> bool {
        !self.suspended.contains_key(&process)
    }

    /// The member that is an instance.
    pub fn member(&self, instance: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.is(instance))
    }

    /// The members that count towards the capacity.
    pub fn counted(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(|member| member.state.counts())
    }

    /// The refresh that is going on.
    pub fn refresh(&self) -> Option<&InstanceRefresh> {
        self.refreshes.first().filter(|refresh| !refresh.status.is_over())
    }

    /// What new instances are launched from: what a refresh leads to, while there is one.
    pub fn launches_from(&self) -> &LaunchSource {
        self.refresh().and_then(|refresh| refresh.desired.as_ref()).unwrap_or(&self.source)
    }
}

impl Resource for ScalingGroup {
    const KIND: Kind = Kind("scaling-group");

    fn key(&self) -> String {
        Self::key_of(&self.owner, &self.name)
    }

    fn owner(&self) -> Option<&Owner> {
        Some(&self.owner)
    }

    fn links(&self) -> Vec<Link> {
        let instances = self.members.iter().filter_map(|member| member.instance.as_ref());
        let instances = instances.map(|id| Link::name(SCALED_INSTANCE, id));
        instances.chain(self.targets.iter().map(|target| Link::name(SCALED_TARGET_GROUP, &target.arn))).collect()
    }
}
