//! From a dataset with lifetimes to tables and figures.

use crate::made_up::{LAW, MadeUp, START};
use std::collections::BTreeMap;
use std::path::Path;
use tokenpark_analysis::{Summary, analyze, figures, write_index};

/// The rows of a CSV table: columns by name.
fn csv(folder: &Path, name: &str) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(folder.join(format!("{name}.csv"))).expect("the table");
    let mut lines = text.lines();
    let names: Vec<String> = lines.next().expect("a header").split(',').map(str::to_owned).collect();
    lines.map(|line| names.iter().cloned().zip(line.split(',').map(str::to_owned)).collect()).collect()
}

fn number(row: &BTreeMap<String, String>, key: &str) -> f64 {
    row[key].parse().unwrap_or(f64::NAN)
}

#[test]
fn val_analysis_finds_the_law_that_lifetimes_were_made_from() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let betas = vec![4.0, 9.0, 16.0, 25.0, 36.0, 49.0, 64.0, 81.0, 100.0];
    let dataset = MadeUp { betas, replicas: 100, tokens: 50, alive: 8, until: 1e90, times: 120, prefixes: vec![] }
        .publish(folder.path());
    let reports = folder.path().join("reports");
    analyze(&dataset, &reports).expect("tables");
    let made_up = reports.join("made-up");

    // Of 8 clusters alive at the start, that of token 0 never dies and is no lifetime.
    let percentiles = csv(&made_up, "lifetime-percentiles");
    let all: Vec<_> = percentiles.iter().filter(|row| row["kind"] == "all").collect();
    assert_eq!(all.len(), 9);
    for row in &all {
        assert_eq!(
            [number(row, "clusters"), number(row, "runs"), number(row, "clusters_per_run")],
            [700.0, 100.0, 7.0]
        );
        assert!(number(row, "p10") < number(row, "p50") && number(row, "p50_low") < number(row, "p50_high"));
        assert_eq!(number(row, "start"), START);
    }
    // Two-body law: residuals have the median and the spread they were made with (standard error 0.8 / sqrt(700)).
    for row in csv(&made_up, "fit-points") {
        assert!((number(&row, "law_residual_p50") - LAW[0]).abs() < 0.2, "{row:?}");
        let spread = 0.5 * (number(&row, "law_residual_p90") - number(&row, "law_residual_p10")) / 1.2816;
        assert!((spread / LAW[1] - 1.0).abs() < 0.2, "{row:?}");
    }
    let fit = csv(&made_up, "fit");
    let term = |model: &str, term: &str| {
        fit.iter().find(|row| row["model"] == model && row["term"] == term).expect("a term").clone()
    };
    for (name, expected) in [("intercept", LAW[0]), ("ln two-body law", 1.0)] {
        let found = term("two-body law", name);
        let error = (number(&found, "estimate") - expected) / number(&found, "standard_error");
        assert!(error.abs() < 4.0, "{found:?}");
    }
    // Low barriers, where the free fall towards the leader counts, flatten both slopes.
    let (barrier, crowd) = (term("free", "beta (1 - cos gap)"), term("with prefactor", "ln m"));
    assert!((number(&barrier, "estimate") - 1.0).abs() < 0.1, "{barrier:?}");
    assert!((number(&crowd, "estimate") + 1.0).abs() < 0.2, "{crowd:?}");
    assert!(fit.iter().any(|row| row["model"] == "sqrt beta"));

    // Strong centres were given larger gaps.
    let tests = csv(&made_up, "log-rank");
    assert!(tests.iter().all(|row| number(row, "strong_died") < number(row, "strong_expected")), "{tests:?}");
    let clear = tests.iter().filter(|row| number(row, "p_value") < 0.01).count();
    assert!(clear >= 5, "{tests:?}");
    let survival = csv(&made_up, "survival");
    assert!(survival.iter().all(|row| number(row, "low") <= number(row, "survival")));
    assert_eq!(csv(&made_up, "collapse").len(), 9);
    let summary = Summary::read(&made_up).expect("a summary");
    for words in ["two-body law has 1 and −1", "final collapse", &format!("at {clear} of 9 points and shorter at 0")]
    {
        assert!(summary.notes.iter().any(|note| note.contains(words)), "{words} in {:?}", summary.notes);
    }

    let drawn = figures(&made_up).expect("figures");
    assert!(drawn.iter().all(|path| path.is_file()));
    for name in ["survival.svg", "lifetimes.svg", "cluster-number.svg", "lifetime-law.svg", "collapse.svg"] {
        assert!(drawn.iter().any(|path| path.ends_with(name)), "{name} in {drawn:?}");
    }
    write_index(&reports).expect("an index");
}

#[test]
fn prop_a_start_past_the_end_is_said() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let made_up =
        MadeUp { betas: vec![9.0], replicas: 3, tokens: 10, alive: 3, until: 50.0, times: 0, prefixes: vec![] };
    let reports = folder.path().join("reports");
    analyze(&made_up.publish(folder.path()), &reports).expect("tables");
    let notes = Summary::read(&reports.join("made-up")).expect("a summary").notes;
    assert!(notes.iter().any(|note| note.contains("No cluster was observed past t = 100")), "{notes:?}");
    assert!(!reports.join("made-up/survival.parquet").exists());
}

#[test]
fn prop_no_row_is_lost_between_slices() {
    // 1,024 runs of 512 rows are one slice of the table to the row, 1,200 of 500 a bit more; every other row is of a
    // cluster that lasts, also the first of the second slice.
    for (replicas, tokens) in [(512, 512), (600, 500)] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let made_up = MadeUp {
            betas: vec![9.0, 16.0],
            replicas,
            tokens,
            alive: tokens / 2,
            until: 1e6,
            times: 0,
            prefixes: vec![],
        };
        let reports = folder.path().join("reports");
        analyze(&made_up.publish(folder.path()), &reports).expect("tables");
        let rows = csv(&reports.join("made-up"), "lifetime-percentiles");
        let all: Vec<_> = rows.iter().filter(|row| row["kind"] == "all").collect();
        assert_eq!(all.len(), 2);
        for row in all {
            let found = [number(row, "clusters"), number(row, "runs")];
            assert_eq!(found, [f64::from(tokens / 2 - 1) * f64::from(replicas), f64::from(replicas)]);
        }
        let collapse = csv(&reports.join("made-up"), "collapse");
        assert!(collapse.iter().all(|row| number(row, "runs") == f64::from(replicas)));
    }
}

#[test]
fn regress_figures_of_one_point() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let made_up =
        MadeUp { betas: vec![64.0], replicas: 60, tokens: 200, alive: 7, until: 1e40, times: 200, prefixes: vec![] };
    let reports = folder.path().join("reports");
    analyze(&made_up.publish(folder.path()), &reports).expect("tables");
    let drawn = figures(&reports.join("made-up")).expect("figures");
    let names: Vec<_> = drawn.iter().filter_map(|path| path.file_name()?.to_str()?.strip_suffix(".svg")).collect();
    assert_eq!(names, ["survival", "cluster-number", "lifetime-law", "lifetime-residuals"]);
}

#[test]
fn prop_prefixes_are_summarised_apart() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (betas, prefixes) = (vec![9.0, 16.0], vec![40, 80, 120]);
    let made_up = MadeUp { betas, replicas: 50, tokens: 120, alive: 6, until: 1e90, times: 0, prefixes };
    let reports = folder.path().join("reports");
    analyze(&made_up.publish(folder.path()), &reports).expect("tables");
    let made_up = reports.join("made-up");
    let percentiles = csv(&made_up, "lifetime-percentiles");
    let found: Vec<[f64; 3]> = percentiles
        .iter()
        .filter(|row| row["kind"] == "all")
        .map(|row| [number(row, "beta"), number(row, "prefix"), number(row, "clusters")])
        .collect();
    // Leaders are tokens 0, 20, 40, …; token 0's cluster is no lifetime.
    let of = |beta| [[beta, 40.0, 50.0], [beta, 80.0, 150.0], [beta, 120.0, 250.0]];
    assert_eq!(found, [of(9.0), of(16.0)].concat());
    let plateau = csv(&made_up, "plateau");
    assert_eq!(plateau.iter().map(|row| number(row, "clusters")).collect::<Vec<_>>(), [2.0, 4.0, 6.0, 2.0, 4.0, 6.0]);
    assert!(csv(&made_up, "fit").iter().any(|row| row["model"] == "ln tokens" && row["group"] == "beta = 9.0"));
    assert!(figures(&made_up).expect("figures").iter().any(|path| path.ends_with("lifetimes.svg")));
}
