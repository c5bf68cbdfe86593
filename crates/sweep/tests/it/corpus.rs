//! tests/good and the repository's experiments plan; tests/bad fails with the messages that its files announce.

use std::path::{Path, PathBuf};

use tokenpark_sweep::{Diagnostic, Diagnostics, Manifest, Plan};

fn manifests(folder: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    found.sort();
    assert!(!found.is_empty());
    found
}

fn plan(path: &Path) -> Result<Plan, Diagnostics> {
    Plan::new(Manifest::read(path)?)
}

#[test]
fn regress_good_manifests_plan() {
    for path in [manifests("tests/good"), manifests("../../experiments")].concat() {
        let plan = plan(&path).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        for index in 0..plan.points() {
            let (point, times) = (plan.point(index), plan.times(index));
            assert!(times.iter().zip(&times[1..]).all(|(a, b)| a < b), "{}", path.display());
            assert!(times[0] >= 0.0 && times[times.len() - 1] <= point.until, "{}", path.display());
            assert_eq!(plan.swept().len(), plan.swept_values(index).len());
        }
    }
}

#[test]
fn regress_bad_manifests_say_what_they_announce() {
    for path in manifests("tests/bad") {
        let text = std::fs::read_to_string(&path).unwrap();
        let announced: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("# error: ")).collect();
        let mistakes = plan(&path).map(drop).expect_err(&path.display().to_string());
        for expected in &announced {
            let hit = |mistake: &Diagnostic| mistake.message.contains(expected);
            assert!(mistakes.iter().any(hit), "{}: no `{expected}` in\n{mistakes}", path.display());
        }
        assert_eq!(mistakes.len(), announced.len(), "{}:\n{mistakes}", path.display());
    }
}

#[test]
fn prop_every_mistake_shows_its_line_and_what_is_allowed() {
    for path in manifests("tests/bad") {
        for mistake in &plan(&path).map(drop).unwrap_err() {
            let place = mistake.place.as_ref().unwrap();
            let text = std::fs::read_to_string(&mistake.path).unwrap();
            assert_eq!(text.lines().nth(place.line - 1).unwrap_or(""), place.line_text, "{mistake}");
            assert!(place.column + place.length <= place.line_text.chars().count() + 2, "{mistake}");
            assert!(!mistake.help.is_empty() || mistake.message.starts_with("this is not TOML"), "{mistake}");
        }
    }
}
