//! From parts to datasets: bytes, completeness, shards, replacement.

use std::fs;
use std::path::Path;

use tokenpark_dataset::{Dataset, DatasetError, Provenance, RunKey, RunLog, State, fingerprints, read};

use crate::samples::{Shuffle, bytes, dataset, key, keys, log, observables, open, provenance, reference, runs, tables};

const MANIFEST: &str = "title = \"A\"\n";

#[test]
fn prop_bytes_do_not_depend_on_order_partition_or_interruptions() {
    let count = 40;
    let expected = reference(count);
    assert_eq!(expected.len(), 5);
    for seed in 0..12 {
        let root = tempfile::tempdir().unwrap();
        let dataset = dataset(root.path());
        let mut shuffle = Shuffle(seed);
        let mut waiting = keys(0..count);
        shuffle.shuffle(&mut waiting);
        let mut staging = open(&dataset);
        while !waiting.is_empty() {
            let taken = waiting.split_off(waiting.len() - (1 + shuffle.below(7)).min(waiting.len()));
            staging.write(tables(&taken)).unwrap();
            if shuffle.below(3) == 0 {
                drop(staging);
                staging = open(&dataset);
            }
        }
        staging.publish(u64::from(count), MANIFEST, log()).unwrap();
        assert!(bytes(&dataset.folder()) == expected, "seed {seed}");
    }
}

#[test]
fn prop_rows_are_ordered_by_run_and_keep_their_order_within() {
    let root = tempfile::tempdir().unwrap();
    let dataset = dataset(root.path());
    let mut staging = open(&dataset);
    staging.write(tables(&[key(3), key(0)])).unwrap();
    staging.write(tables(&[key(2), key(1)])).unwrap();
    let log = staging.publish(4, MANIFEST, log()).unwrap();
    assert_eq!(read(&dataset.table("runs")).unwrap(), runs(&keys(0..4)));
    assert_eq!(read(&dataset.table("observables")).unwrap(), observables(&keys(0..4), 50));
    assert_eq!(log.runs, 4);
    let rows: Vec<(&str, u64)> = log.tables.iter().map(|table| (table.name.as_str(), table.rows)).collect();
    assert_eq!(rows, [("lifetimes", 8), ("observables", 200), ("runs", 4)]);
}

#[test]
fn prop_several_batches_and_row_groups_are_merged() {
    let publish = |pieces: &[&[u32]]| {
        let root = tempfile::tempdir().unwrap();
        let dataset = dataset(root.path());
        let mut staging = open(&dataset);
        for piece in pieces {
            let piece: Vec<RunKey> = piece.iter().map(|&index| key(index)).collect();
            let long = observables(&piece, 50_000);
            staging.write(vec![("runs".to_owned(), runs(&piece)), ("observables".to_owned(), long)]).unwrap();
        }
        staging.publish(6, MANIFEST, log()).unwrap();
        bytes(&dataset.folder())
    };
    let whole = publish(&[&[0, 1, 2, 3, 4, 5]]);
    assert!(whole == publish(&[&[5, 0], &[3, 1], &[4, 2]]));
    assert!(whole == publish(&[&[4, 5], &[2, 3], &[0, 1]]));
}

#[test]
fn prop_incomplete_sweeps_are_refused() {
    let root = tempfile::tempdir().unwrap();
    let dataset = dataset(root.path());
    let mut staging = open(&dataset);
    staging.write(tables(&keys(0..4))).unwrap();
    let error = staging.publish(10, MANIFEST, log()).unwrap_err();
    assert!(matches!(error, DatasetError::RunCount { found: 4, expected: 10, .. }));
    assert!(error.to_string().contains("6 missing"), "{error}");
    assert!(!dataset.folder().exists());
    let staging = open(&dataset);
    assert_eq!(staging.finished().len(), 4);
    assert!(staging.publish(3, MANIFEST, log()).is_err());
}

#[test]
fn val_a_published_folder_holds_what_the_contract_says() {
    let root = tempfile::tempdir().unwrap();
    let dataset = dataset(root.path());
    let mut staging = open(&dataset);
    staging.write(tables(&keys(0..4))).unwrap();
    let written = staging.publish(4, "# comment\ntitle = \"A\"\n", log()).unwrap();
    let files: Vec<String> = bytes(root.path()).keys().map(|path| path.display().to_string()).collect();
    let expected =
        ["lifetimes/part-0.parquet", "manifest.toml", "observables/part-0.parquet", "run.toml", "runs/part-0.parquet"];
    assert_eq!(files, expected.map(|name| format!("small/abc123/{name}")));
    assert!(!root.path().join(".staging").exists());
    assert_eq!(fs::read_to_string(dataset.manifest()).unwrap(), "# comment\ntitle = \"A\"\n");
    assert_eq!(RunLog::read(&dataset.run_log()).unwrap(), written);
    assert_eq!(written.manifest_sha256, tokenpark_dataset::digest(&dataset.manifest()).unwrap());
    assert_eq!(RunLog { runs: 0, tables: Vec::new(), manifest_sha256: String::new(), ..written.clone() }, log());
    assert_eq!(dataset.tables().unwrap(), ["lifetimes", "observables", "runs"]);
    for table in dataset.tables().unwrap() {
        provenance().expect(&dataset.table(&table)).unwrap();
    }
    assert_eq!(dataset.state().unwrap(), State::Complete(written.clone()));
    assert_eq!(dataset.check().unwrap(), written);
    assert_eq!(fingerprints(root.path(), "small").unwrap(), ["abc123"]);
}

#[test]
fn prop_damage_is_seen() {
    let root = tempfile::tempdir().unwrap();
    let dataset = dataset(root.path());
    assert!(matches!(dataset.check(), Err(DatasetError::NotPublished { .. })));
    let mut staging = open(&dataset);
    staging.write(tables(&keys(0..4))).unwrap();
    staging.publish(4, MANIFEST, log()).unwrap();
    let path = dataset.table("observables");
    let mut content = fs::read(&path).unwrap();
    content[100] ^= 1;
    fs::write(&path, &content).unwrap();
    assert!(matches!(dataset.state().unwrap(), State::Complete(_)));
    assert!(matches!(dataset.check(), Err(DatasetError::Damaged { .. })));
    fs::write(&path, &content[..50]).unwrap();
    assert!(matches!(dataset.state().unwrap(), State::Damaged { .. }));
    fs::remove_file(&path).unwrap();
    assert!(matches!(dataset.state().unwrap(), State::Damaged { .. }));
}

#[test]
fn prop_a_new_dataset_replaces_an_old_one() {
    let root = tempfile::tempdir().unwrap();
    let dataset = dataset(root.path());
    fs::create_dir_all(dataset.folder().join("old")).unwrap();
    fs::write(dataset.folder().join("old/part-0.parquet"), "old").unwrap();
    let mut staging = open(&dataset);
    staging.write(tables(&keys(0..12))).unwrap();
    staging.publish(12, MANIFEST, log()).unwrap();
    assert!(bytes(&dataset.folder()) == reference(12));
    assert!(!root.path().join(".staging").exists());
}

#[test]
fn regress_a_kill_while_publishing_loses_nothing() {
    let root = tempfile::tempdir().unwrap();
    let dataset = dataset(root.path());
    let mut staging = open(&dataset);
    staging.write(tables(&keys(0..12))).unwrap();
    drop(staging);
    fs::create_dir_all(dataset.staging().join("publish/runs")).unwrap();
    fs::write(dataset.staging().join("publish/runs/part-0.parquet"), "half").unwrap();
    fs::create_dir_all(dataset.staging().join("replaced/runs")).unwrap();
    let staging = open(&dataset);
    assert_eq!(staging.finished().len(), 12);
    staging.publish(12, MANIFEST, log()).unwrap();
    assert!(bytes(&dataset.folder()) == reference(12));
}

fn publish_shard(dataset: &Dataset, index: u32, count: u32) -> Dataset {
    let shard = dataset.shard(index, count).unwrap();
    let mut staging = open(&shard);
    staging.write(tables(&(0..12).filter(|run| run % count == index).map(key).collect::<Vec<_>>())).unwrap();
    staging.publish(u64::from(12 / count), MANIFEST, log()).unwrap();
    shard
}

#[test]
fn prop_shards_join_to_the_same_bytes() {
    let root = tempfile::tempdir().unwrap();
    let dataset = dataset(root.path());
    let shards: Vec<Dataset> = (0..3).map(|index| publish_shard(&dataset, index, 3)).collect();
    assert_eq!(dataset.shards().unwrap(), shards);
    assert_eq!(dataset.state().unwrap(), State::Partial { staged: 0, shards: shards.clone() });
    assert!(shards[1].folder().ends_with(Path::new("small/abc123/shards/1-of-3")));
    let mut staging = open(&dataset);
    let counts: Vec<u64> = shards.iter().map(|shard| staging.import(shard, 2, |_| true).unwrap()).collect();
    assert_eq!(counts, [4, 4, 4]);
    assert_eq!(staging.import(&shards[0], 2, |_| true).unwrap(), 0);
    staging.publish(12, MANIFEST, log()).unwrap();
    assert!(bytes(&dataset.folder()) == reference(12));
}

#[test]
fn prop_failed_runs_of_a_published_dataset_can_be_repeated() {
    let root = tempfile::tempdir().unwrap();
    let dataset = dataset(root.path());
    let mut staging = open(&dataset);
    staging.write(tables(&keys(0..12))).unwrap();
    staging.publish(12, MANIFEST, log()).unwrap();
    let failed = [key(1), key(5)];
    let mut staging = open(&dataset);
    assert_eq!(staging.import(&dataset, 5, |key| !failed.contains(&key)).unwrap(), 10);
    staging.write(tables(&failed)).unwrap();
    staging.publish(12, MANIFEST, log()).unwrap();
    assert!(bytes(&dataset.folder()) == reference(12));
}

#[test]
fn prop_mixtures_of_versions_are_refused() {
    let root = tempfile::tempdir().unwrap();
    let dataset = dataset(root.path());
    let shard = publish_shard(&dataset, 0, 3);
    let newer = Provenance { model_version: 4, ..provenance() };
    let mut staging = tokenpark_dataset::Staging::open(&dataset, &newer).unwrap();
    let error = staging.import(&shard, 2, |_| true).unwrap_err();
    assert!(matches!(error, DatasetError::OtherProvenance { what: "model version", .. }), "{error}");
    let absent = dataset.shard(1, 3).unwrap();
    assert!(matches!(staging.import(&absent, 2, |_| true), Err(DatasetError::NotPublished { .. })));
}

#[test]
fn prop_names_that_are_no_folders_are_refused() {
    for (name, fingerprint) in [("", "a"), ("Upper", "a"), ("../x", "a"), ("a", ""), ("a", "../b"), ("a", "b c")] {
        assert!(
            matches!(Dataset::new("data", name, fingerprint), Err(DatasetError::BadName { .. })),
            "{name} {fingerprint}"
        );
    }
    let dataset = Dataset::new("data", "small", "abc123").unwrap();
    assert!(dataset.shard(2, 2).is_err());
    assert_eq!(dataset.table("runs"), Path::new("data/small/abc123/runs/part-0.parquet"));
    assert_eq!(dataset.staging(), Path::new("data/.staging/small/abc123"));
}

#[test]
fn prop_only_what_has_the_form_of_a_dataset_is_found() {
    let root = tempfile::tempdir().unwrap();
    let fingerprint = "0123456789abcdef";
    for folder in ["small/0123456789abcdef/runs", "quick/small/0123456789abcdef", "reference", "small/notes"] {
        fs::create_dir_all(root.path().join(folder)).unwrap();
    }
    for folder in ["small/0123456789abcdef-0-of-2/parts", "other/fedcba9876543210/parts"] {
        fs::create_dir_all(root.path().join(".staging").join(folder)).unwrap();
    }
    fs::write(root.path().join("small/0123456789abcdef/run.toml"), "12345").unwrap();
    fs::write(root.path().join(".staging/small/0123456789abcdef.lock"), "1").unwrap();
    fs::write(root.path().join("README.md"), "not ours").unwrap();
    let found = tokenpark_dataset::remains(root.path(), true).unwrap();
    let names: Vec<_> = found.iter().map(|found| (found.dataset.name(), found.dataset.fingerprint())).collect();
    assert_eq!(names, [("other", "fedcba9876543210"), ("small", fingerprint)]);
    assert_eq!((found[1].paths.len(), found[1].bytes), (3, 6));
    found[1].delete().unwrap();
    assert!(!root.path().join(".staging/small").exists() && !root.path().join("small/0123456789abcdef").exists());
    for kept in ["small/notes", "quick/small/0123456789abcdef", "reference", ".staging/other/fedcba9876543210"] {
        assert!(root.path().join(kept).exists(), "{kept}");
    }
}
