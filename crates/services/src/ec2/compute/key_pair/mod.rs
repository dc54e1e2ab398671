//! Key pairs.
