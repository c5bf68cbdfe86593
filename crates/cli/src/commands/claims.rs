//! `tokenpark claims`: every claim with its verdict; exit code 1 when one is not the expected one.

use super::{CommandError, End};
use crate::args::Claims;
use crate::console;
use crate::edge;
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::Path;
use tokenpark_sweep::claims::{Checked, Claim, Effort, Evidence, Verdict};

pub fn claims(args: &Claims) -> Result<End, CommandError> {
    let chosen = choose(&args.only)?;
    let threads = edge::threads(args.threads);
    let mut checked = vec![];
    for mut claim in chosen {
        claim.expected = args.expect.unwrap_or(claim.expected);
        console::note(&format!("{}: checking", claim.id));
        let done = claim.check(Effort { quick: args.quick }, threads)?;
        if !args.json {
            print(&done);
        }
        checked.push(done);
    }
    let rows: Vec<Value> = checked.iter().map(row).collect();
    let document = json!({ "version": 1, "quick": args.quick, "claims": rows }).to_string();
    if let Some(folder) = &args.reports {
        write(folder, args, &checked)?;
        let file = folder.join("claims.json");
        std::fs::write(&file, format!("{document}\n")).map_err(|source| CommandError::Write { path: file, source })?;
    }
    if args.json {
        console::data(&document);
    }
    Ok(if checked.iter().all(Checked::as_expected) { End::Fine } else { End::Failed })
}

/// The named claims, or all.
fn choose(only: &[String]) -> Result<Vec<Claim>, CommandError> {
    let all = Claim::all();
    let known = |id: &&String| all.iter().any(|claim| claim.id == **id);
    if let Some(unknown) = only.iter().find(|id| !known(id)) {
        let ids: Vec<&str> = all.iter().map(|claim| claim.id).collect();
        return Err(CommandError::Claim { id: unknown.clone(), allowed: ids.join(", ") });
    }
    Ok(all.into_iter().filter(|claim| only.is_empty() || only.iter().any(|id| id == claim.id)).collect())
}

fn print(done: &Checked) {
    let Checked { claim, evidence } = done;
    let verdict = evidence.verdict();
    let surprise = if done.as_expected() { "" } else { "  (NOT AS EXPECTED)" };
    console::data(&format!("{:30} {:9} expected {:9}{surprise}", claim.id, verdict.name(), claim.expected.name()));
    console::data(&format!("    test: {}", claim.test));
    console::data(&format!("    {}", counts(done)));
    if !evidence.measured.is_empty() {
        console::data(&format!("    {}", evidence.measured));
    }
    for counterexample in &evidence.counterexamples {
        let replica = counterexample.replica.map_or(String::new(), |replica| format!("replica {replica}: "));
        console::data(&format!("    against: {replica}{}", counterexample.seen));
    }
}

fn counts(done: &Checked) -> String {
    let evidence = &done.evidence;
    let (low, high) = evidence.share();
    format!(
        "{} of {} checks agree, {} do not, {} have no result; {} runs; share {low:.4} to {high:.4} (Wilson, 95 %)",
        evidence.agree,
        evidence.checks(),
        evidence.disagree,
        evidence.undecided,
        evidence.runs
    )
}

fn row(done: &Checked) -> Value {
    let Checked { claim, evidence } = done;
    let (low, high) = evidence.share();
    let against = evidence.counterexamples.iter();
    let against: Vec<Value> = against
        .map(|example| json!({ "seen": example.seen, "replica": example.replica, "manifest": example.manifest }))
        .collect();
    json!({
        "id": claim.id, "statement": claim.statement, "source": claim.source, "test": claim.test,
        "parameters": evidence.parameters, "runs": evidence.runs, "checks": evidence.checks(),
        "agree": evidence.agree, "disagree": evidence.disagree, "undecided": evidence.undecided,
        "share_low": low, "share_high": high, "measured": evidence.measured, "verdict": evidence.verdict().name(),
        "expected": claim.expected.name(), "as_expected": done.as_expected(), "counterexamples": against,
    })
}

/// The command that was given.
fn command(folder: &Path, args: &Claims) -> String {
    let quick = if args.quick { " --quick" } else { "" };
    let only: String = args.only.iter().map(|id| format!(" --only {id}")).collect();
    let expect = args.expect.map_or(String::new(), |verdict| format!(" --expect {}", verdict.name()));
    format!("tokenpark claims{quick}{only}{expect} --reports {}", folder.display())
}

/// A text in which no formula is taken for HTML.
fn markdown(text: &str) -> String {
    text.replace('<', "&lt;")
}

/// Writes claims.md, and below claims/ the manifests of counterexamples in place of older ones.
fn write(folder: &Path, args: &Claims, checked: &[Checked]) -> Result<(), CommandError> {
    let manifests = folder.join("claims");
    let at = |path: &Path, source| CommandError::Write { path: path.to_path_buf(), source };
    std::fs::create_dir_all(&manifests).map_err(|source| at(&manifests, source))?;
    for entry in std::fs::read_dir(&manifests).map_err(|source| at(&manifests, source))? {
        let path = entry.map_err(|source| at(&manifests, source))?.path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            std::fs::remove_file(&path).map_err(|source| at(&path, source))?;
        }
    }
    let mut page = format!(
        "# Claims\n\nMade by `{}`{}. A claim holds when no check speaks against it and at most 5 % have no result. A printed \
         misprint is expected to fail, and so is a claim of which something found here is a counterexample; its test then \
         says what. `tokenpark run` repeats the runs against a claim from the manifests in claims/.\n\n",
        command(folder, args),
        if args.quick { ": a tenth of the runs" } else { "" }
    );
    let surprises = match checked.iter().filter(|done| !done.as_expected()).count() {
        0 => "every verdict is the expected one".to_owned(),
        some => format!("{some} verdicts are not the expected ones"),
    };
    let runs: u64 = checked.iter().map(|done| done.evidence.runs).sum();
    let _ = writeln!(
        page,
        "{} claims, {runs} runs; {surprises}.\n\n\
         | claim | verdict | expected | agree | against | no result | runs |\n|---|---|---|---:|---:|---:|---:|",
        checked.len()
    );
    for done in checked {
        let Checked { claim, evidence } = done;
        let (verdict, expected) = (evidence.verdict().name(), claim.expected.name());
        let verdict = if done.as_expected() { verdict.to_owned() } else { format!("**{verdict}**") };
        let Evidence { agree, disagree, undecided, runs, .. } = evidence;
        let _ = writeln!(
            page,
            "| [{0}](#{0}) | {verdict} | {expected} | {agree} | {disagree} | {undecided} | {runs} |",
            claim.id
        );
    }
    for done in checked {
        let Checked { claim, evidence } = done;
        let _ = write!(
            page,
            "\n## {}\n\n{}\n\n- Source: {}\n- Test: {}\n- Where: {}\n- Result: {}; {}\n",
            claim.id,
            markdown(claim.statement),
            claim.source,
            markdown(claim.test),
            markdown(&evidence.parameters),
            evidence.verdict().name(),
            counts(done)
        );
        if !evidence.measured.is_empty() {
            let _ = writeln!(page, "- Measured: {}", evidence.measured);
        }
        for (index, example) in evidence.counterexamples.iter().enumerate() {
            if example.manifest.is_empty() {
                let _ = writeln!(page, "- Against: {}", example.seen);
                continue;
            }
            let file = manifests.join(format!("{}-{}.toml", claim.id, index + 1));
            std::fs::write(&file, &example.manifest).map_err(|source| at(&file, source))?;
            let which = example.replica.map_or(String::new(), |r| format!(" --replicas {r}..{}", r + 1));
            let _ = writeln!(page, "- Against: {}; `tokenpark run {}{which}`", example.seen, file.display());
        }
    }
    let file = folder.join("claims.md");
    std::fs::write(&file, page).map_err(|source| at(&file, source))
}

/// Reads a verdict.
pub fn verdict(text: &str) -> Result<Verdict, String> {
    let found = Verdict::NAMES.iter().find(|(name, _)| *name == text).map(|(_, verdict)| *verdict);
    found.ok_or_else(|| format!("`{text}` is not a verdict; allowed: holds, fails, undecided"))
}
