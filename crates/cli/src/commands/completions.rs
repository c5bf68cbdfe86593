//! `tokenpark completions` and `tokenpark schema`: what shells and editors ask for.

use super::End;
use crate::args::Cli;
use crate::console;
use clap::{Args, CommandFactory};
use clap_complete::Shell;

/// `completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell.
    #[arg(value_enum)]
    pub shell: Shell,
}

pub fn completions(args: &Completions) -> End {
    let mut script = vec![];
    clap_complete::generate(args.shell, &mut Cli::command(), "tokenpark", &mut script);
    console::data(String::from_utf8_lossy(&script).trim_end());
    End::Fine
}

/// Prints the JSON Schema of manifests.
pub fn schema() -> End {
    console::data(&format!("{:#}", tokenpark_sweep::manifest::json_schema()));
    End::Fine
}
