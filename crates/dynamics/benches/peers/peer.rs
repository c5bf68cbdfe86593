//! Peers: processes that read a line "START UNTIL TOLERANCE END" for each solve, write the final angles to the file END
//! and answer "SECONDS STEPS REJECTED EVALUATIONS", or "failed".

use crate::files::Start;
use crate::{BETA, Solved, TOKENS};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// A running peer.
pub struct Peer {
    pub name: &'static str,
    near: &'static [f64],
    far: &'static [f64],
    command: Command,
    process: Process,
    end: PathBuf,
}

struct Process {
    child: Child,
    input: ChildStdin,
    /// Its lines, as they come.
    output: Receiver<String>,
}

/// A peer that needs longer for a solve is ended.
const LIMIT: Duration = Duration::from_secs(10);
/// Python may take its time to compile.
const BEGINNING: Duration = Duration::from_secs(120);

/// How a peer is started and what it is asked for.
struct Recipe {
    name: &'static str,
    /// The tolerances (step sizes, for Euler) to t = 200, and far beyond.
    near: &'static [f64],
    far: &'static [f64],
    /// None if it cannot be built.
    command: Option<Command>,
}

/// The peer that checks the reference too.
pub const CVODE: &str = "CVODE BDF";
const MANY: &[f64] = &[1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9];
const SOME: &[f64] = &[1e-4, 1e-6, 1e-8];

/// All peers that can be started here; a line tells how to install another.
pub fn all(root: &Path, work: &Path) -> Vec<Peer> {
    let bench = root.join("bench");
    let cvode = cvode(&bench.join("peers/cvode.c"), &work.join("cvode"));
    let diffsol = diffsol(&bench.join("diffsol"), &work.join("diffsol"));
    let (tsit5, euler) = (python(&bench, "diffrax_jax.py", &["tsit5"]), python(&bench, "euler_numpy.py", &[]));
    let recipes = [
        (CVODE, "apt-get install gcc libsundials-dev", MANY, MANY, cvode),
        ("diffsol BDF", "it needs cargo to reach the Rust registry once", MANY, &[1e-5, 1e-6, 1e-7], diffsol),
        ("diffrax Tsit5", "pip install diffrax", SOME, &[], Some(tsit5)),
        ("NumPy Euler", "pip install numpy", &[0.1], &[], Some(euler)),
    ];
    let start = |(name, install, near, far, command)| {
        let peer = Recipe { name, near, far, command }.start(work);
        if peer.is_none() {
            println!("{name} is skipped. To install it: {install}");
        }
        peer
    };
    recipes.into_iter().filter_map(start).collect()
}

/// CVODE with its own build line.
fn cvode(source: &Path, binary: &Path) -> Option<Command> {
    let libraries = ["cvode", "nvecserial", "sunlinsoldense", "sunmatrixdense"].map(|l| format!("-lsundials_{l}"));
    let mut compiler = Command::new("cc");
    compiler.args(["-O3", "-march=native"]).arg(source).arg("-o").arg(binary).args(libraries).arg("-lm");
    built(compiler).then(|| words(Command::new(binary)))
}

/// diffsol with all instructions of this processor, as CVODE.
fn diffsol(folder: &Path, target: &Path) -> Option<Command> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--release", "--locked", "--manifest-path"]).arg(folder.join("Cargo.toml"));
    cargo.arg("--target-dir").arg(target).env("RUSTFLAGS", "-C target-cpu=native");
    built(cargo).then(|| words(Command::new(target.join("release/peer-diffsol"))))
}

/// A script for the interpreter that the variable PYTHON names, on one thread.
fn python(bench: &Path, script: &str, more: &[&str]) -> Command {
    let interpreter = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let mut command = Command::new(interpreter);
    command.arg(bench.join("peers").join(script));
    let mut command = words(command);
    command.args(more).env("OMP_NUM_THREADS", "1").env("OPENBLAS_NUM_THREADS", "1");
    command.env("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1");
    command
}

fn words(mut command: Command) -> Command {
    command.arg(TOKENS.to_string()).arg(BETA.to_string());
    command
}

fn built(mut command: Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

impl Recipe {
    /// None if the peer does not say that it is ready.
    fn start(self, work: &Path) -> Option<Peer> {
        let mut command = self.command?;
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let process = Process::start(&mut command)?;
        let Self { name, near, far, .. } = self;
        Some(Peer { name, near, far, command, process, end: work.join("end.txt") })
    }
}

impl Process {
    fn start(command: &mut Command) -> Option<Self> {
        let mut child = command.spawn().ok()?;
        let (input, lines) = (child.stdin.take()?, BufReader::new(child.stdout.take()?).lines());
        let (sender, output) = channel();
        std::thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let ready = output.recv_timeout(BEGINNING).is_ok_and(|line| line == "ready");
        let process = Self { child, input, output };
        ready.then_some(process)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // One that ended by itself cannot be ended, and how it ended says nothing more.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Peer {
    pub fn tolerances(&self, until: f64) -> &'static [f64] {
        if until <= 1e4 { self.near } else { self.far }
    }

    /// None if the peer did not get there, or not in time.
    pub fn solve(&mut self, start: &Start, until: f64, tolerance: f64) -> io::Result<Option<Solved>> {
        let (from, to) = (start.path.display(), self.end.display());
        writeln!(self.process.input, "{from} {until:e} {tolerance:e} {to}")?;
        let Ok(answer) = self.process.output.recv_timeout(LIMIT) else {
            self.process = Process::start(&mut self.command).ok_or(io::ErrorKind::BrokenPipe)?;
            return Ok(None);
        };
        if answer == "failed" {
            return Ok(None);
        }
        let mut words = answer.split_whitespace();
        let mut next = || words.next().ok_or(io::ErrorKind::InvalidData);
        let seconds = next()?.parse().map_err(io::Error::other)?;
        let mut count = || next()?.parse::<u64>().map_err(io::Error::other);
        let (steps, rejected, evaluations) = (count()?, count()?, count()?);
        let text = std::fs::read_to_string(&self.end)?;
        let angles = text.lines().map(str::parse).collect::<Result<_, _>>().map_err(io::Error::other)?;
        Ok(Some(Solved { seconds, angles, steps, rejected, evaluations }))
    }
}
