//! Handlers of Amazon S3 types.

pub mod account_public_access_block;
pub(crate) mod answers;
pub mod bucket;
pub mod bucket_policy;

use crate::registry::{HandlerEntry, handler};

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] = &[
    handler::<strata_aws::s3::AccountPublicAccessBlock>(),
    handler::<strata_aws::s3::Bucket>(),
    handler::<strata_aws::s3::BucketPolicy>(),
];
