//! The line: request time on the left, reconcile time on the right, the store between. An edge that is not in the table
//! does not exist.

use tidy::{File, Package, files, is_test_path, packages, production};

use crate::uphold;

/// What a crate may use of ours, and why no more.
struct May {
    krate: &'static str,
    using: &'static [&'static str],
    reason: &'static str,
}

const fn may(krate: &'static str, using: &'static [&'static str], reason: &'static str) -> May {
    May { krate, using, reason }
}

/// Every crate, from left to right.
const LINE: &[May] = &[
    may("wire", &[], "it serves any AWS service and so knows none"),
    may("policy", &[], "a decision is computed from documents and facts alone"),
    may("checksum", &[], "a checksum is arithmetic on bytes; both sides of the line need the same one"),
    may("objects", &["checksum"], "it keeps bytes in files and does not know what they are for"),
    may("resource", &[], "what exists has no I/O and no AWS shapes"),
    may("store", &["resource"], "it keeps resources and does not know what they are for"),
    may("services", &["wire", "policy", "resource", "store", "checksum"], "a handler records wishes, it never acts"),
    may(
        "api",
        &["wire", "policy", "resource", "store", "services", "checksum", "objects"],
        "a request ends in the store, or its body in a file, never in the kernel",
    ),
    may(
        "plan",
        &["resource", "policy", "store"],
        "the network is computed; of the store it reads snapshots, which are pure values",
    ),
    may("explain", &["plan", "resource", "policy", "store"], "an explanation walks the plan and observes nothing"),
    may("kernel", &[], "it is plain data about Linux and knows nothing of AWS"),
    may("workload", &["kernel"], "it runs processes and knows nothing of AWS"),
    may("dataplane", &["policy"], "it moves bytes by a configuration of its own and knows nothing of AWS shapes"),
    may(
        "reconcile",
        &["plan", "explain", "resource", "store", "kernel", "workload", "dataplane", "objects"],
        "convergence must not know who asked",
    ),
    may(
        "underpass",
        &[
            "wire",
            "policy",
            "checksum",
            "objects",
            "resource",
            "store",
            "services",
            "api",
            "plan",
            "explain",
            "kernel",
            "workload",
            "dataplane",
            "reconcile",
        ],
        "it wires all of them, and nothing depends on it",
    ),
    may(
        "bench",
        &["wire", "resource", "store", "kernel", "dataplane", "workload"],
        "it measures the product from outside and its parts alone",
    ),
    may("tidy", &[], "laws must not need what they judge"),
];

/// One of each: a second one doubles what must be audited and what is linked.
const FOREIGN: &[(&str, &str)] = &[
    ("openssl", "rustls is our one TLS"),
    ("native-tls", "rustls is our one TLS"),
    ("ring", "aws-lc-rs is our one crypto"),
    ("async-std", "tokio is our one runtime"),
    ("smol", "tokio is our one runtime"),
    ("chrono", "time is our one calendar"),
    ("reqwest", "hyper is our one HTTP"),
];

fn row(package: &Package) -> Option<&'static May> {
    LINE.iter().find(|may| may.krate == package.name)
}

#[test]
fn every_crate_has_its_place_on_the_line() {
    let lost = packages().into_iter().filter(|package| row(package).is_none()).map(|package| package.name);
    uphold("a crate without a row in LINE could use anything", &lost.collect::<Vec<_>>());
    let packages = packages();
    let unknown = LINE.iter().flat_map(|may| may.using.iter().chain([&may.krate])).map(|name| (*name).to_owned());
    let unknown: Vec<String> = unknown.filter(|name| packages.iter().all(|package| package.name != *name)).collect();
    uphold("a row for a crate that there is not allows what nobody has thought of", &unknown);
}

#[test]
fn a_crate_uses_only_what_the_line_allows() {
    let packages = packages();
    let ours = |name: &String| packages.iter().any(|package| package.name == *name);
    let edges = packages.iter().filter_map(|package| Some((package, row(package)?)));
    let forbidden = edges.flat_map(|(package, may)| {
        let extra = package.dependencies.iter().filter(|used| ours(used) && !may.using.contains(&used.as_str()));
        extra.map(|used| format!("{} uses {used}, but {}", package.name, may.reason))
    });
    uphold("the line has one direction", &forbidden.collect::<Vec<_>>());
}

#[test]
fn the_plan_reads_snapshots_and_never_the_store() {
    let broken = shipped_in("crates/plan/").flat_map(|file| file.lines_where(|line| names(line, "Store") || names(line, "Txn")));
    uphold("a plan that could write or wait would not be pure", &broken.collect::<Vec<_>>());
}

#[test]
fn there_is_one_of_each_foreign_part() {
    let used = packages().into_iter().flat_map(|package| {
        let second = FOREIGN.iter().filter(move |(name, _)| package.dependencies.iter().any(|used| used == name));
        second.map(|(name, reason)| format!("{name}: {reason}")).collect::<Vec<_>>()
    });
    uphold("two of a kind never agree", &used.collect::<Vec<_>>());
}

#[test]
fn every_crate_takes_the_lints_of_the_workspace() {
    let manifests = files().into_iter().filter(|file| file.path.starts_with("crates/") && file.path.ends_with("/Cargo.toml"));
    let without = manifests.filter(|file| !file.text.contains("[lints]\nworkspace = true")).map(|file| file.path);
    uphold("a lint that one crate escapes is no law", &without.collect::<Vec<_>>());
}

/// The production Rust below a folder, without the tests at the end of the files.
fn shipped_in(folder: &'static str) -> impl Iterator<Item = File> {
    let files =
        files().into_iter().filter(move |file| file.is_rust() && file.path.starts_with(folder) && !is_test_path(&file.path));
    files.map(|file| File { text: production(&file.lines()).join("\n"), path: file.path })
}

/// Whether a line of code, not of documentation, has a word.
fn names(line: &str, word: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    code.split(|c: char| !c.is_alphanumeric() && c != '_').any(|found| found == word)
}
