//! The resumable area: kills, locks, other versions.

use std::fs;

use tokenpark_dataset::{DatasetError, Provenance, Staging, State};

use crate::samples::{bytes, dataset, key, keys, log, observables, open, provenance, reference, runs, tables};

#[test]
fn prop_staged_runs_survive_their_process() {
    let root = tempfile::tempdir().unwrap();
    let dataset = dataset(root.path());
    assert_eq!(dataset.state().unwrap(), State::Missing);
    let mut staging = open(&dataset);
    staging.write(tables(&[key(5), key(2)])).unwrap();
    staging.write(tables(&[key(9)])).unwrap();
    drop(staging);
    let staging = open(&dataset);
    let finished: Vec<_> = staging.finished().iter().copied().collect();
    assert_eq!(finished, [key(2), key(5), key(9)]);
    assert!(staging.discarded().is_empty());
    assert_eq!(dataset.state().unwrap(), State::Partial { staged: 3, shards: Vec::new() });
}

#[test]
fn prop_a_second_process_is_told_who_holds_the_lock() {
    let root = tempfile::tempdir().unwrap();
    let dataset = dataset(root.path());
    let first = open(&dataset);
    let error = Staging::open(&dataset, &provenance()).unwrap_err();
    assert!(matches!(&error, DatasetError::Locked { path, .. } if *path == dataset.lock()), "{error}");
    assert!(error.to_string().contains("abc123.lock"));
    open(&dataset.shard(0, 2).unwrap());
    drop(first);
    open(&dataset);
}

#[test]
fn prop_truncated_parts_are_discarded_and_computed_again() {
    for table in ["runs", "observables", "lifetimes"] {
        let root = tempfile::tempdir().unwrap();
        let dataset = dataset(root.path());
        let mut staging = open(&dataset);
        for run in 0..3 {
            staging.write(tables(&keys(4 * run..4 * run + 4))).unwrap();
        }
        drop(staging);
        let path = dataset.staging().join(format!("parts/000001/{table}.parquet"));
        let whole = fs::read(&path).unwrap();
        fs::write(&path, &whole[..whole.len() - 20]).unwrap();
        let mut staging = open(&dataset);
        assert_eq!(staging.finished().len(), 8);
        assert_eq!(staging.discarded().len(), 1);
        assert!(staging.discarded()[0].path.ends_with("parts/000001"));
        assert!(staging.discarded()[0].reason.contains(table), "{:?}", staging.discarded());
        staging.write(tables(&keys(4..8))).unwrap();
        staging.publish(12, "title = \"A\"\n", log()).unwrap();
        assert!(bytes(&dataset.folder()) == reference(12));
    }
}

#[test]
fn prop_leftovers_and_lost_files_are_cleared() {
    let root = tempfile::tempdir().unwrap();
    let dataset = dataset(root.path());
    let mut staging = open(&dataset);
    staging.write(tables(&keys(0..4))).unwrap();
    staging.write(tables(&keys(4..8))).unwrap();
    drop(staging);
    let area = dataset.staging();
    fs::create_dir_all(area.join("writing")).unwrap();
    fs::write(area.join("writing/runs.parquet"), "half").unwrap();
    fs::create_dir_all(area.join("parts/mine")).unwrap();
    fs::write(area.join("parts/notes.txt"), "a file").unwrap();
    fs::write(area.join("trash"), "a file").unwrap();
    fs::remove_file(area.join("parts/000000/lifetimes.parquet")).unwrap();
    let staging = open(&dataset);
    assert_eq!(staging.finished().iter().copied().collect::<Vec<_>>(), keys(4..8));
    assert_eq!(staging.discarded().len(), 3);
    assert_eq!(fs::read_dir(&area).unwrap().count(), 1);
    assert_eq!(fs::read_dir(area.join("parts")).unwrap().count(), 1);
}

#[test]
fn prop_parts_of_another_provenance_are_discarded() {
    let others = [
        Provenance { model_version: 4, ..provenance() },
        Provenance { schema_version: 2, ..provenance() },
        Provenance { fingerprint: "abc124".to_owned(), ..provenance() },
        Provenance { manifest: "name = \"small\"\nseed = 8\n".to_owned(), ..provenance() },
    ];
    for other in others {
        let root = tempfile::tempdir().unwrap();
        let dataset = dataset(root.path());
        let mut staging = Staging::open(&dataset, &other).unwrap();
        staging.write(tables(&keys(0..4))).unwrap();
        drop(staging);
        let staging = open(&dataset);
        assert!(staging.finished().is_empty());
        assert_eq!(staging.discarded().len(), 1);
        assert!(!dataset.staging().join("parts/000000").exists());
    }
}

#[test]
fn prop_wrong_tables_are_refused() {
    let root = tempfile::tempdir().unwrap();
    let dataset = dataset(root.path());
    let mut staging = open(&dataset);
    let named = |name: &str, table| (name.to_owned(), table);
    let error = staging.write(vec![named("observables", observables(&[key(0)], 3))]).unwrap_err();
    assert!(matches!(error, DatasetError::TableSet { .. }), "{error}");
    let stray = vec![named("runs", runs(&[key(0)])), named("observables", observables(&[key(1)], 3))];
    assert!(matches!(staging.write(stray).unwrap_err(), DatasetError::UnknownRun { key: (0, 1), .. }));
    let twice = vec![named("runs", runs(&[key(0), key(0)]))];
    assert!(matches!(staging.write(twice).unwrap_err(), DatasetError::RepeatedRun { .. }));
    let escape = vec![named("runs", runs(&[key(0)])), named("../runs", runs(&[key(0)]))];
    assert!(matches!(staging.write(escape).unwrap_err(), DatasetError::BadName { .. }));
    staging.write(tables(&keys(0..4))).unwrap();
    assert!(matches!(staging.write(tables(&[key(3)])).unwrap_err(), DatasetError::RepeatedRun { key: (0, 3) }));
    let fewer = vec![named("runs", runs(&[key(4)]))];
    assert!(matches!(staging.write(fewer).unwrap_err(), DatasetError::TableSet { .. }));
    let mut other = tables(&[key(4)]);
    other[1].1 = runs(&[key(4)]);
    assert!(matches!(staging.write(other).unwrap_err(), DatasetError::SchemaMismatch { .. }));
    assert_eq!(staging.finished().len(), 4);
}

#[test]
fn prop_dropped_runs_can_be_repeated() {
    let root = tempfile::tempdir().unwrap();
    let dataset = dataset(root.path());
    let mut staging = open(&dataset);
    staging.write(tables(&keys(0..5))).unwrap();
    staging.write(tables(&keys(5..12))).unwrap();
    staging.write(tables(&keys(12..14))).unwrap();
    let dropped = [key(1), key(3), key(12), key(13)];
    staging.retain(|key| !dropped.contains(&key)).unwrap();
    assert_eq!(staging.finished().len(), 10);
    drop(staging);
    let mut staging = open(&dataset);
    assert_eq!(staging.finished().len(), 10);
    assert!(staging.discarded().is_empty());
    staging.write(tables(&dropped)).unwrap();
    staging.publish(14, "title = \"A\"\n", log()).unwrap();
    assert!(bytes(&dataset.folder()) == reference(14));
}

#[test]
fn prop_everything_can_be_dropped() {
    let root = tempfile::tempdir().unwrap();
    let dataset = dataset(root.path());
    let mut staging = open(&dataset);
    staging.write(tables(&keys(0..5))).unwrap();
    staging.retain(|_| false).unwrap();
    assert_eq!(dataset.state().unwrap(), State::Missing);
    staging.write(vec![("runs".to_owned(), runs(&keys(0..2)))]).unwrap();
    assert_eq!(staging.finished().len(), 2);
}

#[test]
fn regress_a_killed_rewrite_leaves_the_older_part() {
    let root = tempfile::tempdir().unwrap();
    let dataset = dataset(root.path());
    let mut staging = open(&dataset);
    staging.write(tables(&keys(0..5))).unwrap();
    let saved = bytes(&dataset.staging().join("parts/000000"));
    staging.retain(|run| run != key(2)).unwrap();
    drop(staging);
    fs::create_dir(dataset.staging().join("parts/000000")).unwrap();
    for (name, content) in saved {
        fs::write(dataset.staging().join("parts/000000").join(name), content).unwrap();
    }
    let staging = open(&dataset);
    assert_eq!(staging.finished().iter().copied().collect::<Vec<_>>(), keys(0..5));
    assert!(staging.discarded()[0].path.ends_with("000001"));
}
