//! `--shard`: which one is meant.

use crate::{Lab, contains};

#[test]
fn regress_the_environment_tells_which_shard_is_meant() {
    let lab = Lab::small();
    let run = |variables: &[(&str, &str)]| {
        let mut command = lab.command("run small.toml --shard auto");
        for name in ["SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX", "JOB_COMPLETIONS", "SLURM_ARRAY_TASK_COUNT"] {
            command.env_remove(name);
        }
        let output = command.envs(variables.iter().copied()).output().expect("the binary starts");
        (output.status.code(), String::from_utf8(output.stderr).expect("UTF-8"))
    };
    let slurm = |id, count, first, last| {
        [
            ("SLURM_ARRAY_TASK_ID", id),
            ("SLURM_ARRAY_TASK_COUNT", count),
            ("SLURM_ARRAY_TASK_MIN", first),
            ("SLURM_ARRAY_TASK_MAX", last),
        ]
    };
    let fine: [(&[(&str, &str)], &str); 3] = [
        (&slurm("1", "3", "0", "2"), "shard 1/3: "),
        (&slurm("3", "3", "1", "3"), "shard 2/3: "),
        (&[("JOB_COMPLETION_INDEX", "0"), ("JOB_COMPLETIONS", "3")], "shard 0/3: "),
    ];
    for (variables, piece) in fine {
        let (code, stderr) = run(variables);
        assert_eq!(code, Some(0), "{stderr}");
        contains(&stderr, &[piece]);
    }
    lab.fine("merge small.toml");
    let bad: [(&[(&str, &str)], &str); 5] = [
        (&[], "--shard auto needs SLURM_ARRAY_TASK_ID"),
        (&slurm("1", "2", "1", "3"), "the array has 2 tasks numbered 1 to 3"),
        (&slurm("one", "2", "0", "1"), "SLURM_ARRAY_TASK_ID = `one`"),
        (&[("SLURM_ARRAY_TASK_ID", "1")], "SLURM_ARRAY_TASK_COUNT is not"),
        (&[("JOB_COMPLETION_INDEX", "1")], "JOB_COMPLETIONS is not"),
    ];
    for (variables, piece) in bad {
        let (code, stderr) = run(variables);
        assert_eq!(code, Some(2), "{stderr}");
        contains(&stderr, &[piece]);
    }
}

#[test]
fn regress_shards_that_cannot_be() {
    let lab = Lab::small();
    for shard in ["2/2", "0/0", "1", "-1/2", "a/b", "0/4294967296"] {
        let ran = lab.run(&format!("run small.toml --shard={shard}"));
        assert_eq!(ran.code, 2, "{shard}");
        contains(&ran.stderr, &["is not a shard I/K with 0 <= I < K"]);
    }
    assert_eq!(lab.run("run small.toml --shard 0/2 --replicas 0..1").code, 2);
    assert_eq!(lab.run("run small.toml --list list.toml").code, 2);
    let ran = lab.run("run small.toml --shard 0/2 --list list.toml");
    contains(&ran.stderr, &["list.toml is no list of runs ("]);
    assert_eq!((ran.code, lab.names()), (2, vec!["small.toml".to_owned()]));
}
