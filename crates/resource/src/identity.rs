//! Who may call: users, access keys, roles, policies and sessions (IAM User Guide). They belong to an account, not to a Region.

use serde::{Deserialize, Serialize};

use crate::{Kind, Link, Owner, Resource, Tags, Timestamp};

/// The Region of resources that have none.
pub const GLOBAL: &str = "aws-global";

/// The namespace of links from users, roles and policies to their names: key `{account}/{name}`.
pub const USER_NAME: &str = "user-name";
/// See [`USER_NAME`].
pub const ROLE_NAME: &str = "role-name";

/// A person or program of an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct User {
    /// `arn:aws:iam::{account}:user{path}{name}`.
    pub arn: String,
    /// Who owns it.
    pub owner: Owner,
    /// `AIDA…`.
    pub id: String,
    /// Unique in the account.
    pub name: String,
    /// `/` or `/…/`.
    pub path: String,
    /// When it was made.
    pub created: Timestamp,
    /// What it may do.
    pub grants: Grants,
    /// Its tags.
    pub tags: Tags,
}

/// An identity that others take on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Role {
    /// `arn:aws:iam::{account}:role{path}{name}`.
    pub arn: String,
    /// Who owns it.
    pub owner: Owner,
    /// `AROA…`.
    pub id: String,
    /// Unique in the account.
    pub name: String,
    /// `/` or `/…/`.
    pub path: String,
    /// What the user wrote about it.
    pub description: Option<String>,
    /// Who may take it on: a policy document.
    pub trust: String,
    /// The longest session, in seconds.
    pub max_session: u32,
    /// When it was made.
    pub created: Timestamp,
    /// What it may do.
    pub grants: Grants,
    /// Its tags.
    pub tags: Tags,
}

/// What a user or role may do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grants {
    /// Policies of its own: name to document.
    pub inline: std::collections::BTreeMap<String, String>,
    /// The ARNs of attached managed policies.
    pub attached: Vec<String>,
    /// The ARN of the permission boundary.
    pub boundary: Option<String>,
}

/// A policy that several identities share.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ManagedPolicy {
    /// `arn:aws:iam::{account}:policy{path}{name}`.
    pub arn: String,
    /// Who owns it.
    pub owner: Owner,
    /// `ANPA…`.
    pub id: String,
    /// Unique in the account.
    pub name: String,
    /// `/` or `/…/`.
    pub path: String,
    /// What the user wrote about it.
    pub description: Option<String>,
    /// The version in force, `v1`.
    pub default_version: String,
    /// Version id to document and time.
    pub versions: Vec<(String, String, Timestamp)>,
    /// When it was made.
    pub created: Timestamp,
    /// Its tags.
    pub tags: Tags,
}

/// A key that we issued: its secret signs requests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccessKey {
    /// `AKIA…` for users, `ASIA…` for sessions.
    pub id: String,
    /// Who owns it.
    pub owner: Owner,
    /// The secret.
    pub secret: String,
    /// Who signs with it.
    pub bearer: Bearer,
    /// Whether it may be used.
    pub active: bool,
    /// When it was made.
    pub created: Timestamp,
}

/// Who signs with a key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Bearer {
    /// A user, by ARN.
    User(String),
    /// A session of a role.
    Session {
        /// The role's ARN.
        role: String,
        /// The session's name.
        name: String,
        /// The token that goes with the key.
        token: String,
        /// When it ends.
        expires: Timestamp,
        /// The session policy.
        policy: Option<String>,
    },
    /// A session of a user or of the account's root, from GetSessionToken.
    UserSession {
        /// The ARN of the user or root.
        user: String,
        /// The token that goes with the key.
        token: String,
        /// When it ends.
        expires: Timestamp,
    },
    /// The root of the key's account, for a program that it runs in one of our networks. The key goes with the program.
    Process {
        /// The process id.
        pid: u32,
        /// Field 22 of `/proc/PID/stat`, so that a reused id is not mistaken.
        started: u64,
    },
}

/// The namespace of links from keys to the programs that bear them: key `{pid}/{started}`.
pub const BEARING_PROCESS: &str = "bearing-process";

/// What gives an instance its role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InstanceProfile {
    /// `arn:aws:iam::{account}:instance-profile{path}{name}`.
    pub arn: String,
    /// Who owns it.
    pub owner: Owner,
    /// `AIPA…`.
    pub id: String,
    /// Unique in the account.
    pub name: String,
    /// `/` or `/…/`.
    pub path: String,
    /// The role's ARN.
    pub role: Option<String>,
    /// When it was made.
    pub created: Timestamp,
    /// Its tags.
    pub tags: Tags,
}

macro_rules! identity {
    ($($name:ident, $kind:literal, $key:ident, |$this:ident| $links:expr;)*) => {$(
        impl Resource for $name {
            const KIND: Kind = Kind($kind);

            fn key(&self) -> String {
                self.$key.clone()
            }

            fn owner(&self) -> Option<&Owner> {
                Some(&self.owner)
            }

            fn links(&self) -> Vec<Link> {
                let $this = self;
                $links
            }
        }
    )*};
}

identity! {
    User, "user", arn, |this| this.grants.links(USER_NAME, &this.owner, &this.name);
    Role, "role", arn, |this| this.grants.links(ROLE_NAME, &this.owner, &this.name);
    ManagedPolicy, "policy", arn, |this| vec![Link::name("policy-name", format!("{}/{}", this.owner.account, this.name))];
    AccessKey, "access-key", id, |this| vec![match &this.bearer {
        Bearer::User(arn) | Bearer::UserSession { user: arn, .. } => Link::to(User::KIND, arn),
        Bearer::Session { role, .. } => Link::to(Role::KIND, role),
        Bearer::Process { pid, started } => Link::name(BEARING_PROCESS, format!("{pid}/{started}")),
    }];
    InstanceProfile, "instance-profile", arn, |this| {
        let name = Link::name("instance-profile-name", format!("{}/{}", this.owner.account, this.name));
        std::iter::once(name).chain(this.role.iter().map(|arn| Link::to(Role::KIND, arn))).collect()
    };
}

impl Grants {
    fn links(&self, namespace: &'static str, owner: &Owner, name: &str) -> Vec<Link> {
        let policies = self.attached.iter().chain(&self.boundary).map(|arn| Link::to(ManagedPolicy::KIND, arn));
        std::iter::once(Link::name(namespace, format!("{}/{name}", owner.account))).chain(policies).collect()
    }
}
