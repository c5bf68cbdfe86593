//! The table `lifetimes` and what goes with it.

use tokenpark_dataset::{Column, Table};
use tokenpark_sweep::{Plan, RunTables, run};

use crate::plan;

fn tables(plan: &Plan) -> RunTables {
    run(plan, 0, 0, &|| false).expect("a valid run").expect("not interrupted")
}

fn table<'a>(tables: &'a RunTables, name: &str) -> &'a Table {
    &tables.iter().find(|(other, _)| other == name).expect("a recorded table").1
}

fn floats(table: &Table, column: &str) -> Vec<Option<f64>> {
    match table.column(column) {
        Some(Column::F64(values)) => values.iter().map(|v| Some(*v)).collect(),
        Some(Column::OptionF64(values)) => values.clone(),
        other => panic!("{column}: {other:?}"),
    }
}

fn counts(table: &Table, column: &str) -> Vec<Option<u32>> {
    match table.column(column) {
        Some(Column::U32(values)) => values.iter().map(|v| Some(*v)).collect(),
        Some(Column::OptionU32(values)) => values.clone(),
        other => panic!("{column}: {other:?}"),
    }
}

const FALL: f64 = 433594336.5234654;
/// Tokens 0 and 1 together, 2 and 3 together 0.9 from them, and 4 opposite, which lasts.
const POINTS: &str = "[initial]\ndistribution = { points = [[1, 0], [1, 0], [0.6216099682706644, 0.7833269096274834], \
    [0.6216099682706644, 0.7833269096274834], [-1, 0.1]] }\n";

#[test]
fn val_rows_by_hand() {
    let rest = format!(
        "{POINTS}[integrate]\nuntil = 1e20\nrtol = 1e-9\n[observe]\ntimes = [0, 10, 1e20]\nrecord = [\"lifetimes\"]\n\
         lifetimes_from = 10\n[centers]\nseparation = 0.5\n"
    );
    let tables = tables(&plan("tokens = 5\ndimension = 2\nbeta = 64\n", &rest));
    assert_eq!(tables.iter().map(|(name, _)| &name[..]).collect::<Vec<_>>(), ["runs", "observables", "lifetimes"]);
    assert_eq!(counts(table(&tables, "observables"), "tracked_clusters"), [Some(3), Some(3), Some(2)]);
    let lives = table(&tables, "lifetimes");
    assert_eq!(counts(lives, "leader"), [0, 1, 2, 3, 4].map(Some));
    assert_eq!(floats(lives, "birth"), [Some(0.0); 5]);
    let death = floats(lives, "death");
    assert!(matches!(death[..], [None, Some(0.0), Some(_), Some(0.0), None]), "{death:?}");
    // The integral of (e^{64 (1 - cos phi)} + 2) / (2 sin phi) from 0.07 to 0.9.
    assert!((death[2].unwrap() / FALL - 1.0).abs() < 1e-5, "{death:?}");
    assert_eq!(floats(lives, "observed_until"), [Some(1e20), Some(0.0), death[2], Some(0.0), Some(1e20)]);
    assert_eq!(lives.column("censored"), Some(&Column::Bool(vec![true, false, false, false, true])));
    assert_eq!(counts(lives, "size_at_death"), [None, Some(1), Some(2), Some(1), None]);
    assert_eq!(counts(lives, "absorbed_by"), [None, Some(0), Some(0), Some(2), None]);
    assert_eq!(counts(lives, "earlier_at_death"), [None, Some(1), Some(2), Some(1), None]);
    let gap = floats(lives, "gap_at_birth");
    assert!(gap[0].is_none() && gap[1] == Some(0.0) && (gap[2].unwrap() - 0.9).abs() < 1e-12, "{gap:?}");
    let kinds = ["strong", "none", "strong", "none", "strong"].map(str::to_owned);
    assert_eq!(lives.column("leader_kind"), Some(&Column::Text(kinds.to_vec())));
    assert_eq!(counts(lives, "splits"), [Some(0); 5]);
    assert_eq!(counts(lives, "size_at_birth"), [Some(1); 5]);
    assert_eq!(counts(lives, "split_from"), [None; 5]);
    assert_eq!(counts(lives, "size_at_start"), [Some(2), None, Some(2), None, Some(1)]);
    assert_eq!(counts(lives, "earlier_at_start"), [Some(0), None, Some(2), None, Some(2)]);
    let gap = floats(lives, "gap_at_start");
    assert!((gap[2].unwrap() - 0.9).abs() < 1e-6 && gap[0].is_none() && gap[4].unwrap() > 1.9, "{gap:?}");
}

/// The lives among the first tokens are those of a run of the first tokens.
#[test]
fn val_prefixes_have_lives_of_their_own() {
    let rest = |prefixes: &str| {
        format!(
            "[initial]\nnoise = \"common\"\n[integrate]\nuntil = 1e6\nrtol = 1e-9\n[observe]\ntimes = {{ log = 9, from = 1 \
             }}\nrecord = [\"lifetimes\", \"clusters\"]\n{prefixes}\n"
        )
    };
    let whole = tables(&plan("tokens = 40\ndimension = 2\nbeta = 30\n", &rest("prefixes = [15, 40]")));
    let alone = tables(&plan("tokens = 15\ndimension = 2\nbeta = 30\n", &rest("")));
    let of = |table: &Table, column| {
        let prefix = counts(table, "prefix").into_iter();
        floats(table, column).into_iter().zip(prefix).filter(|(_, n)| *n == Some(15)).map(|(v, _)| v).collect()
    };
    let (some, all) = (table(&whole, "lifetimes"), table(&alone, "lifetimes"));
    let some: Vec<Option<f64>> = of(some, "death");
    let all = floats(all, "death");
    assert_eq!(some.len(), all.len());
    for (a, b) in some.iter().zip(&all) {
        let same = a.zip(*b).is_none_or(|(a, b)| (a - b).abs() <= 1e-5 * b);
        assert!(a.is_some() == b.is_some() && same, "{some:?}\n{all:?}");
    }
    let observables = table(&whole, "observables");
    let tracked: Vec<_> = counts(observables, "tracked_clusters").into_iter().step_by(2).collect();
    assert_eq!(tracked, counts(table(&alone, "observables"), "tracked_clusters"));
}

/// Replaying the rows moves every token once: sizes add up, and to what the observables count.
#[test]
fn prop_sizes_add_up() {
    for (d, beta, mask) in [(2, 9, "causal"), (2, 64, "causal"), (3, 9, "causal"), (4, 2, "full")] {
        let rest = "[integrate]\nuntil = 50\n[observe]\nrecord = [\"lifetimes\", \"clusters\"]\n";
        let model = format!("tokens = 60\ndimension = {d}\nbeta = {beta}\nmask = \"{mask}\"\n");
        let tables = tables(&plan(&model, rest));
        let observables = table(&tables, "observables");
        assert_eq!(counts(observables, "tracked_clusters")[0], counts(observables, "clusters")[0]);
        let lives = table(&tables, "lifetimes");
        let column = |name| counts(lives, name);
        let (leader, into, size) = (column("leader"), column("absorbed_by"), column("size_at_death"));
        let (from, born) = (column("split_from"), column("size_at_birth"));
        let [birth, death] = ["birth", "death"].map(|name| floats(lives, name));
        let mut events: Vec<(f64, bool, usize)> = vec![];
        for row in 0..leader.len() {
            events.extend(death[row].map(|time| (time, false, row)));
            events.extend(from[row].map(|_| (birth[row].unwrap(), true, row)));
        }
        events.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut sizes = vec![1_u32; 60];
        for (_, is_birth, row) in events {
            let own = leader[row].unwrap() as usize;
            if is_birth {
                sizes[from[row].unwrap() as usize] -= born[row].unwrap();
                sizes[own] = born[row].unwrap();
            } else {
                assert_eq!(Some(sizes[own]), size[row]);
                sizes[into[row].unwrap() as usize] += std::mem::take(&mut sizes[own]);
            }
        }
        let alive = sizes.iter().filter(|size| **size > 0).count() as u32;
        assert_eq!((sizes.iter().sum::<u32>(), Some(alive)), (60, counts(observables, "tracked_clusters")[200]));
        assert_eq!(alive as usize, leader.len() - death.iter().flatten().count());
    }
}
