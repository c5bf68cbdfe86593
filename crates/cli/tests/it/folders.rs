//! Usage mistakes and places that cannot be used: exit code 2 and a sentence that names the place.

use crate::{Lab, contains};

#[test]
fn regress_unknown_commands_and_options() {
    let lab = Lab::small();
    let ran = lab.run("frobnicate");
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    contains(&ran.stderr, &["unrecognized subcommand 'frobnicate'", "Usage: tokenpark"]);
    for arguments in ["", "run", "run small.toml --thread-count 2", "run small.toml --replicas 3..1", "plan"] {
        assert_eq!(lab.run(arguments).code, 2, "{arguments}");
    }
    contains(&lab.run("run small.toml --replicas 3..1").stderr, &["is not a range of replicas A..B with A < B"]);
    assert_eq!(lab.names(), ["small.toml"]);
}

#[test]
fn regress_help_tells_the_exit_codes() {
    let ran = Lab::empty().fine("--help");
    contains(&ran.stdout, &["Exit codes:\n    0  fine", "\n    1  ", "\n    2  ", "\n  130  interrupted", "reproduce"]);
    contains(&Lab::empty().fine("--version").stdout, &["tokenpark "]);
}

#[test]
fn regress_out_is_a_file() {
    let lab = Lab::small();
    lab.write("taken", "not a folder");
    for arguments in ["run small.toml --out taken", "run small.toml --out taken/data", "status small.toml --out taken"]
    {
        let ran = lab.run(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{arguments}");
        contains(&ran.stderr, &["error: cannot ", "taken/", "Not a directory"]);
    }
    assert_eq!((lab.read("taken").as_str(), lab.names()), ("not a folder", vec!["small.toml".into(), "taken".into()]));
}

#[test]
fn regress_reports_is_a_file() {
    let lab = Lab::small();
    lab.write("taken", "not a folder");
    lab.fine("run small.toml");
    let ran = lab.run("analyze small.toml --reports taken");
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    contains(&ran.stderr, &["error: ", "taken"]);
}

/// Not even root may write there.
#[cfg(target_os = "linux")]
#[test]
fn regress_out_is_not_writable() {
    let ran = Lab::small().run("run small.toml --out /proc/tokenpark");
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    contains(&ran.stderr, &["error: cannot create the folder /proc/tokenpark"]);
}
