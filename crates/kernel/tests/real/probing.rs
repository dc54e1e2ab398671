//! What the probe says of a machine on which these tests run.

use std::process::Command;

#[test]
fn a_machine_on_which_all_this_works_lacks_nothing_and_keeps_nothing() {
    let features = kernel::probe();
    let missing: Vec<_> = features.iter().filter(|feature| !feature.ok).collect();
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(features.len() > 10 && features.iter().all(|feature| feature.reason.is_empty() && !feature.remedy.is_empty()));
    let tables = Command::new("nft").args(["list", "tables"]).output().unwrap();
    assert!(!String::from_utf8_lossy(&tables.stdout).contains("underpass-probe"));
}
