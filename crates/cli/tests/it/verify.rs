//! `verify`: rows that come out again, files that are as recorded, and everything that is not.

use crate::{Lab, contains, edited};
use std::path::{Path, PathBuf};
use tokenpark_dataset::{Column, Provenance, RunLog, Table, digest, read, write};

fn lab() -> Lab {
    let lab = Lab::small();
    lab.fine("run small.toml");
    lab
}

/// The folder of the only dataset.
fn folder(lab: &Lab) -> PathBuf {
    let file = lab.tables("data").into_keys().next().expect("a table");
    lab.path("data").join(file.iter().take(2).collect::<PathBuf>())
}

fn tables(lab: &Lab) -> Vec<PathBuf> {
    lab.tables("data").into_keys().map(|path| lab.path("data").join(path)).collect()
}

/// The verdict on a damaged dataset, which must name every piece.
#[track_caller]
fn damaged(lab: &Lab, sample: &str, pieces: &[&str]) -> String {
    let ran = lab.run(&format!("verify small.toml --sample {sample}"));
    assert_eq!((ran.code, ran.stderr.as_str()), (1, ""), "{}", ran.stdout);
    contains(&ran.stdout, &["damaged  small: "]);
    contains(&ran.stdout, pieces);
    ran.stdout
}

/// Records the file's present bytes in run.toml, as a forger would.
fn forge(file: &Path) {
    let table = file.parent().expect("a folder");
    let path = table.parent().expect("a folder").join("run.toml");
    let mut log = RunLog::read(&path).expect("a log");
    let name = table.file_name().expect("a name").to_string_lossy();
    let record = log.tables.iter_mut().find(|record| record.name == name).expect("a record");
    record.sha256 = digest(file).expect("a file");
    record.bytes = file.metadata().expect("a file").len();
    log.write(&path).expect("a writable file");
}

#[test]
fn regress_an_intact_dataset() {
    let lab = lab();
    let before = lab.times("data");
    let ran = lab.fine("verify small.toml");
    assert_eq!(ran.stdout, "intact   small: 8 of 8 runs computed again, the same bits\n");
    let ran = lab.fine("verify small.toml --sample 3 --threads 1");
    assert_eq!(ran.stdout, "intact   small: 3 of 8 runs computed again, the same bits\n");
    lab.fine("verify small.toml --sample all");
    assert_eq!(lab.times("data"), before, "verifying writes nothing");
    assert_eq!(lab.names(), ["data", "small.toml"]);
}

#[test]
fn regress_what_cannot_be_verified() {
    let lab = Lab::small();
    let ran = lab.run("verify small.toml");
    assert_eq!(ran.code, 2);
    contains(&ran.stderr, &["no published dataset in data/small/"]);
    for arguments in ["verify", "verify small.toml --sample 0", "verify small.toml --sample some"] {
        assert_eq!(lab.run(arguments).code, 2, "{arguments}");
    }
}

/// A bit anywhere in any table, and in its footer: also where the sample looks at nothing.
#[test]
fn prop_a_flipped_bit_is_found() {
    let lab = lab();
    for file in tables(&lab) {
        let good = std::fs::read(&file).expect("a table");
        for at in [4, good.len() / 3, good.len() / 2, good.len() - 200, good.len() - 10] {
            let mut bad = good.clone();
            bad[at] ^= 0x10;
            std::fs::write(&file, bad).expect("a writable file");
            let name = file.strip_prefix(lab.path("")).expect("below").display().to_string();
            damaged(&lab, "1", &[&name, "SHA-256"]);
        }
        std::fs::write(&file, good).expect("a writable file");
    }
    lab.fine("verify small.toml");
}

/// The same with a digest to match: the bytes are not those that the rows give.
#[test]
fn prop_a_flipped_bit_under_a_forged_digest_is_found() {
    let lab = lab();
    for file in tables(&lab) {
        let good = std::fs::read(&file).expect("a table");
        for part in 1..8 {
            let mut bad = good.clone();
            bad[good.len() * part / 8] ^= 1;
            std::fs::write(&file, bad).expect("a writable file");
            forge(&file);
            damaged(&lab, "all", &[&file.strip_prefix(lab.path("")).expect("below").display().to_string()]);
        }
        std::fs::write(&file, good).expect("a writable file");
        forge(&file);
    }
    lab.fine("verify small.toml --sample all");
}

/// Reads a table, changes it, and writes it with a provenance and a digest to match.
fn rewrite(file: &Path, change: impl Fn(&str, Column) -> Column, provenance: &Provenance) {
    let columns = read(file).expect("a table").into_columns();
    let changed = columns.into_iter().map(|(name, column)| (name.clone(), change(&name, column))).collect();
    write(file, Table::new(changed).expect("columns"), provenance).expect("a writable file");
    forge(file);
}

#[test]
fn prop_a_changed_number_is_found_and_named() {
    let lab = lab();
    let file = folder(&lab).join("observables/part-0.parquet");
    let provenance = Provenance::read(&file).expect("a footer");
    let last = |name: &str, column: Column| match column {
        Column::F64(mut values) if name == "consumed_renyi" => {
            let last = values.last_mut().expect("rows");
            *last = f64::from_bits(last.to_bits() ^ 1);
            Column::F64(values)
        }
        other => other,
    };
    rewrite(&file, last, &provenance);
    let stdout =
        damaged(&lab, "all", &["point 1, replica 3: consumed_renyi in row 5 is 0.5999999999999999 (0x3fe33333333"]);
    contains(&stdout, &["where 0.6 (0x3fe3333333333333) is computed", "other bytes than the same runs give"]);
    // Neither run 0 nor 4 is the one that was changed.
    lab.fine("verify small.toml --sample 2");
}

#[test]
fn prop_the_sign_of_zero_counts() {
    let lab = lab();
    let file = folder(&lab).join("observables/part-0.parquet");
    let provenance = Provenance::read(&file).expect("a footer");
    let negate = |name: &str, column: Column| match column {
        Column::F64(values) if name == "time" => {
            Column::F64(values.into_iter().map(|time| if time == 0.0 { -0.0 } else { time }).collect())
        }
        other => other,
    };
    rewrite(&file, negate, &provenance);
    damaged(&lab, "1", &["point 0, replica 0: time in row 0 is -0.0 (0x8000000000000000) where 0.0"]);
}

#[test]
fn prop_a_changed_footer_is_found() {
    let lab = lab();
    let file = folder(&lab).join("centers/part-0.parquet");
    let ours = Provenance::read(&file).expect("a footer");
    let others = [
        (Provenance { model_version: 1, ..ours.clone() }, "has model version 1 in its footer"),
        (Provenance { fingerprint: "0".repeat(16), ..ours.clone() }, "has the fingerprint 0000000000000000 in its"),
        (Provenance { manifest: ours.manifest.replace('7', "8"), ..ours }, "has a manifest of other text in its"),
    ];
    for (other, what) in others {
        rewrite(&file, |_, column| column, &other);
        damaged(&lab, "1", &["centers/part-0.parquet", what]);
    }
}

#[test]
fn prop_strangers_and_missing_files_are_found() {
    let lab = lab();
    let folder = folder(&lab);
    for stranger in
        ["runs/notes.txt", "runs/part-1.parquet", "observables/.hidden", "table.parquet", "more/part-0.parquet"]
    {
        let path = folder.join(stranger);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a writable folder");
        std::fs::copy(folder.join("runs/part-0.parquet"), &path).expect("a writable file");
        damaged(&lab, "1", &[stranger.split("/part-0").next().expect("a piece"), "does not belong to the "]);
        std::fs::remove_file(&path).expect("a file");
        let _ = std::fs::remove_dir(folder.join("more"));
    }
    lab.fine("verify small.toml --sample 1");
    for file in ["centers/part-0.parquet", "runs/part-0.parquet", "manifest.toml"] {
        let bytes = std::fs::read(folder.join(file)).expect("a file");
        std::fs::remove_file(folder.join(file)).expect("a file");
        let stdout = damaged(&lab, "1", &[file, "is missing"]);
        assert_eq!(stdout.matches(file).count(), 1, "{stdout}");
        std::fs::write(folder.join(file), bytes).expect("a writable file");
    }
    std::fs::write(folder.join("manifest.toml"), lab.read("small.toml").replace("seed = 7", "seed = 8"))
        .expect("a file");
    damaged(&lab, "1", &["manifest.toml is not the dataset's manifest"]);
}

/// Comments change no number, but the file was published without them.
#[test]
fn prop_a_changed_comment_is_found() {
    let lab = lab();
    let path = folder(&lab).join("manifest.toml");
    let text = std::fs::read_to_string(&path).expect("a manifest");
    std::fs::write(&path, format!("# Computed by somebody else.\n{text}")).expect("a writable file");
    damaged(&lab, "1", &["manifest.toml has not the SHA-256 "]);
    std::fs::write(&path, text).expect("a writable file");
    lab.fine("verify small.toml --sample 1");
}

#[test]
fn prop_shards_that_were_kept_are_looked_at() {
    let lab = Lab::small();
    lab.fine("run small.toml --shard 0/2");
    lab.fine("run small.toml --shard 1/2");
    lab.fine("merge small.toml --keep");
    lab.fine("verify small.toml --sample 1");
    let shards = folder(&lab).join("shards");
    let table = shards.join("1-of-2/observables/part-0.parquet");
    let mut bytes = std::fs::read(&table).expect("a table");
    bytes[100] ^= 1;
    // A file of its own: the published tables may be links to the same bytes.
    std::fs::remove_file(&table).and_then(|()| std::fs::write(&table, bytes)).expect("a writable file");
    std::fs::write(shards.join("notes.txt"), "mine").expect("a writable file");
    damaged(&lab, "1", &["shards/1-of-2 ", "has the SHA-256 ", "notes.txt is no shard of the dataset"]);
}

#[test]
fn prop_a_lost_run_is_found() {
    let lab = lab();
    let file = folder(&lab).join("runs/part-0.parquet");
    let provenance = Provenance::read(&file).expect("a footer");
    let table = read(&file).expect("a table");
    write(&file, table.take(&[0, 1, 2, 4, 5, 6, 7]), &provenance).expect("a writable file");
    forge(&file);
    damaged(&lab, "1", &["has point 1, replica 0 in row 3 where point 0, replica 3 is planned"]);
}

#[test]
fn regress_verify_json() {
    let lab = lab();
    let text = lab.fine("verify small.toml --json --sample 2").stdout;
    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let row = &value["datasets"][0];
    assert_eq!((&value["version"], &value["intact"]), (&1.into(), &true.into()));
    assert_eq!((&row["name"], &row["runs"], &row["computed"]), (&"small".into(), &8.into(), &2.into()));
    std::fs::remove_file(folder(&lab).join("centers/part-0.parquet")).expect("a file");
    let ran = lab.run("verify small.toml --json");
    let value: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!((ran.code, &value["intact"]), (1, &false.into()));
    assert_eq!(value["datasets"][0]["findings"][0]["what"], "is missing");
}

/// A failed run fails again with the same words.
#[test]
fn prop_failed_runs_are_verified_as_well() {
    let lab = Lab::empty();
    let manifest = edited("beta = 4.0", "beta = 4.0\nweights = \"unnormalized\"");
    lab.write("small.toml", manifest.replace("[4.0, 9.0]", "[1.0, 800.0]"));
    assert_eq!(lab.run("run small.toml").code, 1);
    lab.fine("verify small.toml --sample all");
}

/// A run.toml that ends before its tables would otherwise switch all checks off.
#[test]
fn regress_a_log_without_tables_is_damage() {
    let lab = lab();
    let path = folder(&lab).join("run.toml");
    let text = std::fs::read_to_string(&path).expect("a log");
    std::fs::write(&path, text.split("[[tables]]").next().expect("a beginning")).expect("writable");
    damaged(&lab, "2", &["does not list the table `runs`"]);
}
