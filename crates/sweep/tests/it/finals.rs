//! What is recorded of final states and of pairs that point the same way.

use std::path::Path;
use tokenpark_dataset::{Column, Table};
use tokenpark_sweep::{Manifest, Plan, run};

fn tables(model: &str, rest: &str, record: &str) -> Vec<(String, Table)> {
    let text = format!(
        "schema = 1\nname = \"finals\"\nseed = 1\n[model]\n{model}\n[integrate]\nuntil = 1e3\n[observe]\ntimes = [0, 1e3]\n\
         record = {record}\n{rest}\n"
    );
    let manifest = Manifest::parse(&text, Path::new("finals.toml")).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let plan = Plan::new(manifest).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    run(&plan, 0, 0, &|| false).expect("a valid run").expect("not interrupted")
}

fn runs(model: &str) -> Table {
    let mut tables = tables(model, "", "[\"configuration\"]");
    assert_eq!(tables.len(), 1, "nothing but runs");
    tables.swap_remove(0).1
}

fn word(table: &Table, column: &str) -> Option<String> {
    match table.column(column) {
        Some(Column::OptionText(words)) => words[0].clone(),
        other => panic!("{column}: {other:?}"),
    }
}

fn flag(table: &Table) -> Option<bool> {
    match table.column("as_predicted") {
        Some(Column::OptionBool(flags)) => flags[0],
        other => panic!("{other:?}"),
    }
}

#[test]
fn val_runs_say_what_they_end_in_and_what_was_predicted() {
    let three = "tokens = 8\ndimension = 3\nbeta = 2";
    let cases = [
        ("", Some("first-token"), Some(true)),
        ("value = { diagonal = [-1, -1, -3] }", Some("cloud"), Some(true)),
        ("value = { matrix = [[1, -1, 0], [1, 1, 0], [0, 0, 0]] }", Some("moving"), Some(true)),
        // Theory is about causal softmax attention with one head and nothing beside it, and says nothing of Jordan blocks.
        ("mask = \"full\"", None, None),
        ("weights = \"unnormalized\"", None, None),
        ("normalization = \"peri-ln\"", None, None),
        ("heads = [{}, {}]", None, None),
        ("value = { matrix = [[1, 1, 0], [0, 1, 0], [0, 0, 0]] }", None, None),
    ];
    for (lines, predicted, agrees) in cases {
        let table = runs(&format!("{three}\n{lines}"));
        assert_eq!(word(&table, "predicted").as_deref(), predicted, "{lines}");
        assert_eq!(flag(&table), agrees, "{lines}");
        assert!(word(&table, "configuration").is_some(), "{lines}");
        for margin in ["radius", "from_start", "from_component", "from_top", "closeness", "spread", "speed"] {
            let Some(Column::OptionF64(values)) = table.column(margin) else { panic!("{margin}") };
            assert!(values[0].is_some_and(|value| (0.0..=5.0).contains(&value)), "{lines} {margin} {values:?}");
        }
    }
}

/// Two heads with V and -V: the mean is 0, and nothing moves.
#[test]
fn val_the_value_of_several_heads_is_their_mean() {
    let heads = "heads = [{ value = { diagonal = [1, 1] } }, { value = { diagonal = [-1, -1] } }]";
    let table = runs(&format!("tokens = 3\ndimension = 2\nbeta = 0\n{heads}"));
    assert_eq!(word(&table, "configuration").as_deref(), Some("undecided"));
    let Some(Column::OptionF64(speed)) = table.column("speed") else { panic!("speed") };
    assert!(speed[0].is_some_and(|speed| speed < 1e-12), "{speed:?}");
}

#[test]
fn val_shares_of_aligned_pairs() {
    let start = |points: &str| format!("[initial]\ndistribution = {{ points = {points} }}");
    let aligned = |model: &str, rest: &str, threshold: &str| -> Vec<f64> {
        let record = format!("[\"aligned\"]\n{threshold}");
        let tables = tables(model, rest, &record);
        let (_, table) = tables.iter().find(|(name, _)| name == "observables").expect("observables");
        match table.column("aligned") {
            Some(Column::F64(shares)) => shares.clone(),
            other => panic!("{other:?}"),
        }
    };
    // Two pairs of opposite tokens, which stay: 2 of 6 pairs are equal.
    let four = start("[[1, 0], [-1, 0], [1, 0], [-1, 0]]");
    assert_eq!(aligned("tokens = 4\ndimension = 2\nbeta = 1", &four, ""), [2.0 / 6.0; 2]);
    // An inner product of 0.8 at first, of 1 in the end.
    let two = start("[[1, 0], [0.8, 0.6]]");
    let model = "tokens = 2\ndimension = 2\nbeta = 1";
    assert_eq!(aligned(model, &two, ""), [0.0, 1.0]);
    assert_eq!(aligned(model, &two, "aligned = 0.79"), [1.0, 1.0]);
    assert_eq!(aligned(model, &two, "aligned = 0.81"), [0.0, 1.0]);
    assert_eq!(aligned("tokens = 1\ndimension = 2\nbeta = 1", "", ""), [1.0, 1.0]);
}
