//! Instance refreshes: all instances are replaced, a few at a time.

mod describe_instance_refreshes;
mod end;
mod start_instance_refresh;
pub mod view;

use crate::Operation;
use crate::operation::operation;

/// The operations.
pub const OPERATIONS: &[Operation] = &[
    operation!(write "StartInstanceRefresh" start_instance_refresh::start_instance_refresh),
    operation!(read "DescribeInstanceRefreshes" describe_instance_refreshes::describe_instance_refreshes),
    operation!(write "CancelInstanceRefresh" end::cancel_instance_refresh),
    operation!(write "RollbackInstanceRefresh" end::rollback_instance_refresh),
];
