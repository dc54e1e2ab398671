//! What a host offers is tried out.

use workload::probe;

#[test]
fn on_this_host_machines_can_run_and_trying_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for feature in probe(folder.path()) {
        println!("{}: {:?}", feature.name, feature.state);
        assert!(feature.state.is_ok() || !feature.required, "{feature:?}");
        assert!(!feature.remedy.is_empty());
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    assert_eq!(crate::world::mounts_naming(folder.path()), 0);
}
