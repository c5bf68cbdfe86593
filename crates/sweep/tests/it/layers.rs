//! Normalisation schemes, frozen centres and perceptrons of manifests: what reaches the runs.

use std::path::Path;

use tokenpark_dataset::{Column, Table};
use tokenpark_sweep::{Manifest, Plan, fingerprint, run};

fn manifest(model: &str, rest: &str) -> Manifest {
    let text = format!(
        "schema = 1\nname = \"x\"\nseed = 5\nreplicas = 2\n[model]\ntokens = 6\nbeta = 2\n{model}\n[integrate]\nuntil = 3\n\
         [observe]\ntimes = [0, 1, 3]\nrecord = [\"tokens\", \"clusters\", \"lifetimes\", \"centers\", \"consumption\"]\n{rest}"
    );
    Manifest::parse(&text, Path::new("tests/good/x.toml")).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn plan(model: &str, rest: &str) -> Plan {
    Plan::new(manifest(model, rest)).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn table(plan: &Plan, point: usize, name: &str) -> Table {
    let tables = run(plan, point, 0, &|| false).expect("a valid run").expect("not interrupted");
    tables.into_iter().find(|(other, _)| other == name).expect("a table").1
}

fn numbers(table: &Table, column: &str) -> Vec<f64> {
    match table.column(column) {
        Some(Column::F64(values)) => values.clone(),
        other => panic!("{column}: {other:?}"),
    }
}

fn method(plan: &Plan) -> String {
    match table(plan, 0, "runs").column("method") {
        Some(Column::OptionText(values)) => values[0].clone().expect("a run that did not fail"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn prop_radii_are_a_column_where_they_are_state() {
    let two = "dimension = 2";
    for scheme in ["\"post-ln\"", "{ ngpt = 2 }", "\"ln-scaling\""] {
        let tokens = table(&plan(&format!("{two}\nnormalization = {scheme}"), ""), 0, "tokens");
        assert!(tokens.column("radius").is_none(), "{scheme}");
    }
    for scheme in ["\"pre-ln\"", "{ mix-ln = 1 }", "\"peri-ln\""] {
        let rest = "[initial]\nradius = 2.5\n";
        let tokens = table(&plan(&format!("{two}\nnormalization = {scheme}"), rest), 0, "tokens");
        let radii = numbers(&tokens, "radius");
        let late = if scheme.contains("mix") { 12 } else { 6 };
        assert!(
            radii[..late].iter().all(|r| *r == 2.5) && radii[late..].iter().all(|r| *r > 2.5),
            "{scheme}: {radii:?}"
        );
        let length = |k: usize| libm::hypot(numbers(&tokens, "x0")[k], numbers(&tokens, "x1")[k]);
        assert!((0..18).all(|k| (length(k) - 1.0).abs() < 1e-14), "directions are unit vectors");
    }
    // A sweep over schemes with radii and without: null where there are none.
    let swept = plan(two, "[sweep]\n\"model.normalization\" = [\"post-ln\", \"pre-ln\"]\n");
    for (point, nulls) in [(0, true), (1, false)] {
        match table(&swept, point, "tokens").column("radius") {
            Some(Column::OptionF64(radii)) => assert!(radii.iter().all(|r| r.is_none() == nulls)),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn prop_layers_reach_the_run_and_the_method_says_how_it_was_solved() {
    let end = |model: &str| numbers(&table(&plan(model, ""), 0, "tokens"), "x0");
    let perceptron = "perceptron = { first = { gaussian = 1 }, second = { gaussian = 1 }, width = 4 }";
    for (model, name) in [
        ("", "ndf"),
        ("normalization = \"ln-scaling\"", "ndf"),
        ("normalization = \"pre-ln\"", "dormand-prince-5"),
        ("normalization = { mix-ln = 2 }", "ndf, dormand-prince-5"),
        ("normalization = \"peri-ln\"", "dormand-prince-5"),
        ("normalization = { ngpt = 0.5 }", "dormand-prince-5"),
        ("frozen = { spaced = 3, weight = 2 }", "ndf"),
        ("frozen = { points = [[0, 2]] }\nvalue = { diagonal = [1, 2] }", "dormand-prince-5"),
        (perceptron, "dormand-prince-5"),
    ] {
        let model = format!("dimension = 2\n{model}");
        assert_eq!(method(&plan(&model, "")), name, "{model}");
        // The draws depend on the model: what is compared is one run with itself at another time.
        let positions = end(&model);
        assert!(positions[..6] != positions[6..12], "{model}");
    }
}

/// Beside the model, matrices of perceptrons are drawn for every run, or shared by all.
#[test]
fn prop_perceptrons_are_drawn_like_other_matrices() {
    let end = |shared: &str, replica: u32| {
        let text = format!(
            "dimension = 3\nperceptron = {{ first = {{ gaussian = 1{shared} }}, second = {{ gaussian = 1{shared} }}, width = 4 }}"
        );
        let rest = "[initial]\ndistribution = { points = [[1,0,0],[0,1,0],[0,0,1],[1,1,0],[0,1,1],[1,0,1]] }\n";
        let tables = run(&plan(&text, rest), 0, replica, &|| false).expect("a valid run").expect("not interrupted");
        numbers(&tables.iter().find(|(name, _)| name == "tokens").expect("tokens").1, "x0")
    };
    assert_ne!(end("", 0), end("", 1));
    assert_eq!(end(", shared = true", 0), end(", shared = true", 1));
}

#[test]
fn val_rectangular_files_are_read() {
    let good = |name: &str| Plan::new(Manifest::read(format!("tests/good/{name}.toml")).expect("good")).expect("good");
    let from_file = good("perceptron");
    let text =
        from_file.manifest().source.replace("{ file = \"first.csv\" }", "{ matrix = [[1, 0.5, 0], [0, 0.25, -2]] }");
    let written = Plan::new(Manifest::parse(&text, "tests/good/x.toml").expect("good")).expect("good");
    // Starts are common: the same matrices then give the same bits.
    for column in ["x0", "x1", "x2", "radius"] {
        let [a, b] = [&from_file, &written].map(|plan| numbers(&table(plan, 0, "tokens"), column));
        assert_eq!(a, b);
    }
    assert!(from_file.manifest().canonical().contains("first = { file = \"sha256:"));
    assert_ne!(fingerprint(from_file.manifest()), fingerprint(written.manifest()));
}

/// Prefixes stay closed systems: frozen centres, radii and perceptrons are every token's own.
#[test]
fn prop_prefixes_are_runs_of_fewer_tokens() {
    let model = |tokens: u32| {
        format!(
            "schema = 1\nname = \"x\"\nseed = 5\n[model]\ntokens = {tokens}\ndimension = 2\nbeta = 16\nnormalization = \"pre-ln\"\n\
             frozen = {{ spaced = 3 }}\n[initial]\nnoise = \"common\"\n[integrate]\nuntil = 20\nrtol = 1e-9\n[observe]\n\
             times = {{ linear = 6 }}\n"
        )
    };
    let plan = |text: &str| Plan::new(Manifest::parse(text, "x.toml").expect("good")).expect("good");
    let (all, few) = (plan(&(model(40) + "prefixes = [15]\n")), plan(&model(15)));
    let clusters = |plan: &Plan| match table(plan, 0, "observables").column("clusters") {
        Some(Column::U32(values)) => values.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(clusters(&all), clusters(&few));
}

#[test]
fn prop_every_part_of_a_layer_changes_the_fingerprint() {
    let of = |model: &str, rest: &str| fingerprint(&manifest(&format!("dimension = 2\n{model}"), rest));
    let plain = of("", "");
    assert_eq!(
        of("normalization = \"post-ln\"\nfrozen = \"none\"\nperceptron = \"none\"", "[initial]\nradius = 1\n"),
        plain
    );
    let mut seen = std::collections::BTreeSet::from([plain]);
    for model in [
        "normalization = \"pre-ln\"",
        "normalization = { mix-ln = 1 }",
        "normalization = { mix-ln = 2 }",
        "normalization = { ngpt = 2 }",
        "frozen = { spaced = 2 }",
        "frozen = { spaced = 2, weight = 2 }",
        "frozen = { points = [[1, 0], [-1, 0]], weights = [1, 2] }",
        "perceptron = { first = { gaussian = 1 }, second = { gaussian = 1 }, width = 2 }",
        "perceptron = { first = { gaussian = 1 }, second = { gaussian = 1 }, width = 3 }",
        "perceptron = { first = { gaussian = 1 }, second = { gaussian = 1 }, bias = [1, 2] }",
        "perceptron = { first = { gaussian = 1 }, second = { gaussian = 1 }, width = 2, activation = \"tanh\" }",
    ] {
        assert!(seen.insert(of(model, "")), "{model} changes nothing");
    }
    assert!(seen.insert(of("normalization = \"pre-ln\"", "[initial]\nradius = 2\n")));
}
