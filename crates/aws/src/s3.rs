//! Amazon S3 resource types.

pub mod account_public_access_block;
pub mod bucket;
pub mod bucket_policy;

pub use account_public_access_block::AccountPublicAccessBlock;
pub use bucket::{
    AbortIncompleteMultipartUpload, Bucket, BucketEncryption, DefaultRetention, EventBridgeConfiguration, FilterRule, LambdaConfiguration,
    LifecycleConfiguration, LifecycleRule, LoggingConfiguration, NoncurrentVersionExpiration, NotificationConfiguration,
    NotificationFilter, ObjectLockConfiguration, ObjectLockRule, OwnershipControls, OwnershipControlsRule, PublicAccessBlockConfiguration,
    S3KeyFilter, ServerSideEncryptionByDefault, ServerSideEncryptionRule, Transition, VersioningConfiguration,
};
pub use bucket_policy::BucketPolicy;

use crate::registry::{TypeEntry, entry_of};

/// The types of this service.
pub const ENTRIES: &[TypeEntry] = &[entry_of::<Bucket>(), entry_of::<BucketPolicy>(), entry_of::<AccountPublicAccessBlock>()];
