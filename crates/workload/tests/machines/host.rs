//! Programs of the host in the network of a namespace.

use std::fs;
use std::path::Path;

use workload::host::{View, run};

use crate::world::{World, words};

fn run_shell(world: &World, line: &str) -> u8 {
    let env = [("RESULT".to_owned(), world.folder().join("result").display().to_string())];
    let view = View {
        netns: &world.netns,
        resolv_conf: "nameserver 10.9.9.9\n",
        hosts: Some("10.1.1.1 endpoint.internal\n"),
        ca_pem: "OUR AUTHORITY\n",
        env: &env,
        without: &["UNWANTED".to_owned()],
    };
    run(&view, &words(&["sh", "-c", line])).unwrap()
}

fn result(world: &World) -> String {
    fs::read_to_string(world.folder().join("result")).unwrap()
}

#[test]
fn the_program_alone_sees_another_resolver_and_other_names() {
    let world = World::new();
    let before = fs::read_to_string("/etc/resolv.conf").unwrap();
    assert_eq!(run_shell(&world, "{ cat /etc/resolv.conf; getent hosts endpoint.internal; } > $RESULT"), 0);
    assert_eq!(result(&world), "nameserver 10.9.9.9\n10.1.1.1        endpoint.internal\n");
    assert_eq!(fs::read_to_string("/etc/resolv.conf").unwrap(), before);
}

#[test]
fn the_program_trusts_our_authority_beside_the_public_ones() {
    let world = World::new();
    assert_eq!(run_shell(&world, "for f in $SSL_CERT_FILE $AWS_CA_BUNDLE $CURL_CA_BUNDLE; do tail -n 1 $f; done > $RESULT"), 0);
    assert_eq!(result(&world), "OUR AUTHORITY\n".repeat(3));
    let bundle = workload::trust::host_bundle();
    assert!(bundle.is_none_or(|path| !fs::read_to_string(path).unwrap().contains("OUR AUTHORITY")));
}

#[test]
fn the_program_has_the_network_of_the_namespace_and_the_files_of_the_host() {
    let world = World::new();
    assert_eq!(run_shell(&world, "{ readlink /proc/self/ns/net; pwd; } > $RESULT"), 0);
    let inode = std::os::unix::fs::MetadataExt::ino(&fs::metadata(&world.netns).unwrap());
    assert_eq!(result(&world), format!("net:[{inode}]\n{}\n", std::env::current_dir().unwrap().display()));
}

#[test]
fn the_exit_status_is_the_programs_own() {
    let world = World::new();
    assert_eq!(run_shell(&world, "exit 17"), 17);
    assert_eq!(run_shell(&world, "kill -TERM $$"), 143);
}

#[test]
fn a_signal_to_the_caller_goes_on_to_the_program() {
    let world = World::new();
    let caller = std::process::id();
    let line = format!("trap 'echo told > $RESULT; exit 5' USR1; kill -USR1 {caller}; while :; do sleep 0.01; done");
    assert_eq!(run_shell(&world, &line), 5);
    assert_eq!(result(&world), "told\n");
}

#[test]
fn a_namespace_or_program_that_is_not_there_is_an_error_that_names_it() {
    let world = World::new();
    let mut view = View { netns: Path::new("/no/such/netns"), resolv_conf: "", hosts: None, ca_pem: "", env: &[], without: &[] };
    let error = run(&view, &words(&["true"])).unwrap_err();
    assert!(std::error::Error::source(&error).unwrap().to_string().contains("/no/such/netns"));
    view.netns = &world.netns;
    let error = run(&view, &words(&["no-such-program"])).unwrap_err();
    assert_eq!(error.to_string(), "cannot run no-such-program");
    assert!(matches!(error, workload::Error::NotRun { source, .. } if source.errno == 2 && source.step == "run no-such-program"));
}
