//! The helper roles, when something is missing that their caller should have seen to.

use std::fs;
use std::process::{Command, Output, Stdio};

use workload::StepFailed;

use crate::world::HELPER;

fn helper(arguments: &[&str]) -> Output {
    Command::new(HELPER).args(arguments).stdin(Stdio::null()).output().unwrap()
}

#[test]
fn without_a_role_the_program_is_itself() {
    for arguments in [&[][..], &["up"], &["machine-launch"], &["machine-unknown", "/tmp"]] {
        assert_eq!(helper(arguments).status.code(), Some(64), "{arguments:?}");
    }
}

#[test]
fn a_starter_without_a_spec_reports_it_in_a_form_that_its_caller_reads() {
    let folder = tempfile::tempdir().unwrap();
    let output = helper(&["machine-launch", folder.path().to_str().unwrap()]);
    let failure: StepFailed = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(failure.to_string(), "cannot read what the machine should be: No such file or directory (os error 2)");
    assert!(!output.status.success());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_first_process_that_nobody_noted_does_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let output = helper(&["machine-init", folder.path().to_str().unwrap()]);
    assert!(!output.status.success());
    assert_eq!((output.stdout.as_slice(), fs::read_dir(folder.path()).unwrap().count()), (b"".as_slice(), 0));
}

#[test]
fn entering_a_machine_that_is_not_there_is_told_apart_from_the_programs_own_failure() {
    let folder = tempfile::tempdir().unwrap();
    let output = helper(&["machine-join", folder.path().to_str().unwrap(), "true"]);
    assert_eq!(output.status.code(), Some(125));
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "underpass: cannot find the running machine: No such process (os error 3)\n"
    );
}

#[test]
fn a_damaged_note_is_an_error_and_never_an_absence() {
    let world = crate::world::World::new();
    let (id, _) = world.start("m", "");
    let record = world.folder().join("machines/m/running.json");
    let intact = fs::read(&record).unwrap();
    fs::write(&record, &intact[..10]).unwrap();
    assert!(matches!(world.machines.status(&id), Err(workload::Error::Storage { .. })));
    assert!(world.machines.destroy(&id).is_err(), "it would leave processes behind");
    fs::write(&record, intact).unwrap();
    world.machines.destroy(&id).unwrap();
}
