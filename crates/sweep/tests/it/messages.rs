//! What a user sees.

use tokenpark_sweep::Manifest;

fn mistakes(text: &str) -> String {
    Manifest::parse(text, "experiments/x.toml").map(drop).unwrap_err().to_string()
}

const GOOD: &str =
    "schema = 1\nname = \"x\"\nseed = 1\n[model]\ntokens = 8\ndimension = 2\nbeta = 1\n[integrate]\nuntil = 1\n";

#[test]
fn regress_a_mistake_looks_like_this() {
    let text = GOOD.replace("beta = 1", "# a\n# b\n# c\nbetta = 64.0\nbeta = 1");
    let expected = "\
error: unknown key `betta` in [model]
  --> experiments/x.toml:10:1
   |
10 | betta = 64.0
   | ^^^^^ allowed here: tokens, dimension, beta, mask, weights, query, key, value, heads, normalization, frozen, perceptron; did you mean `beta`?";
    assert_eq!(mistakes(&text), expected);
}

#[test]
fn regress_an_expression_is_marked_inside_its_string() {
    let text = format!("{GOOD}[centers]\nseparation = \"4 / sqrt(betta)\"\n");
    let expected = "\
error: `centers.separation`: unknown name `betta`
  --> experiments/x.toml:11:24
   |
11 | separation = \"4 / sqrt(betta)\"
   |                        ^^^^^ allowed here: beta, tokens, dimension, pi, sqrt, exp, log; did you mean `beta`?";
    assert_eq!(mistakes(&text), expected);
}

#[test]
fn regress_an_axis_value_is_marked_itself() {
    let text = format!("{GOOD}[sweep]\n\"model.beta\" = [1.0, -2.0, 3.0]\n");
    let expected = "\
error: `model.beta` is out of range: -2
  --> experiments/x.toml:11:22
   |
11 | \"model.beta\" = [1.0, -2.0, 3.0]
   |                      ^^^^ allowed: a number at least 0 and at most 1000000";
    assert_eq!(mistakes(&text), expected);
}

#[test]
fn regress_a_missing_key_shows_its_section() {
    let expected = "\
error: missing key `beta` in [model]
 --> experiments/x.toml:4:1
  |
4 | [model]
  | ^^^^^^^ write beta = …";
    assert_eq!(mistakes(&GOOD.replace("beta = 1\n", "")), expected);
}

#[test]
fn prop_columns_count_characters() {
    let text = GOOD.replace("beta = 1", "\"ββ\" = 1\nbeta = 1");
    assert!(mistakes(&text).contains("x.toml:7:1\n"));
    let text = GOOD.replace("beta = 1", "query = { diagonal = [1, 1], \"ü\" = 1 }\nbeta = { a = \"ü\" }");
    let found = mistakes(&text);
    assert!(found.contains("x.toml:7:9\n") && found.contains("x.toml:8:8\n"), "{found}");
}

#[test]
fn prop_long_lines_are_cut_around_the_mistake() {
    let list = "1.0, ".repeat(2000);
    let found = mistakes(&format!("{GOOD}[observe]\ntimes = [{list}oops]\n"));
    assert!(found.lines().all(|line| line.chars().count() < 200), "{found}");
}

#[test]
fn prop_thousands_of_mistakes_are_counted() {
    let list = "\"x\", ".repeat(5000);
    let found = Manifest::parse(&format!("{GOOD}[sweep]\n\"model.beta\" = [{list}]"), "x").map(drop).unwrap_err();
    assert_eq!((found.len(), found.iter().count()), (5000, 100));
    assert!(found.to_string().ends_with("error: 4900 more mistakes are not shown"));
}

#[test]
fn regress_files_that_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let message = |path: &std::path::Path| Manifest::read(path).map(drop).unwrap_err().to_string();
    assert!(message(folder.path()).contains("this is a directory, not a manifest"));
    let path = folder.path().join("a.toml");
    assert!(message(&path).contains("cannot read the manifest: No such file"));
    assert!(message(&path).contains("a.toml"));
    std::fs::write(&path, "").unwrap();
    assert!(message(&path).contains("the manifest is empty"));
    std::fs::write(&path, "# only\n\n# comments\n").unwrap();
    assert!(message(&path).contains("the manifest is empty"));
    std::fs::write(&path, b"schema = 1\n# R\xc3\xa9nyi\nname = \"\xc3\xa9\xff\"\n").unwrap();
    let found = message(&path);
    assert!(found.contains("a.toml:3:10\n") && found.contains("byte 0xff at offset"), "{found}");
}

#[test]
fn prop_windows_line_ends_and_byte_order_marks_are_fine() {
    Manifest::parse(&GOOD.replace('\n', "\r\n"), "x").unwrap();
    Manifest::parse(&format!("\u{feff}{GOOD}"), "x").unwrap();
    assert!(!mistakes(&GOOD.replace("beta", "betta").replace('\n', "\r\n")).contains('\r'));
}
