//! Laws that hold for all of EC2, and the sequences of calls that the usual tools make.

mod apart;
mod deleting;
mod describing;
mod everything;
mod lifecycles;
mod quotas;
mod tagging;
mod terraform;
