//! What both sides of a peering do and see.
