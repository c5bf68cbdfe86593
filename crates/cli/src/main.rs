//! The command line: arguments, progress bars, exit codes. What is typed is lowered to a plan here; all else happens in
//! the crates below.

mod args;
mod commands;
mod console;
mod edge;
mod git;
mod progress;
mod remote;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = args::Cli::parse();
    edge::arm_fault();
    match commands::dispatch(cli.command) {
        Ok(end) => match console::unwritten() {
            None => end.code(),
            Some(error) => {
                console::note(&format!("error: cannot write to standard output: {error}"));
                ExitCode::from(2)
            }
        },
        Err(error) => {
            console::note(&format!("{error}"));
            ExitCode::from(2)
        }
    }
}
