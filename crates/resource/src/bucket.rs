//! Buckets of S3 (S3 User Guide, "Buckets overview"). Their names are unique over all accounts.

use serde::{Deserialize, Serialize};

use crate::{Kind, Link, Owner, Resource, Tags, Timestamp};

/// A bucket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bucket {
    /// Its name, and its key.
    pub name: String,
    /// Who owns it, and the Region where it lies.
    pub owner: Owner,
    /// When it was made.
    pub created: Timestamp,
    /// Its policy, as it was written.
    pub policy: Option<String>,
    /// Whether it keeps versions.
    pub versioning: Versioning,
    /// What is blocked for the public; absent when the block was deleted.
    pub public_access_block: Option<PublicAccessBlock>,
    /// Who owns its objects; absent when the controls were deleted.
    pub ownership: Option<Ownership>,
    /// Its tags.
    pub tags: Tags,
}

/// Whether a bucket keeps versions of its objects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Versioning {
    /// It never did.
    #[default]
    Unversioned,
    /// It does.
    Enabled,
    /// It did, and keeps what it has.
    Suspended,
}

/// Who owns the objects of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ownership {
    /// The bucket's owner; access control lists are off.
    BucketOwnerEnforced,
    /// The bucket's owner, when the writer says `bucket-owner-full-control`.
    BucketOwnerPreferred,
}

/// What is blocked for the public, whatever policies and lists say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicAccessBlock {
    /// New public access control lists are refused.
    pub block_acls: bool,
    /// Public access control lists have no effect.
    pub ignore_acls: bool,
    /// New public policies are refused.
    pub block_policy: bool,
    /// A public policy lets in only the owner's account and AWS's services.
    pub restrict_buckets: bool,
}

impl PublicAccessBlock {
    /// Everything is blocked, as in every new bucket.
    pub const ALL: Self = Self { block_acls: true, ignore_acls: true, block_policy: true, restrict_buckets: true };
}

impl Bucket {
    /// `arn:aws:s3:::name`.
    pub fn arn(&self) -> String {
        format!("arn:aws:s3:::{}", self.name)
    }
}

impl Resource for Bucket {
    const KIND: Kind = Kind("bucket");

    fn key(&self) -> String {
        self.name.clone()
    }

    fn owner(&self) -> Option<&Owner> {
        Some(&self.owner)
    }

    fn links(&self) -> Vec<Link> {
        vec![Link::name(BUCKET_OWNER, &self.owner.account)]
    }
}

/// The namespace by which an account's buckets are found in all Regions.
pub const BUCKET_OWNER: &str = "bucket-owner";
