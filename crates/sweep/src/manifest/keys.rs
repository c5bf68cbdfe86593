//! Which keys a manifest has, and where each belongs.

use super::key::Key;

/// The sections.
pub(crate) const SECTIONS: [&str; 7] = ["model", "initial", "integrate", "observe", "centers", "parking", "sweep"];
/// The keys above the first section.
pub(crate) const TOP: [&str; 6] = ["schema", "kind", "name", "title", "seed", "replicas"];
/// The keys of [initial].
pub(crate) const INITIAL: [&str; 3] = ["distribution", "noise", "radius"];
/// The keys of [observe].
pub(crate) const OBSERVE: [&str; 7] =
    ["times", "record", "aligned", "cluster_gap", "cluster_split", "lifetimes_from", "prefixes"];
/// The keys of [parking] that are no settings.
pub(crate) const PARKING: [&str; 4] = ["record", "bins", "range", "times"];

/// Where a key belongs that was found in the wrong place; `None` if no section has it.
pub(crate) fn home(word: &str) -> Option<String> {
    if SECTIONS.contains(&word) {
        return Some(format!("it is a section of its own: [{word}]"));
    }
    if TOP.contains(&word) {
        return Some("it belongs above the first section".to_owned());
    }
    let others = [("initial", &INITIAL[..]), ("observe", &OBSERVE[..]), ("parking", &PARKING[..])];
    let other = others.into_iter().find(|(_, keys)| keys.contains(&word)).map(|(section, _)| section);
    let setting = Key::ALL.into_iter().find(|key| key.name() == word).map(Key::section);
    setting.or(other).map(|section| format!("it belongs in [{section}]"))
}

/// Whether this is the full name of something that is the same at every point.
pub(crate) fn is_fixed(path: &str) -> bool {
    match path.split_once('.') {
        Some(("initial", key)) => INITIAL.contains(&key),
        Some(("observe", key)) => OBSERVE.contains(&key),
        Some(("parking", key)) => PARKING.contains(&key),
        Some(_) => false,
        None => TOP.contains(&path),
    }
}
