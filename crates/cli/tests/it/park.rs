//! `park`: keys, theory, files, threads, and what is refused.

use crate::{Lab, contains};
use serde_json::{Value, json};
use tokenpark_dataset::{Column, Provenance, read};

fn document(lab: &Lab, arguments: &str) -> Value {
    let ran = lab.fine(&format!("park {arguments} --json"));
    assert_eq!(ran.stderr, "", "{arguments}");
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.stdout))
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[track_caller]
fn near(value: &Value, expected: f64, tolerance: f64) {
    let value = value.as_f64().expect("a number");
    assert!((value - expected).abs() <= tolerance, "{value}, expected {expected} ± {tolerance}");
}

#[test]
fn regress_json_has_the_keys_of_the_contract() {
    let lab = Lab::empty();
    let common = ["count_mean", "count_standard_error", "count_variance", "coverage_mean", "replicas", "space"];
    let saturated = document(&lab, "--space circle --separation 0.5 --saturate --replicas 50 --seed 1");
    assert_eq!(keys(&saturated), [&common[..], &["theory", "version"]].concat());
    assert_eq!(
        (&saturated["version"], &saturated["space"], &saturated["replicas"]),
        (&json!(1), &json!("circle"), &json!(50))
    );
    let arrivals = document(&lab, "--space sphere --separation 0.5 --arrivals 50 --replicas 5 --seed 1");
    assert_eq!(keys(&arrivals), [&common[..], &["strong_mean", "strong_variance", "theory", "version"]].concat());
    let one = document(&lab, "--space interval --length 9 --saturate --replicas 1 --seed 1");
    assert_eq!(one["count_variance"], Value::Null, "one sample has no variance");
}

/// Means and variances of 10^5 samples against numbers computed elsewhere, within 4.5 standard errors.
#[test]
fn stat_counts_agree_with_theory() {
    let lab = Lab::empty();
    for (length, mean, variance) in [(4, 2.742_470_426, 0.191_208_093), (10, 7.223_577_123, 0.419_718_451)] {
        let found =
            document(&lab, &format!("--space interval --length {length} --saturate --replicas 100000 --seed 2"));
        near(&found["theory"]["count_mean"], mean, 1e-8);
        near(&found["theory"]["count_variance"], variance, 1e-8);
        near(&found["count_mean"], mean, 4.5 * (variance / 1e5).sqrt());
        near(&found["count_variance"], variance, 4.5 * variance * (3.0 / 1e5_f64).sqrt());
        near(&found["coverage_mean"], mean / f64::from(length), 4.5 * (variance / 1e5).sqrt() / f64::from(length));
    }
    let found = document(&lab, "--space circle --separation 0.5 --arrivals 200 --replicas 100000 --seed 2");
    near(&found["count_mean"], 9.1471, 4.5 * (0.4815_f64 / 1e5).sqrt() + 0.0011);
    near(&found["strong_mean"], 6.2793, 4.5 * (0.949_f64 / 1e5).sqrt() + 0.0015);
    near(&found["theory"]["saturated_count_mean"], 9.394_593, 1e-6);
    near(&found["theory"]["strong_mean"], std::f64::consts::PI / 0.5, 1e-6);
}

/// The same bytes on standard output and in the file, and another seed gives others.
#[test]
fn prop_threads_change_nothing() {
    let lab = Lab::empty();
    for question in [
        "--space interval --length 30 --saturate",
        "--space circle --separation 0.1 --arrivals 300",
        "--space sphere --separation 0.4 --saturate",
        "--space sphere --dimension 5 --separation 0.8 --arrivals 200",
    ] {
        let run = |threads: u32, seed: u32| {
            let file = format!("{threads}-{seed}.parquet");
            let rest = format!("--replicas 40 --seed {seed} --json --threads {threads} --out {file}");
            let ran = lab.fine(&format!("park {question} {rest}"));
            (ran.stdout, std::fs::read(lab.path(&file)).expect("a file"))
        };
        let one = run(1, 5);
        assert!(one == run(2, 5) && one == run(3, 5), "{question}");
        assert_ne!(one.1, run(1, 6).1, "{question}");
    }
}

/// Replica k of few is replica k of many, and the summary is that of the rows.
#[test]
fn prop_rows_belong_to_replicas() {
    let lab = Lab::empty();
    let question = "park --space circle --separation 0.3 --arrivals 40 --seed 11 --json";
    let ran = lab.fine(&format!("{question} --replicas 10 --out few.parquet"));
    contains(&ran.stderr, &["10 rows in few.parquet"]);
    let many = lab.fine(&format!("{question} --replicas 25 --out many.parquet"));
    let [few, many_rows] = ["few", "many"].map(|name| read(&lab.path(&format!("{name}.parquet"))).expect("a table"));
    assert_eq!(few.schema(), "replica u32, count u32, strong u32, coverage f64");
    assert_eq!(many_rows.take(&(0..10).collect::<Vec<_>>()), few);
    let Some(Column::U32(counts)) = many_rows.column("count") else { panic!("no counts") };
    let summary: Value = serde_json::from_str(&many.stdout).expect("JSON");
    near(&summary["count_mean"], counts.iter().map(|c| f64::from(*c)).sum::<f64>() / 25.0, 1e-12);
    let provenance = Provenance::read(&lab.path("few.parquet")).expect("a footer");
    contains(&provenance.manifest, &["separation = 0.3", "arrivals = 40", "replicas = 10", "seed = 11"]);
    assert_eq!(lab.names(), ["few.parquet", "many.parquet"], "nothing half-written stays");
}

#[test]
fn regress_bad_input_is_named_with_what_is_allowed() {
    let lab = Lab::empty();
    let circle = "allowed: above 0 and below pi";
    for (question, value, allowed) in [
        ("--space circle --separation 0 --saturate", "separation is 0,", circle),
        ("--space circle --separation -0.5 --arrivals 9", "separation is -0.5,", circle),
        ("--space sphere --separation 3.1415926535897932 --saturate", "separation is 3.14159", circle),
        ("--space sphere --separation NaN --saturate", "separation is NaN,", circle),
        ("--space circle --saturate", "--separation is missing", circle),
        ("--space circle --separation 1 --arrivals 0", "tokens is 0,", "allowed: 1 to 1000000000"),
        ("--space circle --separation 1 --arrivals -3", "'-3' for '--arrivals", ""),
        ("--space circle --separation 1 --arrivals many", "'many' for '--arrivals", ""),
        ("--space sphere --dimension 1 --separation 1 --saturate", "dimension is 1,", "allowed: 2 to 1024"),
        ("--space sphere --dimension 6 --separation 1 --saturate", "dimension is 6,", "saturation: 2 to 5"),
        ("--space circle --dimension 3 --separation 1 --saturate", "--dimension is 3,", "--space sphere"),
        ("--space interval --length 0.9 --saturate", "length is 0.9,", "at least 1,"),
        ("--space interval --length 2 --separation 2.5 --saturate", "length is 2,", "at least 2.5,"),
        ("--space interval --length NaN --saturate", "length is NaN,", "at least 1,"),
        ("--space interval --length inf --saturate", "length is inf,", "at least 1,"),
        ("--space interval --length 3 --separation 0 --saturate", "separation is 0,", "above 0"),
        ("--space interval --saturate", "--length is missing", "a finite number"),
        ("--space sphere --length 3 --separation 1 --saturate", "--length is 3,", "--space interval"),
        ("--space circle --separation 1 --saturate --arrivals 4", "--arrivals", "--saturate"),
        ("--space circle --separation 1", "--arrivals <N>", "--saturate"),
        ("--space circle --separation 1e-12 --saturate", "cars would park", "allowed: 1000000000"),
        ("--space sphere --dimension 9 --separation 1 --arrivals 500000000", "500000000 tokens", "allowed: 1000000000"),
        ("--space torus --separation 1 --saturate", "'torus'", "interval, circle, sphere"),
        ("--space circle --separation 1 --saturate --out nowhere/a.parquet", "--out is nowhere/a.parquet", "exists"),
        ("--space circle --separation 1 --saturate --out .", "--out is .", "folder"),
    ] {
        let ran = lab.run(&format!("park {question} --replicas 3 --seed 1"));
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{question}: {ran:?}");
        contains(&ran.stderr, &["error: ", value, allowed]);
    }
    let ran = lab.run("park --space circle --separation 1 --saturate --replicas 0 --seed 1");
    assert_eq!(ran.code, 2);
    contains(&ran.stderr, &["replicas is 0,", "allowed: 1 to 10000000"]);
    assert_eq!(lab.names(), [""; 0]);
}

#[test]
fn regress_table_for_people() {
    let lab = Lab::empty();
    let ran = lab.fine("park --space circle --separation 0.5 --arrivals 20 --replicas 10 --seed 1");
    contains(
        &ran.stdout,
        &["the circle, separation 0.5, 20 tokens, 10 replicas", "Rényi centres  ", "strong Rényi centres  "],
    );
    contains(&ran.stdout, &["coverage", "theory", "strong mean"]);
}
