//! Laws that hold for all of EC2, and the sequences of calls that the usual tools make.

mod deleting;
mod describing;
mod everything;
mod quotas;
mod tagging;
mod terraform;
