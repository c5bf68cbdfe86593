//! `--out s3://…` against a folder in the place of a store. A real server is asked in CI.

#![cfg(unix)]

use crate::{Lab, Ran, contains, edited};
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Stands for `tokenpark-store`: the store is the folder STORE. With LOSE it ends before the last file is sent.
const STORE: &str = r#"#!/bin/bash
there="$STORE/${2#s3://}"
paths=""
[ "$1" = list ] || paths="$(cat)"
echo "$1 ${2#s3://}" $paths >>"$STORE/calls.txt"
if [ "$1" = list ]; then
    cd "$there" 2>/dev/null && find . -type f -printf '%s\t%P\n' | sort
    exit 0
fi
for path in $paths; do
    mkdir -p "$(dirname "$there/$path")" "$(dirname "$3/$path")"
    case "$1" in
    get) cp "$there/$path" "$3/$path" || exit 2 ;;
    put)
        if [ -n "$LOSE" ] && [ "$path" = run.toml ]; then
            echo "the line is dead" >&2
            exit 2
        fi
        cp "$3/$path" "$there/$path" || exit 2
        ;;
    delete) rm -f "$there/$path" ;;
    esac
done
"#;

/// A store that several machines see.
struct World {
    lab: Lab,
}

impl World {
    fn new() -> Self {
        let lab = Lab::empty();
        for folder in ["bin", "store"] {
            std::fs::create_dir(lab.path(folder)).expect("a writable folder");
        }
        lab.write("bin/tokenpark-store", STORE);
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(lab.path("bin/tokenpark-store"), mode).expect("a program");
        Self { lab }
    }

    /// The binary on a machine that has nothing in common with others but the store.
    fn on(&self, machine: &Lab, arguments: &str, lose: &str) -> Ran {
        let path = format!("{}:/usr/bin:/bin", self.lab.path("bin").display());
        let mut command = machine.command(arguments);
        let output = command.env("PATH", path).env("STORE", self.lab.path("store")).env("LOSE", lose).output();
        let output = output.expect("the binary starts");
        Ran {
            code: output.status.code().expect("no signal"),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    #[track_caller]
    fn fine(&self, machine: &Lab, arguments: &str) -> Ran {
        let ran = self.on(machine, arguments, "");
        assert_eq!(ran.code, 0, "{arguments}: {ran:?}");
        ran
    }

    fn tables(&self, prefix: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        self.lab.tables(&format!("store/{prefix}"))
    }

    fn has(&self, name: &str) -> bool {
        let files = self.lab.files("store");
        files.keys().any(|path| path.iter().any(|word| word == Path::new(name)))
    }
}

#[test]
fn prop_a_store_gets_the_bytes_of_a_folder() {
    let (world, here, there) = (World::new(), Lab::small(), Lab::small());
    here.fine("run small.toml --out local");
    contains(&world.fine(&here, "status small.toml --out s3://lab/x").stdout, &["missing  small: 8 runs to do"]);
    let ran = world.fine(&here, "run small.toml --out s3://lab/x");
    contains(&ran.stderr, &["small: 8 runs in ", "small: sent to s3://lab/x/small/"]);
    assert_eq!(world.tables("lab/x"), here.tables("local"));
    // Another machine sees that all is done, and fetches no table.
    contains(&world.fine(&there, "run small.toml --out s3://lab/x").stderr, &["small: fresh, 8 runs in s3://lab/x"]);
    contains(&world.fine(&there, "status small.toml --out s3://lab/x").stdout, &["fresh    small: 8 runs, finished "]);
    assert!(!there.path("data/.remote/lab/x/small").exists());
    world.fine(&there, "run small.toml --out s3://lab/x --fresh");
    assert_eq!(world.tables("lab/x"), here.tables("local"));
    let calls = world.lab.read("store/calls.txt");
    let gone = calls.rfind("delete lab/x").expect("a dataset that is replaced loses its log first");
    assert!(gone < calls.rfind("put lab/x").expect("sent"), "{calls}");
    contains(calls.lines().last().expect("calls"), &["runs/part-0.parquet manifest.toml run.toml"]);
}

#[test]
fn prop_shards_of_machines_without_a_common_folder_join() {
    let (world, machines) = (World::new(), [Lab::small(), Lab::small(), Lab::small()]);
    let [a, b, c] = &machines;
    a.fine("run small.toml --out local");
    world.fine(a, "run small.toml --out s3://lab/x --shard 0/2");
    let ran = world.fine(c, "status small.toml --out s3://lab/x");
    contains(&ran.stdout, &["partial  small: 4 of 8 runs are there; 1 of 2 shards are complete"]);
    let before = world.tables("lab");
    let ran = world.on(c, "merge small.toml --out s3://lab/x", "");
    assert_eq!(ran.code, 2);
    contains(&ran.stderr, &["shard 1/2 is missing: 4 runs"]);
    assert_eq!(world.tables("lab"), before, "a refusal changes nothing");
    world.fine(b, "run small.toml --out s3://lab/x --shard 1/2");
    world.fine(c, "merge small.toml --out s3://lab/x");
    assert_eq!(world.tables("lab/x"), a.tables("local"));
    assert!(!world.has("shards"));
    contains(&world.fine(b, "run small.toml --out s3://lab/x --shard 1/2").stderr, &["fresh, 8 runs"]);
    contains(&world.fine(b, "merge small.toml --out s3://lab/x").stderr, &["small: fresh, 8 runs in s3://lab/x"]);
}

#[test]
fn prop_what_was_lost_on_the_way_is_not_there() {
    let (world, here, there) = (World::new(), Lab::small(), Lab::small());
    let ran = world.on(&here, "run small.toml --out s3://lab/x", "yes");
    assert_eq!(ran.code, 2);
    contains(&ran.stderr, &["s3://lab/x/small/", ": the line is dead"]);
    assert!(world.has("part-0.parquet") && !world.has("run.toml"));
    contains(&world.fine(&there, "status small.toml --out s3://lab/x").stdout, &["missing  small"]);
    // Nothing is computed again, only sent.
    contains(&world.fine(&here, "run small.toml --out s3://lab/x").stderr, &["small: fresh, 8 runs", "sent to"]);
    contains(&world.fine(&there, "status small.toml --out s3://lab/x").stdout, &["fresh    small"]);
    // A table that vanished is noticed by its length.
    let tables = world.lab.path("store/lab/x/small");
    let folder = std::fs::read_dir(tables).expect("a dataset").next().expect("one").expect("an entry").path();
    std::fs::remove_file(folder.join("observables/part-0.parquet")).expect("a table");
    contains(&world.fine(&there, "status small.toml --out s3://lab/x").stdout, &["missing  small"]);
}

#[test]
fn prop_what_reads_datasets_fetches_them() {
    let (world, here, there) = (World::new(), Lab::small(), Lab::small());
    let ran = world.on(&there, "verify small.toml --out s3://lab/x", "");
    assert_eq!(ran.code, 2);
    contains(&ran.stderr, &["there is no complete dataset in s3://lab/x/small/"]);
    world.fine(&here, "run small.toml --out s3://lab/x");
    contains(&world.fine(&there, "verify small.toml --out s3://lab/x").stderr, &["small: fetched from s3://lab/x"]);
    let ran = world.fine(&there, "analyze small.toml --out s3://lab/x");
    assert!(!ran.stderr.contains("fetched"), "once is enough: {}", ran.stderr);
    assert!(there.path("reports/small/curves.parquet").is_file());
    // What is verified is what the store has, and not the copy here.
    let object = |table: &str| {
        let name = world.lab.files("store").into_keys().find(|path| path.ends_with(format!("{table}/part-0.parquet")));
        world.lab.path("store").join(name.expect("an object"))
    };
    let whole = std::fs::read(object("runs")).expect("an object");
    let mut bytes = whole.clone();
    bytes[100] ^= 1;
    std::fs::write(object("runs"), bytes).expect("a writable file");
    let ran = world.on(&there, "verify small.toml --out s3://lab/x --sample 1", "");
    assert_eq!(ran.code, 1, "{ran:?}");
    contains(&ran.stdout, &["runs/part-0.parquet has the SHA-256 "]);
    std::fs::write(object("runs"), whole).expect("a writable file");
    // A damaged copy is no copy.
    contains(&world.fine(&there, "analyze small.toml --out s3://lab/x").stderr, &["small: fetched from"]);
    // A copy that was changed here is not what is in the store.
    for path in there.tables("data/.remote").into_keys().filter(|path| path.ends_with("observables/part-0.parquet")) {
        there.write(&format!("data/.remote/{}", path.display()), "short");
    }
    contains(&world.fine(&there, "lock small.toml --out s3://lab/x").stderr, &["small: fetched from"]);
    here.fine("run small.toml --out local");
    world.fine(&here, "lock small.toml --out local");
    assert_eq!(
        here.read("experiments.lock"),
        there.read("experiments.lock").split("[experiments.small.figures]").next().expect("text").to_owned()
            + "[experiments.small.figures]\n"
    );
}

/// Those that read do not get in each other's way, nor does a stranger in the copy stay.
#[test]
fn prop_readers_of_a_store_work_side_by_side() {
    let (world, here, there) = (World::new(), Lab::small(), Lab::small());
    world.fine(&here, "run small.toml --out s3://lab/x");
    let path = format!("{}:/usr/bin:/bin", world.lab.path("bin").display());
    let start = |arguments: &str| {
        let mut command = there.command(arguments);
        command.env("PATH", &path).env("STORE", world.lab.path("store")).stdout(std::process::Stdio::piped());
        command.stderr(std::process::Stdio::piped()).spawn().expect("the binary starts")
    };
    let children: Vec<_> = (0..4).map(|_| start("verify small.toml --out s3://lab/x")).collect();
    for child in children {
        let output = child.wait_with_output().expect("an end");
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }
    let leftovers = std::fs::read_dir(there.path("data/.remote/lab/x")).expect("a mirror");
    let leftovers: Vec<_> = leftovers.map(|entry| entry.expect("an entry").file_name()).collect();
    assert_eq!(leftovers, ["small"]);
    // `verify --lock` tells of what is missing and goes on.
    there.write("other.toml", edited("name = \"small\"", "name = \"other\""));
    world.fine(&there, "run other.toml --out s3://lab/x");
    world.fine(&there, "lock small.toml other.toml --out s3://lab/x");
    std::fs::remove_dir_all(world.lab.path("store/lab/x/other")).expect("a dataset");
    let ran = world.on(&there, "verify --lock small.toml other.toml --out s3://lab/x", "");
    assert_eq!(ran.code, 1, "{ran:?}");
    contains(&ran.stdout, &["as locked  small", "differs    other", "there is no dataset in s3://lab/x/other/"]);
    contains(
        &world.fine(&there, "status other.toml --out s3://lab/x").stdout,
        &["partial  other: 8 runs are in ", " not sent yet; "],
    );
    contains(
        &world.fine(&there, "run other.toml --out s3://lab/x --shard 0/2").stderr,
        &["other, shard 0/2: sent to s3://lab/x/other/"],
    );
    contains(&world.fine(&there, "status other.toml --out s3://lab/x/").stdout, &["fresh    other: 8 runs"]);
}

#[test]
fn prop_failed_runs_of_a_store_are_retried() {
    let (world, here, there) = (World::new(), Lab::empty(), Lab::empty());
    let manifest = edited("beta = 4.0", "beta = 4.0\nweights = \"unnormalized\"").replace("[4.0, 9.0]", "[1.0, 800.0]");
    here.write("small.toml", &manifest);
    there.write("small.toml", &manifest);
    assert_eq!(world.on(&here, "run small.toml --out s3://lab/x", "").code, 1);
    contains(&world.fine(&there, "status small.toml --out s3://lab/x").stdout, &["failed   small: 4 of 8 runs failed"]);
    let before = world.tables("lab");
    let ran = world.on(&there, "run small.toml --out s3://lab/x --retry", "");
    assert_eq!(ran.code, 1);
    contains(&ran.stderr, &["again: tokenpark run small.toml --out s3://lab/x --retry --only 1:0"]);
    assert_eq!(ran.stderr.matches(" failed: ").count(), 4, "only these four: {}", ran.stderr);
    assert_eq!(world.tables("lab"), before);
    let ran = world.on(&there, "run small.toml --out s3://lab/x --retry --shard 0/2", "");
    assert_eq!(ran.code, 2);
    contains(&ran.stderr, &["the shards are joined"]);
}

#[test]
fn regress_addresses() {
    let lab = Lab::small();
    for out in ["s3://", "s3:/lab", "s3://lab//x", "s3://lab/../x", "gs://lab/x", "file://x"] {
        let ran = lab.run(&format!("run small.toml --out {out}"));
        assert_eq!(ran.code, 2, "{out}");
        contains(&ran.stderr, &["allowed: "]);
    }
    let ran = lab.run("submit slurm small.toml --out s3://lab/x");
    assert_eq!(ran.code, 2);
    contains(&ran.stderr, &["know folders only"]);
    let output = lab.command("run small.toml --out s3://lab/x").env("PATH", "/nowhere").output().expect("the binary");
    assert_eq!(output.status.code(), Some(2));
    contains(
        &String::from_utf8_lossy(&output.stderr),
        &["tokenpark-store cannot be started", "cargo install --path store"],
    );
    assert_eq!(lab.names(), ["small.toml"]);
    lab.fine("run small.toml --out local");
    let url = format!("file://{}", lab.path("there").display());
    lab.fine(&format!("run small.toml --out {url}"));
    assert_eq!(lab.tables("there"), lab.tables("local"));
    contains(&lab.fine(&format!("verify small.toml --out {url}")).stdout, &["small"]);
}
