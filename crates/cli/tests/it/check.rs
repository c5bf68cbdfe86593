//! `check`: every kind of mistake, its place and its help; nothing is left behind.

use crate::{Lab, SMALL, contains, edited};

/// Checks a bad manifest: exit code 2, nothing on standard output, these pieces on standard error, nothing written.
#[track_caller]
fn refused(manifest: impl AsRef<[u8]>, pieces: &[&str]) {
    let lab = Lab::empty();
    lab.write("bad.toml", manifest);
    for command in ["check", "run", "plan", "analyze"] {
        let ran = lab.run(&format!("{command} bad.toml"));
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{command}: {}", ran.stderr);
        contains(&ran.stderr, pieces);
        assert_eq!(lab.names(), ["bad.toml"], "{command} left something behind");
    }
}

#[test]
fn regress_check_good() {
    let lab = Lab::small();
    let ran = lab.fine("check small.toml");
    contains(&ran.stdout, &["small.toml: valid, 2 points, 8 runs, fingerprint "]);
    assert_eq!(ran.stderr, "");
    assert_eq!(lab.names(), ["small.toml"]);
}

#[test]
fn regress_check_unknown_key() {
    let pieces = ["error: unknown key `rtoll` in [integrate]", "bad.toml:14:1", "did you mean `rtol`?"];
    refused(edited("until = 5.0", "until = 5.0\nrtoll = 1e-6"), &pieces);
}

#[test]
fn regress_check_all_mistakes_at_once() {
    refused(edited("seed = 7", "sede = 7"), &["unknown key `sede`", "did you mean `seed`?", "missing key `seed`"]);
}

#[test]
fn regress_check_wrong_type() {
    let message = "`model.tokens` is the string `\"ten\"`, not a whole number";
    refused(edited("tokens = 10", "tokens = \"ten\""), &[message, "bad.toml:8:10", "tokens = \"ten\"", "^^^^^"]);
}

#[test]
fn regress_check_matrix_shape() {
    let matrix = "beta = 4.0\nvalue = { matrix = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]] }";
    let message = "`model.value.matrix` has 2 rows of 3 numbers";
    refused(edited("beta = 4.0", matrix), &[message, "bad.toml:11:20", "as many rows as columns"]);
}

#[test]
fn regress_check_negative_beta() {
    refused(edited("beta = 4.0", "beta = -4.0"), &["`model.beta` is out of range: -4", "bad.toml:10:8"]);
    refused(edited("[4.0, 9.0]", "[4.0, -9.0]"), &["-9", "bad.toml:20:"]);
}

#[test]
fn regress_check_no_tokens() {
    refused(edited("tokens = 10", "tokens = 0"), &["`model.tokens` is out of range: 0", "bad.toml:8:10"]);
}

#[test]
fn regress_check_dimension_one() {
    refused(edited("dimension = 2", "dimension = 1"), &["`model.dimension` is out of range: 1", "bad.toml:9:13"]);
}

#[test]
fn regress_check_empty_axis() {
    refused(edited("[4.0, 9.0]", "[]"), &["the axis `model.beta` is empty", "bad.toml:20:16", "at least one value"]);
}

#[test]
fn regress_check_grid_of_a_billion_points() {
    let axes = "{ linear = 100000, from = 1.0, to = 2.0 }\n\"model.tokens\" = { linear = 10000, from = 2, to = 10001 }";
    refused(edited("[4.0, 9.0]", axes), &["too many points: 10000 × 100000", "bad.toml:21:1", "at most 10000000"]);
}

#[test]
fn regress_check_not_utf8() {
    let bytes = [SMALL.as_bytes(), b"# \xff\xfe\n"].concat();
    refused(bytes, &["this is not UTF-8: byte 0xff", "bad.toml:21:3"]);
}

#[test]
fn regress_check_not_toml() {
    refused(edited("[model]", "[model"), &["error: ", "bad.toml:7:"]);
}

#[test]
fn regress_check_missing_file_and_folder() {
    let lab = Lab::empty();
    let ran = lab.run("check nowhere.toml .");
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    contains(&ran.stderr, &["cannot read the manifest", "nowhere.toml", "this is a directory, not a manifest"]);
    assert_eq!(lab.run("check").code, 2, "there is no folder experiments");
    assert!(lab.names().is_empty());
}

#[test]
fn regress_one_bad_manifest_stops_all_before_the_first_run() {
    let lab = Lab::small();
    lab.write("bad.toml", edited("tokens = 10", "tokens = 0"));
    assert_eq!(lab.run("run small.toml bad.toml").code, 2);
    assert_eq!(lab.names(), ["bad.toml", "small.toml"]);
    let ran = lab.run("check small.toml bad.toml");
    assert_eq!(ran.code, 2);
    contains(&ran.stdout, &["small.toml: valid"]);
    contains(&ran.stderr, &["`model.tokens` is out of range"]);
}
