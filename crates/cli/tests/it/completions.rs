//! `completions` and `schema`: what shells and editors are given.

use crate::{Lab, SMALL, contains};
use std::process::Command;

/// The commands as the help lists them.
fn commands(lab: &Lab) -> Vec<String> {
    let help = lab.fine("--help").stdout;
    let list = help.split("Commands:\n").nth(1).expect("a list of commands");
    let names = list.lines().take_while(|line| !line.is_empty()).filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn regress_every_shell_knows_every_command() {
    let lab = Lab::empty();
    let commands = commands(&lab);
    assert!(commands.len() >= 14, "{commands:?}");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = lab.fine(&format!("completions {shell}")).stdout;
        for command in &commands {
            assert!(script.contains(command.as_str()), "{shell}: {command}");
        }
    }
    assert_eq!(lab.run("completions tcsh").code, 2);
}

/// Asks bash itself what it would offer.
fn bash(lab: &Lab, words: &str) -> Vec<String> {
    lab.write("completions.bash", lab.fine("completions bash").stdout);
    let ask = format!(
        "source completions.bash; COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); \
         _tokenpark tokenpark \"${{COMP_WORDS[-1]}}\" \"${{COMP_WORDS[-2]}}\" 2>/dev/null; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    );
    let output = Command::new("bash").args(["-c", &ask]).current_dir(lab.path("")).output().expect("bash");
    String::from_utf8(output.stdout).expect("UTF-8").lines().map(str::to_owned).collect()
}

#[test]
fn val_bash_completes_commands_options_and_values() {
    let lab = Lab::small();
    if Command::new("bash").arg("--version").output().is_err() {
        return;
    }
    assert_eq!(bash(&lab, "tokenpark insp"), ["inspect"]);
    assert_eq!(bash(&lab, "tokenpark run --fai"), ["--fail-fast"]);
    assert_eq!(bash(&lab, "tokenpark completions elv"), ["elvish"]);
    assert_eq!(bash(&lab, "tokenpark park --space in"), ["interval"]);
    assert_eq!(bash(&lab, "tokenpark export ro-crate --lic"), ["--license"]);
}

#[test]
fn regress_zsh_and_fish_complete_files_where_manifests_go() {
    let lab = Lab::empty();
    contains(&lab.fine("completions zsh").stdout, &["manifest -- The manifest:_files", ":DIR:_files -/"]);
    contains(&lab.fine("completions fish").stdout, &["-l out", "__fish_complete_directories"]);
}

#[test]
fn val_the_printed_schema_is_the_committed_one() {
    let lab = Lab::empty();
    let committed = include_str!("../../../../schemas/manifest.schema.json");
    assert_eq!(lab.fine("schema").stdout, committed, "tokenpark schema > schemas/manifest.schema.json");
}

#[test]
fn regress_the_line_that_names_the_schema_changes_no_fingerprint() {
    let lab = Lab::small();
    lab.write("named.toml", format!("#:schema ../schemas/manifest.schema.json\n{SMALL}"));
    let [plain, named] = ["small.toml", "named.toml"].map(|manifest| lab.fine(&format!("check {manifest}")).stdout);
    assert_eq!(plain.split_once(": ").expect("a verdict").1, named.split_once(": ").expect("a verdict").1);
}
