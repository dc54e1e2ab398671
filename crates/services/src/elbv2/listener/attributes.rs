//! The attributes of a TCP listener (Elastic Load Balancing API, "ListenerAttribute").

use super::super::attribute::{Attribute, Rule};

/// What a listener can be set to. The idle timeout is the kernel's, which is AWS's default.
pub const ALL: &[Attribute] = &[Attribute { key: "tcp.idle_timeout.seconds", default: "350", rule: Rule::Fixed }];
