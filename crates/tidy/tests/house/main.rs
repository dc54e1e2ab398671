//! The laws of this repository, each with its reason. A law fails with everything that breaks it, so that it is mended at once.

mod line;
mod papers;
mod size;
mod words;

/// Fails with all that breaks a law, and with the reason of the law.
#[track_caller]
fn uphold(reason: &str, broken: &[String]) {
    assert!(broken.is_empty(), "{} broken, because {reason}:\n  {}", broken.len(), broken.join("\n  "));
}
