//! Carries a request through identity, permission, dispatch and audit.

pub mod identity;
