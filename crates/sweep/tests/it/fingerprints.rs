//! The fingerprint follows the meaning, and the draws follow the point.

use std::collections::BTreeSet;

use tokenpark_dataset::{Column, Provenance, Table};
use tokenpark_sweep::manifest::Noise;
use tokenpark_sweep::{Manifest, Plan, fingerprint, fingerprint_at};

fn read(text: &str) -> Manifest {
    Manifest::parse(text, "tests/good/x.toml").unwrap_or_else(|mistakes| panic!("{mistakes}\n{text}"))
}

fn consumption() -> String {
    std::fs::read_to_string("tests/good/consumption.toml").unwrap()
}

#[test]
fn stable_fingerprint() {
    let manifest = read(&consumption());
    assert_eq!(fingerprint_at(&manifest, 1), "cc8b43e23d567c3b");
    assert_ne!(fingerprint_at(&manifest, 2), fingerprint_at(&manifest, 1));
    assert_eq!(fingerprint(&manifest).len(), 16);
}

#[test]
fn stable_canonical_form() {
    let expected = "\
schema = 1
name = \"consumption\"
seed = 20241107
replicas = 5000

[model]
tokens = 200
dimension = 2
beta = 64.0

[integrate]
until = 200.0
";
    assert_eq!(read(&consumption()).canonical(), expected);
}

#[test]
fn prop_the_canonical_form_is_a_fixed_point() {
    for name in ["consumption", "sphere-trajectories", "everything", "swept-only", "masks", "prefixes", "layers"] {
        let canonical = Manifest::read(format!("tests/good/{name}.toml")).unwrap().canonical();
        assert_eq!(read(&canonical).canonical(), canonical);
    }
}

#[test]
fn prop_form_does_not_change_it() {
    let text = consumption();
    let before = fingerprint(&read(&text));
    let same = [
        text.replace("beta = 64.0", "beta = 64"),
        text.replace("beta = 64.0", "beta   =   6.4e1 # hot"),
        text.replace("tokens = 200\ndimension = 2\n", "dimension = 2\n\ntokens = 0xC8\n"),
        text.replace("title = ", "title = \"\" # "),
        text.replace("4 / sqrt(beta)", "4.0/sqrt( beta )"),
        text.replace("[\"clusters\", \"centers\", \"consumption\"]", "[\"consumption\", \"clusters\", \"centers\"]"),
        text.replace("times = { linear = 201 }\n", ""),
        text.replace("beta = 64.0", "beta = 64.0\nmask = \"causal\"\nvalue = \"identity\""),
        text.replace('\n', "\r\n"),
    ];
    for other in same {
        assert_ne!(other, text, "the replacement did nothing");
        assert_eq!(fingerprint(&read(&other)), before, "{other}");
    }
}

#[test]
fn prop_every_key_changes_it() {
    let text = std::fs::read_to_string("tests/good/everything.toml").unwrap();
    let text = text.split("[sweep]").next().unwrap().replace("tests", "");
    let changes = [
        ("every-thing-2", "other"),
        ("9223372036854775807", "5"),
        ("replicas = 3", "replicas = 4"),
        ("beta = 0x40", "beta = 65"),
        ("\"full\"", "\"causal\""),
        ("\"unnormalized\"", "\"softmax\""),
        ("gaussian = 1", "gaussian = 2"),
        ("[0, 2, 0], [0, 0, 3]] }\nvalue", "[0, 2, 0], [0, 0, 4]] }\nvalue"),
        ("[1, -1, 0.5]", "[1, -1, 0.25]"),
        ("[1, 1, 1]", "[1, 1, 2]"),
        ("\"common\"", "\"independent\""),
        ("until = 1e40", "until = 1e41"),
        ("rtol = 1e-8", "rtol = 1e-7"),
        ("atol = 1e-12", "atol = 1e-11"),
        ("\"dormand-prince-5\"", "\"auto\""),
        ("log = 100", "log = 101"),
        ("from = 1e-2", "from = 1e-3"),
        ("\"lifetimes\", \"aligned\", ", "\"aligned\", "),
        ("aligned = 0.9", "aligned = 0.91"),
        ("cluster_gap = 0.1", "cluster_gap = 0.11"),
        ("cluster_split = 0.3", "cluster_split = 0.31"),
        ("lifetimes_from = 1e3", "lifetimes_from = 0"),
        ("2*pi", "3*pi"),
        ("capture = 0.5", "capture = 0.6"),
        ("capture = 0.5", "capture = 0.5\n[sweep]\n\"model.beta\" = [1, 2]"),
        ("capture = 0.5", "capture = 0.5\n[sweep]\n\"model.beta\" = [2, 1]"),
        ("tokens = 4\n", "tokens = 3\n"),
        ("dimension = 3\n", "dimension = 2\n"),
    ];
    let mut seen = BTreeSet::from([fingerprint(&read(&text))]);
    for (from, to) in changes {
        let mut other = text.replacen(from, to, 1);
        assert_ne!(other, text, "{from} is not there");
        if from.starts_with("tokens") || from.starts_with("dimension") {
            other = text
                .replacen(from, to, 1)
                .replace("distribution", "# ")
                .replace("key = {", "# ")
                .replace("value = {", "# ");
        }
        assert!(seen.insert(fingerprint(&read(&other))), "{from} → {to} changes nothing");
    }
}

#[test]
fn prop_a_file_counts_by_its_content() {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string("tests/good/from-file.toml").unwrap();
    let csv = std::fs::read_to_string("tests/good/points.csv").unwrap();
    let at = |file: &str, csv: &str| {
        std::fs::write(folder.path().join(file), csv).unwrap();
        let manifest = Manifest::parse(&text.replace("points.csv", file), folder.path().join("m.toml"));
        fingerprint(&manifest.unwrap_or_else(|mistakes| panic!("{mistakes}")))
    };
    let before = fingerprint(&read(&text));
    assert_eq!(at("other.csv", &csv), before);
    assert_eq!(at("spaces.csv", &csv.replace("1.0, 0.0", "1,0")), before);
    assert_ne!(at("moved.csv", &csv.replace("-3e-5", "3e-5")), before);
    // The same numbers as Parquet.
    let rows: Vec<Vec<f64>> = (csv.lines().skip(1).filter(|line| !line.is_empty()))
        .map(|line| line.split(',').map(|cell| cell.trim().parse().unwrap()).collect())
        .collect();
    let column = |i: usize| Column::F64(rows.iter().map(|row| row[i]).collect());
    let token = Column::U32((0..rows.len() as u32).collect());
    let table = Table::new(vec![("token".into(), token), ("x0".into(), column(1)), ("x1".into(), column(2))]);
    let provenance =
        Provenance { fingerprint: "0".into(), schema_version: 1, model_version: 1, manifest: String::new() };
    tokenpark_dataset::write(&folder.path().join("points.parquet"), table.unwrap(), &provenance).unwrap();
    let manifest = Manifest::parse(&text.replace("points.csv", "points.parquet"), folder.path().join("m.toml"));
    assert_eq!(fingerprint(&manifest.unwrap_or_else(|mistakes| panic!("{mistakes}"))), before);
}

#[test]
fn prop_a_new_grid_value_leaves_other_draws_alone() {
    let keys = |betas: &str, extra: &str| {
        let text = format!("{}\n[sweep]\n\"model.beta\" = {betas}\n", consumption().replace("[integrate]", extra));
        let plan = Plan::new(read(&text)).unwrap();
        (0..plan.points()).map(|i| plan.point(i)).map(|p| (p.beta.to_bits(), p.draw_key(Noise::Independent))).collect()
    };
    let few: BTreeSet<_> = keys("[16, 64]", "[integrate]");
    let many: BTreeSet<_> = keys("[1, 16, 36, 64.0]", "[integrate]\nrtol = 1e-3");
    assert!(few.len() == 2 && many.len() == 4 && few.is_subset(&many));
}

#[test]
fn prop_common_noise_depends_on_the_dimension_alone() {
    let text = std::fs::read_to_string("tests/good/sphere-trajectories.toml").unwrap();
    let keys = |text: &str| -> BTreeSet<_> {
        let plan = Plan::new(read(text)).unwrap();
        (0..plan.points()).map(|i| plan.point(i).draw_key(plan.manifest().initial.noise)).collect()
    };
    let sphere = keys(&text);
    assert_eq!(sphere.len(), 1);
    assert_eq!(keys(&text.replace("beta = 9.0", "beta = 8.0")), sphere);
    assert_eq!(keys(&text.replace("common", "independent")).len(), 5);
}
