//! `tokenpark claims`: verdicts, exit codes, JSON and the page.

use crate::{Lab, contains};
use serde_json::{Value, json};

const ONE: &str = "claims --quick --only lemma-3-1 --only lemma-c-1-printed-d3";

#[test]
fn regress_claims_as_expected_are_fine() {
    let ran = Lab::empty().fine(ONE);
    contains(&ran.stdout, &["lemma-3-1 ", "holds", "120 of 120 checks agree", "lemma-c-1-printed-d3", "fails"]);
}

#[test]
fn regress_a_wrong_expectation_is_exit_code_1() {
    let ran = Lab::empty().run("claims --quick --only lemma-3-1 --expect fails");
    assert_eq!(ran.code, 1, "{ran:?}");
    contains(&ran.stdout, &["NOT AS EXPECTED"]);
    let ran = Lab::empty().run("claims --quick --only lemma-c-1-printed-d3 --expect holds");
    assert_eq!(ran.code, 1, "{ran:?}");
}

#[test]
fn regress_unknown_claims_and_verdicts_are_refused() {
    let ran = Lab::empty().run("claims --only lemma-9-9");
    assert_eq!(ran.code, 2, "{ran:?}");
    contains(&ran.stderr, &["no claim is called `lemma-9-9`", "theorem-4-1"]);
    let ran = Lab::empty().run("claims --expect perhaps");
    assert_eq!(ran.code, 2, "{ran:?}");
}

#[test]
fn regress_claims_json() {
    let ran = Lab::empty().fine(&format!("{ONE} --json"));
    let document: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!((&document["version"], &document["quick"]), (&json!(1), &json!(true)));
    let keys = [
        "id",
        "statement",
        "source",
        "test",
        "parameters",
        "runs",
        "checks",
        "agree",
        "disagree",
        "undecided",
        "share_low",
        "share_high",
        "measured",
        "verdict",
        "expected",
        "as_expected",
        "counterexamples",
    ];
    let rows = document["claims"].as_array().expect("rows");
    assert_eq!(rows.len(), 2);
    for row in rows {
        let mut found: Vec<&str> = row.as_object().expect("a row").keys().map(String::as_str).collect();
        found.sort_unstable();
        let mut all = keys;
        all.sort_unstable();
        assert_eq!(found, all);
    }
    assert_eq!((&rows[0]["verdict"], &rows[1]["verdict"]), (&json!("holds"), &json!("fails")));
}

#[test]
fn prop_claims_are_the_same_on_any_number_of_threads() {
    let [one, two] = [1, 2].map(|threads| Lab::empty().fine(&format!("{ONE} --json --threads {threads}")).stdout);
    assert_eq!(one, two);
}

/// The counterexamples of a misprint are manifests that `run` takes.
#[test]
fn regress_counterexamples_can_be_run() {
    let lab = Lab::empty();
    lab.fine("claims --quick --only conjecture-one-point-printed --reports reports");
    let page = lab.read("reports/claims.md");
    contains(&page, &["## conjecture-one-point-printed", "tokenpark run reports/claims/", "&lt;Vz, z> &lt; lambda"]);
    lab.fine("run reports/claims/conjecture-one-point-printed-1.toml --replicas 0..1");
}

/// The smallest counterexamples are the first ones kept, and `run` repeats them.
#[test]
fn regress_two_tokens_refute_antipodal_pairs() {
    let lab = Lab::empty();
    lab.fine("claims --quick --only conjecture-antipodal --reports reports");
    let manifest = lab.read("reports/claims/conjecture-antipodal-1.toml");
    contains(&manifest, &["tokens = 2", "dimension = 2", "beta = 0.0", "[[1.0, -1.0], [0.0, 0.5]]"]);
    lab.fine("run reports/claims/conjecture-antipodal-1.toml");
    lab.fine("analyze reports/claims/conjecture-antipodal-1.toml");
    let found = lab.read("reports/conjecture-antipodal-two-tokens-beta0/configurations.csv");
    contains(&found, &["undecided"]);
    // Another page leaves no manifests of the one before.
    lab.fine("claims --quick --only lemma-3-1 --reports reports");
    contains(
        &lab.read("reports/claims.md"),
        &["`tokenpark claims --quick --only lemma-3-1 --reports reports`: a tenth"],
    );
    let left = std::fs::read_dir(lab.path("reports/claims")).expect("a folder").count();
    assert_eq!(left, 0);
}
