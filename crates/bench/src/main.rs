//! Measures Underpass against the bare kernel, HAProxy, nginx and unbound, and says which targets are reached.

mod cloud;
mod cpu;
mod daemon;
mod http;
mod line;
mod measure;
mod memory;
mod netns;
mod path;
mod peer;
mod play;
mod process;
mod report;
mod statistics;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use measure::Scale;

/// Measure Underpass.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    /// Fewer and shorter rounds, smaller worlds: under three minutes
    #[arg(long)]
    quick: bool,
    /// Only the groups of measures named here: line, tls, names, start, growth, group, explain
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// The program to measure
    #[arg(long, default_value = "target/release/underpass")]
    underpass: PathBuf,
    /// Where daemons keep their state while they are measured
    #[arg(long, default_value = "target/bench/state")]
    state: PathBuf,
    /// Where the results are written
    #[arg(long, default_value = "target/bench/results.json")]
    output: PathBuf,
    #[command(subcommand)]
    role: Option<play::Role>,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.role {
        Some(ref role) => role.play(),
        None => bench(&cli),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn bench(cli: &Cli) -> Result<(), Box<dyn Error>> {
    if !nix::unistd::geteuid().is_root() {
        return Err("the benchmarks make network namespaces: run them as root".into());
    }
    process::raise_descriptor_limit()?;
    let scale = if cli.quick { Scale::quick() } else { Scale::full() };
    let daemons = daemon::Daemons::new(&cli.underpass, &cli.state)?;
    let mut report = report::Report::default();
    for group in measure::GROUPS {
        if cli.only.is_empty() || cli.only.iter().any(|only| only == group.name) {
            eprintln!("== {}", group.name);
            (group.run)(&daemons, &scale, &mut report)?;
            report.write(&cli.output)?;
        }
    }
    report.print();
    println!("\nWritten to {}.", cli.output.display());
    Ok(())
}
