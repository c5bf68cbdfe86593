//! Runs of parking manifests: rows against the sample they are made of, and pinned numbers.

use std::path::Path;
use tokenpark_dataset::{Column, Table};
use tokenpark_parking::Parking;
use tokenpark_sweep::{Manifest, Plan, Question, fingerprint, park, run};

fn plan(body: &str) -> Plan {
    let text = format!("schema = 1\nkind = \"parking\"\nname = \"parking\"\nseed = 3\n{body}");
    let manifest = Manifest::parse(&text, Path::new("parking.toml")).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    Plan::new(manifest).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn table(plan: &Plan, replica: u32, name: &str) -> Table {
    let tables = run(plan, 0, replica, &|| false).expect("a valid run").expect("not interrupted");
    tables.into_iter().find(|(other, _)| other == name).expect("a recorded table").1
}

fn numbers(table: &Table, column: &str) -> Vec<f64> {
    match table.column(column) {
        Some(Column::F64(values)) => values.clone(),
        Some(Column::U32(values)) => values.iter().map(|v| f64::from(*v)).collect(),
        Some(Column::U64(values)) => values.iter().map(|v| *v as f64).collect(),
        Some(Column::OptionF64(values)) => values.iter().map(|v| v.unwrap_or(f64::NAN)).collect(),
        Some(Column::OptionU32(values)) => values.iter().map(|v| v.map_or(f64::NAN, f64::from)).collect(),
        other => panic!("{column}: {other:?}"),
    }
}

/// All gaps are counted, all cars have come in the end, and all pairs within reach are there.
#[test]
fn prop_tables_belong_to_the_sample() {
    for space in ["\"circle\"", "{ interval = 30 }", "{ sphere = 3 }", "{ sphere = 4 }"] {
        let plan = plan(&format!(
            "[parking]\nspace = {space}\nseparation = 0.9\nrecord = [{}\"pairs\", \"approach\"]\nrange = 100\ntimes = {{ log = 4, \
             from = 1e-9, to = 1e12 }}\n",
            if space.contains("sphere") { "" } else { "\"gaps\", " }
        ));
        for replica in 0..5 {
            let cars = numbers(&table(&plan, replica, "runs"), "renyi_centers")[0];
            let parked = numbers(&table(&plan, replica, "approach"), "parked");
            assert!(parked[0] == 0.0 && parked[3] == cars && parked.is_sorted(), "{space}: {parked:?} of {cars}");
            if !space.contains("sphere") {
                let gaps: f64 = numbers(&table(&plan, replica, "gaps"), "gaps").iter().sum();
                assert_eq!(gaps, cars + f64::from(u32::from(space.contains("interval"))), "{space}");
            }
            let pairs = table(&plan, replica, "pairs");
            let (seen, expected): (f64, f64) =
                (numbers(&pairs, "pairs").iter().sum(), numbers(&pairs, "expected").iter().sum());
            let all = cars * (cars - 1.0) / 2.0;
            // A pair at the very end of the range may fall out by rounding.
            assert!(
                (seen - all).abs() <= 1.0 && (expected - all).abs() < 1e-9 * all,
                "{space}: {seen} {expected} {all}"
            );
        }
    }
}

/// A manifest and the command park the same cars.
#[test]
fn prop_arrivals_are_those_of_the_command() {
    let plan = plan("replicas = 4\n[parking]\nspace = { sphere = 3 }\nseparation = 0.4\narrivals = 60\n");
    let parking = Parking::sphere(3, 0.4).unwrap();
    let question = Question { parking, arrivals: Some(60), replicas: 4, seed: 3 };
    for (replica, row) in park(&question, 1).unwrap().replicas().iter().enumerate() {
        let runs = table(&plan, replica as u32, "runs");
        assert_eq!(numbers(&runs, "renyi_centers"), [f64::from(row.count)]);
        assert_eq!(numbers(&runs, "strong_centers"), [f64::from(row.strong.unwrap())]);
        assert_eq!(numbers(&runs, "coverage"), [row.coverage]);
    }
}

/// Sampled numbers change only together with `MODEL_VERSION`, and the fingerprint names the meaning.
#[test]
fn stable_counts_and_fingerprint() {
    let counts: Vec<f64> = ["\"circle\"", "{ interval = 40 }", "{ sphere = 3 }"]
        .iter()
        .flat_map(|space| {
            let plan = plan(&format!("[parking]\nspace = {space}\nseparation = 0.1\n"));
            (0..3).map(move |replica| numbers(&table(&plan, replica, "runs"), "renyi_centers")[0])
        })
        .collect();
    assert_eq!(counts, [49.0, 47.0, 46.0, 298.0, 294.0, 297.0, 890.0, 878.0, 863.0]);
    let one = plan("[parking]\nspace = \"circle\"\nseparation = 0.1\n");
    let same =
        plan("[parking]\n# a comment\nseparation = 1e-1\narrivals = \"saturated\"\nspace = \"circle\"\nbins = 100\n");
    let other = plan("[parking]\nspace = \"circle\"\nseparation = 0.1\narrivals = 7\n");
    assert_eq!(fingerprint(one.manifest()), fingerprint(same.manifest()));
    assert_ne!(fingerprint(one.manifest()), fingerprint(other.manifest()));
    let again = Manifest::parse(&one.manifest().canonical(), Path::new("again.toml")).unwrap();
    assert_eq!(again.canonical(), one.manifest().canonical());
}
