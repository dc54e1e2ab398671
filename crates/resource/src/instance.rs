//! Instances and the key pairs they trust (EC2 User Guide, "Instances").

use serde::{Deserialize, Serialize};

use crate::{InstanceId, Kind, Link, Owner, Resource, Subnet, SubnetId, Tags, Timestamp, Vpc, VpcId};

/// The image that every installation has: the host's programs under a fresh root.
pub const BUILT_IN_IMAGE: &str = "ami-0000000000000000a";

/// A machine in a subnet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Instance {
    /// Its id.
    pub id: InstanceId,
    /// Who owns it.
    pub owner: Owner,
    /// `r-…`: what one RunInstances call made.
    pub reservation: String,
    /// Its index in that call.
    pub launch_index: u32,
    /// Its image.
    pub image: String,
    /// For example `t3.micro`.
    pub instance_type: String,
    /// The VPC.
    pub vpc: VpcId,
    /// The subnet of its primary interface.
    pub subnet: SubnetId,
    /// The subnet's zone.
    pub zone: String,
    /// What is and what is wanted, in AWS's states.
    pub state: InstanceState,
    /// AWS's reason code and message of the last change.
    pub state_reason: Option<(String, String)>,
    /// Grows with each boot that is asked for, so that a reboot is a wish like any other.
    pub boot: u32,
    /// The last boot that was carried out.
    #[serde(default)]
    pub booted: u32,
    /// User data, base64 as it came.
    pub user_data: Option<String>,
    /// The key pair's name.
    pub key_name: Option<String>,
    /// The instance profile's ARN.
    pub profile: Option<String>,
    /// How its metadata may be read.
    pub metadata: MetadataOptions,
    /// Whether TerminateInstances is refused.
    pub termination_protection: bool,
    /// Whether it is stopped or terminated when it shuts itself down.
    pub terminate_on_shutdown: bool,
    /// Whether detailed monitoring was asked for; stored and returned.
    pub monitoring: bool,
    /// Whether an EBS-optimised instance was asked for; there is no EBS here, so it only is returned.
    #[serde(default)]
    pub ebs_optimized: bool,
    /// `standard` or `unlimited`: what bursts of CPU cost on AWS; returned, costs nothing here.
    #[serde(default)]
    pub cpu_credits: Option<String>,
    /// The launch request's token.
    pub client_token: Option<String>,
    /// When it was launched.
    pub launched: Timestamp,
    /// When it was terminated.
    pub terminated: Option<Timestamp>,
    /// Its tags.
    pub tags: Tags,
}

/// The states of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InstanceState {
    /// Shall run, does not yet.
    Pending,
    /// Runs.
    Running,
    /// Shall be gone.
    ShuttingDown,
    /// Gone; listed for an hour.
    Terminated,
    /// Shall stop.
    Stopping,
    /// Stopped; its disk and interfaces are kept.
    Stopped,
}

impl InstanceState {
    /// AWS's code and spelling.
    pub fn code_and_name(self) -> (u16, &'static str) {
        match self {
            Self::Pending => (0, "pending"),
            Self::Running => (16, "running"),
            Self::ShuttingDown => (32, "shutting-down"),
            Self::Terminated => (48, "terminated"),
            Self::Stopping => (64, "stopping"),
            Self::Stopped => (80, "stopped"),
        }
    }
}

/// How an instance's metadata may be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetadataOptions {
    /// Whether the endpoint answers.
    pub enabled: bool,
    /// Whether version 1 (no token) is refused.
    pub tokens_required: bool,
    /// 1 to 64.
    pub hop_limit: u8,
    /// Whether tags are shown.
    pub instance_tags: bool,
}

impl Default for MetadataOptions {
    fn default() -> Self {
        Self { enabled: true, tokens_required: false, hop_limit: 1, instance_tags: false }
    }
}

impl Resource for Instance {
    const KIND: Kind = Kind("instance");

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn owner(&self) -> Option<&Owner> {
        Some(&self.owner)
    }

    fn links(&self) -> Vec<Link> {
        match self.state {
            InstanceState::Terminated => Vec::new(),
            _ => vec![Link::to(Vpc::KIND, &self.vpc), Link::to(Subnet::KIND, &self.subnet)],
        }
    }
}

/// What an instance printed on its console. Written by the reconciler only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsoleOutput {
    /// The instance, whose id is the key.
    pub instance: InstanceId,
    /// The last 64 KiB of what it printed, base64.
    pub text: String,
    /// When that was read.
    pub at: Timestamp,
}

impl Resource for ConsoleOutput {
    const KIND: Kind = Kind("console-output");

    fn key(&self) -> String {
        self.instance.to_string()
    }

    fn owner(&self) -> Option<&Owner> {
        None
    }
}

/// A public key that new instances trust.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeyPair {
    /// `key-…`.
    pub id: String,
    /// Who owns it.
    pub owner: Owner,
    /// Unique in the account and Region.
    pub name: String,
    /// In OpenSSH's form.
    pub public_key: String,
    /// AWS's fingerprint of it.
    pub fingerprint: String,
    /// When it was made.
    pub created: Timestamp,
    /// Its tags.
    pub tags: Tags,
}

impl Resource for KeyPair {
    const KIND: Kind = Kind("key-pair");

    fn key(&self) -> String {
        self.id.clone()
    }

    fn owner(&self) -> Option<&Owner> {
        Some(&self.owner)
    }

    fn links(&self) -> Vec<Link> {
        vec![Link::name("key-name", format!("{}/{}/{}", self.owner.account, self.owner.region, self.name))]
    }
}
