//! Shards through the public API: who gets what, and what `merge` makes of it.

use crate::plan;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use tokenpark_dataset::{Dataset, DatasetError, Provenance, RunLog, Staging};
use tokenpark_sweep::{
    Deal, Ending, Options, Plan, RunList, Shard, Share, SweepError, cost, dataset, execute, merge, provenance, run,
};

/// Three sizes of runs at six points, five replicas of each.
fn thirty() -> Plan {
    plan(
        "tokens = 4\ndimension = 2\nbeta = 4\n",
        "[integrate]\nuntil = 1\n[observe]\ntimes = { linear = 3 }\n[sweep]\n\"model.tokens\" = [2, 9, 5]\n\
         \"model.beta\" = [1.0, 4.0]\n",
    )
}

fn replicated() -> Plan {
    let text = thirty().manifest().source.replace("seed = 1", "seed = 1\nreplicas = 5");
    let manifest = tokenpark_sweep::Manifest::parse(&text, "test.toml").unwrap_or_else(|mistakes| panic!("{mistakes}"));
    Plan::new(manifest).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

const ENDLESS: u64 = u64::MAX;

/// Stops when it has asked so often whether it shall.
fn compute(plan: &Plan, root: &Path, share: Option<&Share>, patience: u64) -> Result<Ending, SweepError> {
    let asked = AtomicU64::new(0);
    let options = Options {
        threads: 1,
        fresh: false,
        retry: false,
        max_failures: None,
        replicas: None,
        only: &[],
        share,
        interrupted: &|| asked.fetch_add(1, Relaxed) >= patience,
        progress: &mut |_| {},
        now: &String::new,
        elapsed: &|| 0.0,
        log: &mut RunLog::default,
    };
    execute(plan, root, options).map(|report| report.ending)
}

fn share(index: u32, count: u32) -> Share {
    Share { shard: Shard::new(index, count).unwrap(), list: None }
}

fn join(plan: &Plan, root: &Path) -> Result<usize, SweepError> {
    merge(plan, root, false, &mut RunLog::default).map(|merged| merged.shards)
}

fn tables(dataset: &Dataset) -> BTreeMap<PathBuf, Vec<u8>> {
    let tables = dataset.tables().unwrap();
    assert!(!tables.is_empty());
    tables.iter().map(|table| (table.into(), std::fs::read(dataset.table(table)).unwrap())).collect()
}

#[test]
fn prop_runs_are_dealt_out_fairly_and_completely() {
    let plan = replicated();
    let costs: Vec<f64> = (0..plan.points()).map(|point| cost(&plan, point)).collect();
    let dearest = costs.iter().copied().fold(0.0, f64::max);
    assert!(costs.iter().any(|&cost| cost < dearest / 4.0), "{costs:?}");
    for count in [1, 2, 3, 4, 7, 30, 31, 100] {
        let deal = Deal::new(&plan, count);
        let mut shares = vec![0.0; count as usize];
        let mut sizes = vec![0; count as usize];
        for point in 0..plan.points() as u32 {
            for replica in 0..plan.replicas() {
                let shard = deal.shard((point, replica)) as usize;
                shares[shard] += costs[point as usize];
                sizes[shard] += 1;
            }
        }
        let most = shares.iter().copied().fold(0.0, f64::max);
        let least = shares.iter().copied().fold(f64::INFINITY, f64::min);
        assert!(most - least <= dearest, "{count}: {shares:?}");
        let (most, least) = (sizes.iter().max().unwrap(), sizes.iter().min().unwrap());
        assert!(most - least <= 1, "{count}: {sizes:?}");
        assert_eq!(sizes.iter().sum::<u64>(), plan.runs());
        assert!((0..count.min(30)).all(|index| sizes[index as usize] > 0), "the first shards are never empty");
    }
}

/// Datasets that were submitted to a cluster depend on who gets what.
#[test]
fn stable_deal() {
    let (plan, keys) = (replicated(), [(0, 0), (1, 4), (2, 0), (2, 3), (3, 1), (5, 4)]);
    let deal = Deal::new(&plan, 4);
    assert_eq!(keys.map(|key| deal.shard(key)), [0, 1, 0, 3, 2, 3]);
}

#[test]
fn prop_shards_join_to_the_same_bytes_with_any_interruption() {
    let plan = replicated();
    let root = tempfile::tempdir().unwrap();
    assert!(matches!(compute(&plan, root.path(), None, ENDLESS), Ok(Ending::Published(_))));
    let whole = tables(&dataset(&plan, root.path()).unwrap());
    for count in [1, 3, 7, 40] {
        let root = tempfile::tempdir().unwrap();
        let mut stopped = 0;
        for index in (0..count).rev() {
            for session in 1.. {
                match compute(&plan, root.path(), Some(&share(index, count)), 20 * session * session).unwrap() {
                    Ending::Stopped(progress) => {
                        stopped += 1;
                        assert!(progress.done < progress.total, "{progress:?}");
                    }
                    Ending::Published(log) => {
                        assert!(log.runs > 0);
                        break;
                    }
                    Ending::Fresh(log) => {
                        assert_eq!((log.runs, index >= 30), (0, true));
                        break;
                    }
                }
            }
        }
        assert!(stopped > 3, "{count}: {stopped}");
        assert_eq!(join(&plan, root.path()).unwrap(), count.min(30) as usize);
        assert!(tables(&dataset(&plan, root.path()).unwrap()) == whole, "{count}");
    }
}

/// A shard with the right numbers under another model version.
fn foreign(plan: &Plan, root: &Path, provenance: &Provenance) {
    let deal = Deal::new(plan, 2);
    let mut staging = Staging::open(&dataset(plan, root).unwrap().shard(1, 2).unwrap(), provenance).unwrap();
    for point in 0..plan.points() {
        for replica in (0..plan.replicas()).filter(|&replica| deal.shard((point as u32, replica)) == 1) {
            staging.write(run(plan, point, replica, &|| false).unwrap().unwrap()).unwrap();
        }
    }
    staging.publish(15, "", RunLog::default()).unwrap();
}

#[test]
fn prop_merge_refuses_another_model_version() {
    let plan = replicated();
    let ours = provenance(&plan);
    let others = [
        (Provenance { model_version: ours.model_version + 1, ..ours.clone() }, "model version"),
        (Provenance { schema_version: ours.schema_version + 1, ..ours.clone() }, "schema version"),
        (Provenance { fingerprint: "0123456789abcdef".to_owned(), ..ours.clone() }, "the fingerprint"),
    ];
    for (other, word) in others {
        let root = tempfile::tempdir().unwrap();
        compute(&plan, root.path(), Some(&share(0, 2)), ENDLESS).unwrap();
        foreign(&plan, root.path(), &other);
        match join(&plan, root.path()).unwrap_err() {
            SweepError::Dataset(DatasetError::OtherProvenance { path, what, .. }) => {
                assert_eq!(what, word);
                assert!(path.iter().any(|name| name == "1-of-2"), "{}", path.display());
            }
            error => panic!("{error}"),
        }
        assert!(!dataset(&plan, root.path()).unwrap().run_log().exists());
    }
    let root = tempfile::tempdir().unwrap();
    compute(&plan, root.path(), Some(&share(0, 2)), ENDLESS).unwrap();
    foreign(&plan, root.path(), &ours);
    assert_eq!(join(&plan, root.path()).unwrap(), 2, "with ours it is a shard like any other");
}

#[test]
fn prop_one_process_at_a_time() {
    let plan = replicated();
    let root = tempfile::tempdir().unwrap();
    let whole = dataset(&plan, root.path()).unwrap();
    let held = Staging::open(&whole.shard(0, 2).unwrap(), &provenance(&plan)).unwrap();
    let is_locked = |error: SweepError| matches!(error, SweepError::Dataset(DatasetError::Locked { .. }));
    assert!(is_locked(compute(&plan, root.path(), Some(&share(0, 2)), ENDLESS).unwrap_err()));
    // The other shard does not mind.
    compute(&plan, root.path(), Some(&share(1, 2)), ENDLESS).unwrap();
    drop(held);
    compute(&plan, root.path(), Some(&share(0, 2)), ENDLESS).unwrap();
    let held = Staging::open(&whole, &provenance(&plan)).unwrap();
    assert!(is_locked(join(&plan, root.path()).unwrap_err()));
    drop(held);
    assert_eq!(join(&plan, root.path()).unwrap(), 2);
}

#[test]
fn prop_lists_hold_what_is_missing() {
    let plan = replicated();
    let root = tempfile::tempdir().unwrap();
    let list = |root: &Path| RunList::missing(&plan, root, 4).unwrap();
    let all = list(root.path());
    assert_eq!((all.len(), all.tasks(&plan).len()), (30, 4));
    let path = root.path().join("list.toml");
    std::fs::write(&path, all.to_toml()).unwrap();
    assert_eq!(RunList::read(&path).unwrap(), all);
    compute(&plan, root.path(), Some(&share(2, 4)), ENDLESS).unwrap();
    let rest = list(root.path());
    assert_eq!((rest.len(), rest.tasks(&plan).into_iter().collect::<Vec<_>>()), (23, vec![0, 1, 3]));
    let (mut rest, mut patience) = (rest, 10);
    while rest.len() == 23 {
        compute(&plan, root.path(), None, patience).unwrap();
        (rest, patience) = (list(root.path()), patience + 10);
    }
    assert!(!rest.is_empty());
    for index in rest.tasks(&plan) {
        let share = Share { shard: Shard::new(index, 4).unwrap(), list: Some(rest.clone()) };
        compute(&plan, root.path(), Some(&share), ENDLESS).unwrap();
    }
    assert!(list(root.path()).is_empty());
    join(&plan, root.path()).unwrap();
    assert!(list(root.path()).is_empty());
    for text in ["", "fingerprint = 3", "fingerprint = \"\"\nshards = 1\nruns = [[3, 2]]", "runs = [[0, 4], [4, 5]]"] {
        std::fs::write(&path, text).unwrap();
        assert!(matches!(RunList::read(&path), Err(SweepError::RunList { .. })), "{text}");
    }
}
