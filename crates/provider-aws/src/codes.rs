//! AWS's error codes as data: what each means, and what a person does about it.
//!
//! Sources: the *Common errors* page of each service's API reference, the EC2 API reference's *Error codes*, S3's *List of error codes*.
//! Invariant: the first row whose text is in the code wins, and every row can win: a test reads each row's own text.

use strata_provider::ErrorKind;
use strata_provider::ErrorKind::{Conflict, Credentials, Denied, Dependency, Internal, Invalid, NotFound, Quota, Throttled, Transient};

/// One row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    /// A whole code or a part that several codes share.
    pub text: &'static str,
    /// What it means.
    pub kind: ErrorKind,
    /// What a person does, where more is known than the kind says.
    pub to_do: Option<&'static str>,
}

const fn row(text: &'static str, kind: ErrorKind) -> Row {
    Row { text, kind, to_do: None }
}

const fn told(text: &'static str, kind: ErrorKind, to_do: &'static str) -> Row {
    Row { text, kind, to_do: Some(to_do) }
}

/// The row of a code.
pub(crate) fn find(code: &str) -> Option<&'static Row> {
    CODES.iter().find(|row| code.contains(row.text))
}

/// The whole table.
pub(crate) const CODES: &[Row] = &[
    // Too many calls: nothing was carried out.
    row("Throttl", Throttled),
    row("TooManyRequests", Throttled),
    row("RequestLimitExceeded", Throttled),
    row("BandwidthLimitExceeded", Throttled),
    row("ProvisionedThroughputExceeded", Throttled),
    row("RateExceeded", Throttled),
    row("RequestRateTooHigh", Throttled),
    row("TransactionInProgress", Throttled),
    row("SlowDown", Throttled),
    row("PriorRequestNotComplete", Throttled),
    row("UpdateInProgress", Throttled),
    // Who asks is not known, or no longer.
    row("ExpiredToken", Credentials),
    row("TokenRefreshRequired", Credentials),
    row("InvalidToken", Credentials),
    row("InvalidClientTokenId", Credentials),
    row("InvalidAccessKeyId", Credentials),
    row("UnrecognizedClient", Credentials),
    row("AuthFailure", Credentials),
    row("MissingAuthenticationToken", Credentials),
    row("IncompleteSignature", Credentials),
    row("SignatureDoesNotMatch", Credentials),
    row("InvalidSignature", Credentials),
    told("RequestExpired", Credentials, "set this machine's clock: AWS takes no request that is more than some minutes old"),
    told("RequestTimeTooSkewed", Credentials, "set this machine's clock: it differs from AWS's by more than a quarter of an hour"),
    // Who asks may not.
    told("OptInRequired", Denied, "sign the account up for the service, or enable the region, in the AWS console; then run again"),
    told("SubscriptionRequired", Denied, "sign the account up for the service in the AWS console, then run again"),
    told("PendingVerification", Denied, "AWS is still verifying the account; wait for its mail, then run again"),
    told("KMSAccessDenied", Denied, "the key's policy does not let this role use it: `strata explain` names the key; then run again"),
    row("AccessDenied", Denied),
    row("UnauthorizedOperation", Denied),
    row("UnauthorizedAccess", Denied),
    row("NotAuthorized", Denied),
    row("AuthorizationError", Denied),
    told("Blocked", Denied, "AWS has blocked the account from this; its support centre says why"),
    // AWS has none left to give at this moment: no quota of the account, and helped by another choice.
    told("InsufficientInstanceCapacity", Quota, "AWS has no machine of that class in that zone now: take another size, or run again later"),
    told(
        "InsufficientDBInstanceCapacity",
        Quota,
        "AWS has no database of that class in that zone now: take another size, or run again later",
    ),
    told(
        "InsufficientCacheClusterCapacity",
        Quota,
        "AWS has no cache node of that class in that zone now: take another size, or run again later",
    ),
    told("InsufficientAddressCapacity", Quota, "AWS has no public address left in that region now: run again later"),
    told("InsufficientFreeAddressesInSubnet", Quota, "the subnet is full: give the network a larger `size`, or remove what is not needed"),
    // A quota of the account is used up.
    told("VpcLimitExceeded", Quota, "ask for more 'VPCs per Region' (service vpc) in Service Quotas, then run again"),
    told(
        "VcpuLimitExceeded",
        Quota,
        "ask for more 'Running On-Demand instances' of that family (service ec2, counted in virtual processors) in Service Quotas, then run again",
    ),
    told(
        "InstanceLimitExceeded",
        Quota,
        "ask for more 'Running On-Demand instances' of that family (service ec2) in Service Quotas, then run again",
    ),
    told(
        "NatGatewayLimitExceeded",
        Quota,
        "ask for more 'NAT gateways per Availability Zone' (service vpc) in Service Quotas, or write `nat: single`; then run again",
    ),
    told(
        "AddressLimitExceeded",
        Quota,
        "ask for more 'EC2-VPC Elastic IPs' (service ec2) in Service Quotas, or write `nat: single`; then run again",
    ),
    told(
        "InternetGatewayLimitExceeded",
        Quota,
        "ask for more 'Internet gateways per Region' (service vpc) in Service Quotas, then run again",
    ),
    told(
        "RulesPerSecurityGroupLimitExceeded",
        Quota,
        "ask for more 'Inbound or outbound rules per security group' (service vpc) in Service Quotas, then run again",
    ),
    told(
        "SecurityGroupLimitExceeded",
        Quota,
        "ask for more 'VPC security groups per Region' (service vpc) in Service Quotas, then run again",
    ),
    told(
        "VpcEndpointLimitExceeded",
        Quota,
        "ask for more 'Interface VPC endpoints per VPC' (service vpc) in Service Quotas, then run again",
    ),
    told("TooManyBuckets", Quota, "ask for more 'General purpose buckets' (service s3) in Service Quotas, then run again"),
    told(
        "TooManyLoadBalancers",
        Quota,
        "ask for more 'Application Load Balancers per Region' (service elasticloadbalancing) in Service Quotas, then run again",
    ),
    told("InstanceQuotaExceeded", Quota, "ask for more 'DB instances' (service rds) in Service Quotas, then run again"),
    told(
        "StorageQuotaExceeded",
        Quota,
        "ask for more 'Total storage for all DB instances' (service rds) in Service Quotas, then run again",
    ),
    told(
        "CodeStorageExceeded",
        Quota,
        "remove old versions of functions, or ask for more 'Function and layer storage' (service lambda) in Service Quotas",
    ),
    row("QuotaForCustomerExceeded", Quota),
    row("QuotaForClusterExceeded", Quota),
    row("QuotaForReplicationGroupExceeded", Quota),
    row("LimitExceeded", Quota),
    row("QuotaExceeded", Quota),
    told(
        "MaxNumberOfConfigurationRecorders",
        Conflict,
        "the account has a recorder of AWS Config in this region already, and AWS allows one: `strata adopt` it, or remove it",
    ),
    told(
        "MaxNumberOfDeliveryChannels",
        Conflict,
        "the account has a delivery channel of AWS Config in this region already, and AWS allows one: `strata adopt` it, or remove it",
    ),
    row("TooMany", Quota),
    row("MaxNumberOf", Quota),
    // Something still uses it, or is in it.
    row("DependencyTimeout", Transient),
    row("LastDeliveryChannelDeleteFailed", Dependency),
    row("DependencyViolation", Dependency),
    row("DeleteConflict", Dependency),
    told("BucketNotEmpty", Dependency, "somebody writes into the bucket while it is emptied: stop that, then run the same command again"),
    told("HostedZoneNotEmpty", Dependency, "the zone holds records that Strata did not make: remove them, then run the same command again"),
    told("RepositoryNotEmpty", Dependency, "somebody pushes images while they are removed: stop that, then run the same command again"),
    row("ResourceContainsNonEmpty", Dependency),
    row("ClusterContains", Dependency),
    row("InUse", Dependency),
    // Another of that name, or another change at the same time.
    told(
        "BucketAlreadyExists",
        Conflict,
        "names of buckets are shared by all of AWS, and another account has this one: give it another by `patch: {bucket.NAME: {BucketName: …}}`",
    ),
    told(
        "ScheduledForDeletion",
        Conflict,
        "a secret or key of that name waits to be deleted: restore it in the AWS console and `strata adopt` it, or wait",
    ),
    row("InvalidDBInstanceState", Conflict),
    row("InvalidDBClusterState", Conflict),
    row("InvalidReplicationGroupState", Conflict),
    row("InvalidCacheClusterState", Conflict),
    row("InvalidUserGroupState", Conflict),
    row("InvalidUserState", Conflict),
    told("KMSInvalidState", Conflict, "the key is disabled or waits to be deleted: enable it in the AWS console, then run again"),
    told("KMSDisabled", Conflict, "the key is disabled: enable it in the AWS console, then run again"),
    row("IncorrectState", Conflict),
    row("IncorrectInstanceState", Conflict),
    row("ResourceNotReady", Conflict),
    row("ScalingActivityInProgress", Conflict),
    row("AlreadyExist", Conflict),
    row("AlreadyOwned", Conflict),
    row("AlreadyAssociated", Conflict),
    row("Duplicate", Conflict),
    row("ConcurrentModification", Conflict),
    row("OptimisticLock", Conflict),
    row("PreconditionFailed", Conflict),
    row("Conflict", Conflict),
    // Nothing there.
    row("NotFound", NotFound),
    row("NoSuch", NotFound),
    row("DoesNotExist", NotFound),
    row("NonExistent", NotFound),
    row("Nonexistent", NotFound),
    row("UnknownResource", NotFound),
    // Passes by itself; whether it was carried out is not known.
    told(
        "QueueDeletedRecently",
        Transient,
        "a queue of that name was deleted less than 60 seconds ago: run the same command again in a minute",
    ),
    told(
        "InsufficientCloudWatchLogsResourcePolicy",
        Transient,
        "the log group's policy is new and not in force yet: run the same command again in a minute",
    ),
    row("OperationAborted", Transient),
    row("InternalError", Transient),
    row("InternalFailure", Transient),
    row("InternalServer", Transient),
    row("InternalService", Transient),
    row("KMSInternal", Transient),
    row("ServerException", Transient),
    row("ServiceException", Transient),
    row("RequestTimeout", Transient),
    row("Unavailable", Transient),
    // Refused for good: what is asked for has to change.
    told(
        "MalformedPolicy",
        Invalid,
        "a policy names a principal or an action that AWS does not know: `strata explain` shows the policy and its lines",
    ),
    told("InvalidPrincipal", Invalid, "the policy names a role or an account that does not exist"),
    told("UnsupportedAvailabilityZone", Invalid, "the service or class is not offered in that zone: take another size or another region"),
    told("InvalidCidr", Invalid, "change the `cidr` or `size` of the network"),
    told("SerializationException", Internal, "please report it with the plan: the request was not what the service expects"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_row_can_win_and_no_kind_is_without_a_row() {
        let mut kinds = BTreeSet::new();
        for row in CODES {
            let first = find(row.text).map(|found| found.text);
            assert_eq!(first, Some(row.text), "an earlier row hides this one");
            kinds.insert(row.kind.to_string());
        }
        let all = [Throttled, Transient, Conflict, Dependency, Quota, Denied, Credentials, Invalid, NotFound, Internal];
        assert_eq!(kinds, all.iter().map(ToString::to_string).collect());
    }
}
