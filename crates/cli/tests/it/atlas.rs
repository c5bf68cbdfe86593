//! Final configurations, phase diagrams and space-time diagrams, from manifest to figure.

use crate::{Lab, contains, edited};

const ATLAS: &str = r#"schema = 1
name = "small"
title = "A small atlas"
seed = 7
replicas = 5

[model]
tokens = 6
dimension = 3
beta = 1.0

[initial]
noise = "common"

[integrate]
until = 1e3

[observe]
times = { log = 8, from = 0.1 }
record = ["tokens", "configuration"]

[sweep]
"model.value" = [{ diagonal = [2.0, 2.0, 2.0] }, { diagonal = [-1.0, -3.0, -3.0] }, { matrix = [[1.0, 1.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]] }]
"#;

/// Runs, analyses and draws small.toml.
fn drawn(manifest: &str) -> Lab {
    let lab = Lab::empty();
    lab.write("small.toml", manifest);
    lab.fine("run small.toml");
    lab.fine("analyze small.toml");
    lab.fine("figures small.toml");
    lab
}

#[test]
fn regress_the_atlas_counts_and_draws_final_configurations() {
    let lab = drawn(ATLAS);
    let classes = lab.read("reports/small/configurations.csv");
    contains(&classes, &["point,value,predicted,configuration,runs,as_predicted,radius,from_start"]);
    contains(&classes, &["first-token,first-token,5,5", "two-clouds,antipodal,5,5,"]);
    let summary = lab.read("reports/small/summary.toml");
    contains(&summary, &["5 of 5 as predicted (first-token); 0 undecided, 0 otherwise.", "theory predicts nothing; "]);
    contains(&summary, &["Of all runs with a prediction ", " of 10 ended as predicted"]);
    // Three of five starts are drawn, each in three rows.
    assert_eq!(lab.read("reports/small/finals.csv").lines().count(), 1 + 9);
    let page = lab.read("reports/small/atlas.svg");
    contains(&page, &[">V = diag(2, 2, 2)<", ">start 3<", ">5 of 5 starts did so<", ">no prediction<"]);
    assert!(!page.contains("start 4"));
    assert!(!lab.path("reports/small/trajectories.svg").exists());
}

#[test]
fn regress_a_swept_number_makes_a_phase_diagram() {
    let five = edited("[4.0, 9.0]", "[0.0, 1.0, 2.0, 4.0, 9.0]\n\"model.mask\" = [\"causal\", \"full\"]");
    let lab = drawn(&five.replace("\"clusters\", \"centers\", \"consumption\"", "\"aligned\""));
    let figure = lab.read("reports/small/phase-diagram.svg");
    contains(&figure, &[">inverse temperature β<", ">causal: tokens see earlier ones<", ">full: tokens see all<"]);
    contains(&lab.read("reports/small/curves.csv"), &["aligned_mean,aligned_se,aligned_p10,aligned_p90"]);
    // Two values are curves.
    let lab = drawn(&edited("\"clusters\", \"centers\", \"consumption\"", "\"aligned\""));
    contains(&lab.read("reports/small/aligned.svg"), &[">β = 4<", ">β = 9<"]);
    assert!(!lab.path("reports/small/phase-diagram.svg").exists());
}

#[test]
fn regress_many_times_on_the_circle_make_a_space_time_diagram() {
    let tokens = edited("\"clusters\", \"centers\", \"consumption\"", "\"tokens\"");
    let lab = drawn(&tokens.replace("linear = 6", "linear = 60"));
    contains(
        &lab.read("reports/small/space-time.svg"),
        &[">angle / π<", ">beta = 4.0<", ">token, in order of arrival<"],
    );
    assert!(!lab.path("reports/small/snapshots-1.svg").exists());
    let lab = drawn(&tokens);
    assert!(lab.path("reports/small/snapshots-1.svg").exists() && !lab.path("reports/small/space-time.svg").exists());
}
