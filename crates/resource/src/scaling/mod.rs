//! Auto Scaling groups and what belongs to them (Amazon EC2 Auto Scaling User Guide).

mod activity;
mod cause;
mod group;
mod hook;
mod member;
mod policy;
mod process;
mod recurrence;
mod refresh;
mod schedule;
mod source;

pub use activity::*;
pub use cause::*;
pub use group::*;
pub use hook::*;
pub use member::*;
pub use policy::*;
pub use process::*;
pub use recurrence::*;
pub use refresh::*;
pub use schedule::*;
pub use source::*;
