//! The table of all operations: which permission each needs, and whether it only looks.

use std::fmt::Write;

use services::Run;
use wire::Models;

/// An operation without a line here has no permission story. `UPDATE_GOLDEN=1` writes the table anew.
#[test]
fn every_operation_is_in_the_table_with_its_action() {
    let mut table = String::new();
    let mut lines: Vec<(String, String)> = Vec::new();
    for service in services::all() {
        for operation in service.operations.iter().copied().flatten() {
            let access = match operation.run {
                Run::Read(_) => "read",
                Run::Write(_) => "write",
            };
            let name = format!("{}.{}", service.name, operation.name);
            lines.push((name.clone(), format!("{name} {}:{} {access}", service.action_prefix, operation.name)));
        }
    }
    lines.sort();
    lines.windows(2).for_each(|pair| assert_ne!(pair[0].0, pair[1].0, "an operation is there twice"));
    lines.iter().for_each(|(_, line)| writeln!(table, "{line}").unwrap());
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/operations.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(path, &table).unwrap();
    }
    let golden = std::fs::read_to_string(path).unwrap_or_default();
    let missing: Vec<&str> = table.lines().filter(|line| !golden.lines().any(|known| known == *line)).collect();
    let gone: Vec<&str> = golden.lines().filter(|line| !table.lines().any(|known| known == *line)).collect();
    assert!(missing.is_empty() && gone.is_empty(), "new: {missing:#?}\ngone: {gone:#?}\nrun again with UPDATE_GOLDEN=1");
}

/// Our own service is not AWS's and has no model.
#[test]
fn every_operation_is_one_of_its_model() {
    let models = Models::new();
    for service in services::all().filter(|service| service.name != "underpass") {
        let model = models.service(service.name).unwrap_or_else(|| panic!("there is no model of {}", service.name));
        for operation in service.operations.iter().copied().flatten() {
            assert!(model.operation(operation.name).is_some(), "{}.{}", service.name, operation.name);
        }
    }
}
