//! The commands that make a file again.

use super::Found;
use crate::console::shell;

/// The shell commands, one a line; the last ones are remarks that begin with `#`.
pub fn commands(found: &Found) -> Vec<String> {
    let mut lines = vec![];
    if let Some(log) = found.log.as_ref().filter(|log| !log.commit.is_empty()) {
        let dirty = if log.dirty { "  # its sources were changed: the bytes may differ" } else { "" };
        lines.push(format!("git checkout {}{dirty}", log.commit));
    }
    let meaning = found.meaning();
    if let Some(park) = meaning.get("park").and_then(toml::Value::as_table) {
        let arguments = park.iter().map(|(key, value)| match value {
            toml::Value::Boolean(_) => format!(" --{key}"),
            toml::Value::String(word) => format!(" --{key} {word}"),
            number => format!(" --{key} {number}"),
        });
        lines.push(format!("tokenpark park{} --out {}", arguments.collect::<String>(), quoted(found)));
        return lines;
    }
    let manifest = match &found.folder {
        Some(folder) => folder.join("manifest.toml").display().to_string(),
        None => {
            let name = meaning.get("name").and_then(toml::Value::as_str).unwrap_or("manifest");
            lines.push(format!("tokenpark inspect --manifest {} > {name}.toml", quoted(found)));
            format!("{name}.toml")
        }
    };
    lines.push(format!("tokenpark run {} --out again", shell(&manifest)));
    if found.provenance.manifest.contains("file = \"sha256:") {
        lines.push("# it reads a matrix or a start from a file, which must lie beside the manifest".to_owned());
    }
    lines
}

fn quoted(found: &Found) -> String {
    shell(&found.path.display().to_string())
}
