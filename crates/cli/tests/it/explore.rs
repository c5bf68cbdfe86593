//! `explore` and `animate`: what is written, what is refused, and that equal inputs give equal bytes.

use crate::{Lab, SMALL, contains};

/// [`crate::SMALL`] with positions.
fn lab() -> Lab {
    let lab = Lab::empty();
    assert!(SMALL.contains("\"consumption\"]"));
    lab.write("small.toml", SMALL.replace("\"consumption\"]", "\"consumption\", \"tokens\"]"));
    lab.fine("run small.toml");
    lab
}

#[test]
fn regress_explore_writes_one_file() {
    let lab = lab();
    let ran = lab.fine("explore small.toml");
    assert_eq!(ran.stdout, "reports/small/explore.html\n");
    contains(&ran.stderr, &["small: 8 runs, "]);
    let page = lab.read("reports/small/explore.html");
    contains(
        &page,
        &["<title>A small experiment</title>", "tokenpark run small.toml", "\"label\":\"beta = 4.0\"", "</html>"],
    );
    assert!(!page.contains("://"), "the page names an address");
    let ran = lab.fine("explore small.toml --replicas 1 --frames 2 --reports fewer");
    contains(&ran.stderr, &["2 runs of 8 (--replicas shows more)"]);
    contains(&lab.read("fewer/small/explore.html"), &["[[0.0,5.0]]", "explore small.toml --frames 2 --replicas 1"]);
}

/// The numbers of clusters in the page are those of the dataset.
#[test]
fn val_explore_counts_the_clusters_of_the_dataset() {
    let lab = lab();
    lab.fine("analyze small.toml");
    lab.fine("explore small.toml");
    let page = lab.read("reports/small/explore.html");
    // What is shown of four replicas, by their mean, against the table of curves.
    let counts: Vec<Vec<f64>> = page.split("\"clusters\":[").skip(1).map(numbers).collect();
    assert_eq!(counts.len(), 8);
    let curves = lab.read("reports/small/curves.csv");
    let mut lines = curves.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().expect("a header");
    let column = |name: &str| header.iter().position(|other| *other == name).expect("a column");
    let (point, mean) = (column("point"), column("clusters_mean"));
    let rows: Vec<_> = lines.collect();
    assert_eq!(rows.len(), 12);
    for (at, row) in rows.iter().enumerate() {
        let first = 4 * row[point].parse::<usize>().expect("a point");
        let here = counts[first..first + 4].iter().map(|run| run[at % 6]).sum::<f64>() / 4.0;
        assert_eq!(row[mean].parse::<f64>().expect("a mean"), here, "{row:?}");
    }
}

fn numbers(text: &str) -> Vec<f64> {
    let list = text.split(']').next().expect("a list");
    list.split(',').map(|number| number.parse().expect("a number")).collect()
}

#[test]
fn stable_bytes_of_pages_and_pictures() {
    let lab = lab();
    for reports in ["first", "second"] {
        lab.fine(&format!("explore small.toml --reports {reports}"));
        for format in ["apng", "svg"] {
            let ran = lab.fine(&format!("animate small.toml --format {format} --frames 12 --reports {reports}"));
            assert_eq!(ran.stdout, format!("{reports}/small/animation.{format}\n"));
        }
    }
    assert_eq!(lab.files("first").len(), 3);
    assert_eq!(lab.files("first"), lab.files("second"));
    lab.fine("animate small.toml --format svg --frames 12 --point 1 --replica 3 --reports first");
    assert_ne!(lab.files("first"), lab.files("second"));
}

#[test]
fn regress_without_positions() {
    let lab = Lab::small();
    for command in ["explore", "animate"] {
        let ran = lab.run(&format!("{command} small.toml"));
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
        contains(&ran.stderr, &["error: ", "data/small/"]);
    }
    lab.fine("run small.toml");
    for command in ["explore", "animate"] {
        let ran = lab.run(&format!("{command} small.toml"));
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
        contains(
            &ran.stderr,
            &["error: the dataset in data/small/", "add \"tokens\" to `record` in [observe] and run again"],
        );
    }
    assert!(!lab.path("reports").exists());
}

#[test]
fn regress_no_such_run() {
    let lab = lab();
    let ran = lab.run("animate small.toml --replica 4");
    assert_eq!(ran.code, 2);
    contains(&ran.stderr, &["error: point 0 has no replica 4 with positions; allowed: points 0 to 1, replicas 0 to 3"]);
    assert_eq!(lab.run("animate small.toml --frames 1").code, 2);
    assert_eq!(lab.run("animate small.toml --seconds 0").code, 2);
    assert_eq!(lab.run("explore small.toml --frames 1").code, 2);
}

#[test]
fn regress_four_dimensions_are_explored_but_not_animated() {
    let lab = Lab::empty();
    let text = SMALL.replace("\"consumption\"]", "\"tokens\"]").replace("dimension = 2", "dimension = 4");
    lab.write("small.toml", text);
    lab.fine("run small.toml");
    contains(&lab.fine("explore small.toml").stderr, &["8 runs"]);
    let ran = lab.run("animate small.toml");
    assert_eq!(ran.code, 2);
    contains(&ran.stderr, &["point 0 has dimension 4; allowed for a moving picture: 2 and 3"]);
}
