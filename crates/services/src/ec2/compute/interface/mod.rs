//! Network interfaces that users make, see and move.

pub mod address_list;
pub mod view;
