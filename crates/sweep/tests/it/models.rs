//! Masks, heads and matrices of manifests: what reaches the runs.

use std::path::Path;

use tokenpark_dataset::Column;
use tokenpark_sweep::manifest::{Key, MatrixSpec, Setting};
use tokenpark_sweep::{Manifest, Plan, fingerprint, run};

const START: &str = "[initial]\ndistribution = { points = [[1, 0, 0], [0, 1, 0], [0.6, 0, 0.8], [-1, 1, 1]] }\n\
                     [integrate]\nuntil = 1\n[observe]\ntimes = [1]\nrecord = [\"tokens\"]\n";

fn manifest(model: &str) -> Manifest {
    let text = format!(
        "schema = 1\nname = \"x\"\nseed = 5\nreplicas = 2\n[model]\ntokens = 4\ndimension = 3\n{model}\n{START}"
    );
    Manifest::parse(&text, Path::new("tests/good/x.toml")).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

/// The final positions and the method of a run.
fn end(model: &str, replica: u32) -> (Vec<f64>, String) {
    let plan = Plan::new(manifest(model)).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let tables = run(&plan, 0, replica, &|| false).expect("a valid run").expect("not interrupted");
    let find = |table: &str, column: &str| {
        let (_, found) = tables.iter().find(|(name, _)| name == table).expect("a table");
        found.column(column).expect("a column").clone()
    };
    let mut positions = Vec::new();
    for column in ["x0", "x1", "x2"] {
        match find("tokens", column) {
            Column::F64(values) => positions.extend(values),
            other => panic!("{other:?}"),
        }
    }
    (positions, format!("{:?}", find("runs", "method")))
}

const ROWS: &str = "value = { matrix = [[1, 0.5, 0], [0, 0.25, -2], [3, 0, 1]] }";

#[test]
fn val_every_kind_of_file_holds_the_same_matrix() {
    let expected = end(&format!("beta = 2\n{ROWS}"), 0);
    let files = ["value.npy", "value-f4.npy", "value.csv"].map(|file| format!("value = {{ file = \"{file}\" }}"));
    let tensors = ["single", "half", "brain", "double"]
        .map(|name| format!("value = {{ file = \"value.safetensors\", name = \"{name}\" }}"));
    for value in files.iter().chain(&tensors) {
        assert_eq!(end(&format!("beta = 2\n{value}"), 0), expected, "{value}");
    }
}

#[test]
fn prop_shared_matrices_are_those_of_every_run() {
    for kind in ["gaussian = 1", "symmetric = 0.5", "orthogonal = true", "spectrum = [1, [0.5, 2]]"] {
        let value =
            |beta: f64, shared: &str, replica| end(&format!("beta = {beta}\nvalue = {{ {kind}{shared} }}"), replica);
        assert_ne!(value(0.0, "", 0), value(0.0, "", 1), "{kind}");
        assert_eq!(value(0.0, ", shared = true", 0), value(0.0, ", shared = true", 1), "{kind}");
        // At another point: with rtol apart, beta = 1e-300 is beta = 0.
        assert_eq!(value(0.0, ", shared = true", 0), value(1e-300, ", shared = true", 1), "{kind}");
    }
}

#[test]
fn prop_heads_are_averaged() {
    let heads = |list: &str| end(&format!("beta = 2\nheads = [{list}]"), 0).0;
    let twice = "{ value = { matrix = [[1, 0.5, 0], [0, 0.25, -2], [3, 0, 1]] } }";
    let one = end(&format!("beta = 2\n{ROWS}"), 0).0;
    let near = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(x, y)| (x - y).abs() < 1e-5);
    assert!(near(&heads(twice), &one) && near(&heads(&format!("{twice}, {twice}")), &one));
    assert!(!near(&heads(&format!("{twice}, {{}}")), &one));
    // Equal scores: the mean of the heads is the head with the mean of V.
    let mean = end("beta = 2\nvalue = { diagonal = [2, 0, 1] }", 0).0;
    assert!(near(&heads("{ value = { diagonal = [3, 0, 2] } }, { value = { diagonal = [1, 0, 0] } }"), &mean));
    // Each head draws its own.
    assert_ne!(heads("{ value = { gaussian = 1 } }, {}"), heads("{}, { value = { gaussian = 1 } }"));
}

#[test]
fn prop_masks_reach_the_run_and_the_method_says_how_it_was_solved() {
    let causal = end("beta = 2", 0);
    for (mask, method, differs) in [
        ("{ window = 2 }", "dormand-prince-5", true),
        ("{ prefix = 3 }", "dormand-prince-5", true),
        ("{ segments = [1, 3] }", "dormand-prince-5", true),
        ("{ decay = 3 }", "dormand-prince-5", true),
        ("{ sink = 3 }", "dormand-prince-5", true),
        ("{ sink = 3, decay = 1 }", "dormand-prince-5", true),
        ("{ window = 4 }", "dormand-prince-5", false),
        ("{ sink = 0 }", "dormand-prince-5", false),
    ] {
        let (positions, name) = end(&format!("beta = 2\nmask = {mask}"), 0);
        assert!(name.contains(method), "{mask}: {name}");
        let moved = positions.iter().zip(&causal.0).any(|(x, y)| (x - y).abs() > 1e-4);
        assert_eq!(moved, differs, "{mask}");
    }
}

#[test]
fn prop_the_bytes_of_a_file_count_and_its_place_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let text = manifest("beta = 2\nvalue = { file = \"value.csv\" }").source;
    let of = |name: &str, bytes: &str| {
        std::fs::write(folder.path().join(name), bytes).unwrap();
        let manifest = Manifest::parse(&text.replace("value.csv", name), folder.path().join("x.toml")).unwrap();
        fingerprint(&manifest)
    };
    let first = of("a.csv", "1,0,0\n0,1,0\n0,0,2\n");
    assert_eq!(of("b.csv", "1,0,0\n0,1,0\n0,0,2\n"), first);
    assert_ne!(of("a.csv", "1,0,0\n0,1,0\n0,0,3\n"), first);
}

#[test]
fn prop_what_is_written_out_is_read_again() {
    let good = std::fs::read_dir("tests/good").unwrap().map(|entry| entry.unwrap().path());
    for path in good.filter(|path| path.extension().is_some_and(|extension| extension == "toml")) {
        let manifest = Manifest::read(&path).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        if manifest.canonical().contains("sha256:") {
            continue;
        }
        let again = Manifest::parse(&manifest.canonical(), "tests/good/x.toml").unwrap_or_else(|m| panic!("{m}"));
        assert_eq!(again.canonical(), manifest.canonical(), "{}", path.display());
    }
    let rotation = manifest("beta = 2\nvalue = { rotation = 0.5 }");
    let value = Setting::Matrix(MatrixSpec::Rotation(vec![0.5]));
    assert_eq!(rotation.base(Key::Value), Some(&value));
    assert_eq!(value.to_string(), "{ rotation = [0.5] }");
}
