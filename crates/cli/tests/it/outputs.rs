//! `analyze`, `figures` and `reproduce`: which files there are, and that they are the same bytes each time.

use crate::{Lab, SMALL, contains};
use std::path::Path;

/// The paper's manifests, made small: name, dimension, record, times, further lines.
const PAPER: [(&str, u32, &str, &str); 4] = [
    ("circle-snapshots", 2, "\"clusters\", \"centers\", \"tokens\"", "[0.0, 1.0, 5.0]"),
    ("sphere-trajectories", 3, "\"tokens\"", "{ linear = 20 }"),
    ("consumption", 2, "\"clusters\", \"centers\", \"consumption\"", "{ linear = 11 }"),
    ("center-counts", 2, "\"centers\"", "[0.0]"),
];

fn paper() -> Lab {
    let lab = Lab::empty();
    std::fs::create_dir(lab.path("experiments")).expect("a writable folder");
    for (name, dimension, record, times) in PAPER {
        let pictures = record.contains("tokens");
        let manifest = SMALL
            .replace("name = \"small\"", &format!("name = \"{name}\""))
            .replace("replicas = 4", if pictures { "replicas = 1" } else { "replicas = 200" })
            .replace("dimension = 2", &format!("dimension = {dimension}"))
            .replace("\"clusters\", \"centers\", \"consumption\"", record)
            .replace("{ linear = 6 }", times)
            .replace("[4.0, 9.0]", "[4.0]");
        lab.write(&format!("experiments/{name}.toml"), manifest);
    }
    lab
}

/// Every line that was printed is a file with something in it.
#[track_caller]
fn printed_files_exist(lab: &Lab, stdout: &str) {
    assert!(!stdout.is_empty());
    for line in stdout.lines() {
        let length = std::fs::metadata(lab.path(line)).map_or(0, |file| file.len());
        assert!(length > 0, "{line} is missing or empty");
    }
}

#[test]
fn regress_analyze_and_figures() {
    let lab = Lab::small();
    lab.fine("run small.toml");
    let ran = lab.fine("analyze small.toml");
    printed_files_exist(&lab, &ran.stdout);
    for table in ["curves", "center-counts", "center-means"] {
        let files = [format!("reports/small/{table}.parquet\n"), format!("reports/small/{table}.csv\n")];
        contains(&ran.stdout, &[&files[0], &files[1]]);
    }
    contains(&ran.stdout, &["reports/small/summary.toml\n"]);
    let ran = lab.fine("figures small.toml");
    printed_files_exist(&lab, &ran.stdout);
    contains(&ran.stdout, &["center-counts.svg\n", "center-counts.pdf\n", "center-counts.png\n", "reports/index.md\n"]);
    contains(&lab.read("reports/index.md"), &["## A small experiment", "(small/center-counts.png)"]);
    assert_eq!(lab.names(), ["data", "reports", "small.toml"]);
}

#[test]
fn regress_figures_for_a_paper_are_as_wide_as_its_text_and_without_title() {
    let lab = Lab::small();
    lab.fine("run small.toml");
    lab.fine("analyze small.toml");
    for (width, points) in [("neurips", "396pt"), ("ams", "358.66pt")] {
        let ran = lab.fine(&format!("figures small.toml --width {width}"));
        printed_files_exist(&lab, &ran.stdout);
        let svg = lab.read(&format!("reports/small/{width}/center-counts.svg"));
        contains(
            &svg,
            &[&format!("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{points}\""), "data:font/woff2;base64,"],
        );
        let title = "Number of Rényi centres";
        assert!(!svg.contains(title));
        contains(&lab.read(&format!("reports/small/{width}/center-counts.txt")), &[title]);
    }
    assert!(!lab.path("reports/index.md").exists() && !lab.path("reports/small/center-counts.svg").exists());
    contains(&lab.run("figures small.toml --width 5").stderr, &["[possible values: neurips, ams]"]);
}

#[test]
fn prop_tables_and_figures_are_the_same_bytes_each_time() {
    let lab = Lab::small();
    lab.fine("run small.toml");
    for reports in ["first", "second"] {
        lab.fine(&format!("analyze small.toml --reports {reports}"));
        lab.fine(&format!("figures small.toml --reports {reports}"));
        lab.fine(&format!("figures small.toml --reports {reports} --width ams"));
    }
    assert_eq!(lab.files("first"), lab.files("second"));
}

#[test]
fn regress_analyze_needs_a_dataset_and_figures_need_tables() {
    let lab = Lab::small();
    let ran = lab.run("analyze small.toml");
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    contains(&ran.stderr, &["no published dataset in data/small/", "run its manifest first"]);
    let ran = lab.run("figures small.toml");
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    contains(&ran.stderr, &["no summary in reports/small/summary.toml", "tokenpark analyze"]);
    assert_eq!(lab.names(), ["small.toml"]);
}

#[test]
fn regress_reproduce() {
    let lab = paper();
    let ran = lab.fine("reproduce");
    printed_files_exist(&lab, &ran.stdout);
    for (name, ..) in PAPER {
        for kind in ["svg", "pdf", "png"] {
            let folder = format!("reports/{name}/");
            let found = ran.stdout.lines().any(|line| {
                line.starts_with(&folder) && Path::new(line).extension().is_some_and(|extension| extension == kind)
            });
            assert!(found, "no {kind} of {name} in:\n{}", ran.stdout);
        }
        contains(&ran.stderr, &[&format!("{name}: ")]);
    }
    contains(&ran.stdout, &["reports/index.md\n"]);
    assert_eq!(lab.names(), ["data", "experiments", "reports"]);
    let (data, reports) = (lab.times("data"), lab.files("reports"));
    let again = lab.fine("reproduce");
    assert_eq!(again.stderr.matches(": fresh, ").count(), 4, "{}", again.stderr);
    assert_eq!((lab.times("data"), lab.files("reports")), (data, reports), "nothing new the second time");
}

#[test]
fn regress_reproduce_quick_has_its_own_place() {
    let lab = paper();
    let ran = lab.fine("reproduce --quick --threads 1");
    printed_files_exist(&lab, &ran.stdout);
    assert!(ran.stdout.lines().all(|line| line.starts_with("reports/quick/")), "{}", ran.stdout);
    contains(&ran.stderr, &["consumption: 2 runs in ", "center-counts: 2 runs in "]);
    assert_eq!(lab.run("reproduce --quick --all").code, 2, "these two exclude each other");
    contains(
        &lab.fine("status --out data/quick").stdout,
        &["fresh    circle-snapshots", "consumption: changed since: replicas = 200, was 2"],
    );
    contains(&lab.fine("status").stdout, &["missing  consumption"]);
}

/// A full disk is no success.
#[cfg(target_os = "linux")]
#[test]
fn regress_data_that_cannot_be_written_is_an_error() {
    let lab = Lab::small();
    for arguments in ["schema", "check small.toml --json", "plan small.toml"] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("a full device");
        let output = lab.command(arguments).stdout(full).output().expect("the binary starts");
        assert_eq!(output.status.code(), Some(2), "{arguments}");
        contains(&String::from_utf8_lossy(&output.stderr), &["error: cannot write to standard output: "]);
    }
}
