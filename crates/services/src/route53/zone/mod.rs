//! Hosted zones.

mod count;
mod create;
mod delete;
mod get;
pub(super) mod limit;
mod list;
mod list_by_name;
mod list_by_vpc;
mod signing;
mod update_comment;

use crate::Operation;
use crate::operation::operation;

/// The operations.
pub(super) const OPERATIONS: &[Operation] = &[
    operation!(write "CreateHostedZone" create::create_hosted_zone),
    operation!(read "GetHostedZone" get::get_hosted_zone),
    operation!(write "DeleteHostedZone" delete::delete_hosted_zone),
    operation!(write "UpdateHostedZoneComment" update_comment::update_hosted_zone_comment),
    operation!(read "ListHostedZones" list::list_hosted_zones),
    operation!(read "ListHostedZonesByName" list_by_name::list_hosted_zones_by_name),
    operation!(read "ListHostedZonesByVPC" list_by_vpc::list_hosted_zones_by_vpc),
    operation!(read "GetHostedZoneCount" count::get_hosted_zone_count),
    operation!(read "GetHostedZoneLimit" limit::get_hosted_zone_limit),
    operation!(read "GetAccountLimit" limit::get_account_limit),
    operation!(read "GetDNSSEC" signing::get_dnssec),
    operation!(read "ListQueryLoggingConfigs" signing::list_query_logging_configs),
];
