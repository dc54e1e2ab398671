//! Who depends on whom, as cargo reads the manifests.

use std::process::Command;

use serde_json::Value;

/// A crate of this workspace.
#[derive(Clone, Debug)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// What it depends on, for its tests and its building too.
    pub dependencies: Vec<String>,
}

/// The crates of this workspace.
///
/// # Panics
/// When cargo cannot read the manifests.
pub fn packages() -> Vec<Package> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]).current_dir(crate::root());
    let output = cargo.output().expect("cargo runs: it runs this");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    list(&metadata["packages"]).map(package).collect()
}

fn package(package: &Value) -> Package {
    Package { name: name(package), dependencies: list(&package["dependencies"]).map(name).collect() }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn name(value: &Value) -> String {
    value["name"].as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_crate_depends_on_no_other_of_ours() {
        let packages = packages();
        let tidy = packages.iter().find(|package| package.name == "tidy").expect("this crate is a member");
        assert!(tidy.dependencies.iter().all(|dependency| packages.iter().all(|package| package.name != *dependency)));
    }
}
