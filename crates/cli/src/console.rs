//! Data goes to stdout, all else to stderr. A reader that went away is not an error.

use std::io::{Error, ErrorKind, Write};
use std::path::Path;
use std::sync::OnceLock;

/// Why data could not be written, once that happened.
static UNWRITTEN: OnceLock<Error> = OnceLock::new();

/// Prints a line of data.
pub fn data(line: &str) {
    text(&format!("{line}\n"));
}

/// Prints data that ends as it ends.
pub fn text(text: &str) {
    let mut stdout = std::io::stdout().lock();
    if let Err(error) = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush())
        && error.kind() != ErrorKind::BrokenPipe
    {
        // The first one says why.
        let _ = UNWRITTEN.set(error);
    }
}

/// Why data could not be written, if some could not.
pub fn unwritten() -> Option<&'static Error> {
    UNWRITTEN.get()
}

/// Tells the user something.
pub fn note(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", line.trim_end());
}

/// A duration in words: 0.8 s, 12 s, 3 min 20 s, 2 h 5 min, 3 d 4 h.
pub fn duration(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match whole {
        0..=9 => format!("{seconds:.1} s"),
        10..=119 => format!("{whole} s"),
        120..=7199 => format!("{} min {} s", whole / 60, whole % 60),
        7200..=172_799 => format!("{} h {} min", whole / 3600, whole / 60 % 60),
        _ => format!("{} d {} h", whole / 86400, whole / 3600 % 24),
    }
}

/// A number of bytes in words.
pub fn bytes(count: f64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"];
    let (mut size, mut unit) = (count, 0);
    while size >= 1000.0 && unit + 1 < units.len() {
        size /= 1000.0;
        unit += 1;
    }
    if unit == 0 { format!("{size:.0} B") } else { format!("{size:.1} {}", units[unit]) }
}

/// A count with thin groups: 1 000 000.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap_or_default()).collect();
    groups.join(" ")
}

/// A word as a shell reads it.
pub fn shell(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+:=".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// A command on a manifest that a user can copy.
pub fn command(words: &str, manifest: &Path, out: &Path) -> String {
    let [manifest, out] = [manifest, out].map(|path| shell(&path.display().to_string()));
    format!("tokenpark {words} {manifest} --out {out}")
}
