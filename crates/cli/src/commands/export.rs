//! `tokenpark export ro-crate`: a dataset with its description as an RO-Crate 1.1 that follows the Process Run Crate
//! profile 0.5 (<https://w3id.org/ro/wfrun/process/0.5>). A function of the dataset and the arguments: no clock.

use super::{CommandError, End};
use crate::console;
use clap::{Args, Subcommand, ValueHint};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use tokenpark_dataset::{CRATE, DatasetError, FileRecord, FolderRecord};

const CONTEXT: &str = "https://w3id.org/ro/crate/1.1/context";
const PROFILE: &str = "https://w3id.org/ro/wfrun/process/0.5";
const SOFTWARE: &str = env!("CARGO_PKG_REPOSITORY");
const PARQUET: &str = "application/vnd.apache.parquet";

/// `export`.
#[derive(Debug, Args)]
pub struct Export {
    #[command(subcommand)]
    format: Format,
}

/// What is made of a dataset.
#[derive(Debug, Subcommand)]
enum Format {
    /// Describe a dataset as an RO-Crate (Process Run Crate 0.5), for publication.
    RoCrate(RoCrate),
}

/// `export ro-crate`.
#[derive(Debug, Args)]
#[allow(rustdoc::bare_urls, reason = "the help shows these sentences as they are")]
struct RoCrate {
    /// The folder of the dataset.
    #[arg(value_name = "DATASET", value_hint = ValueHint::DirPath)]
    dataset: PathBuf,
    /// Copy the dataset there, which must not exist yet; without it the description is put into the dataset's folder.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    to: Option<PathBuf>,
    /// Who made it.
    #[arg(long, value_name = "NAME")]
    author: Option<String>,
    /// The author's ORCID, e.g. https://orcid.org/0000-0002-1825-0097.
    #[arg(long, value_name = "URL", requires = "author")]
    orcid: Option<String>,
    /// The author's organization, which is also the publisher.
    #[arg(long, value_name = "NAME", requires = "author")]
    affiliation: Option<String>,
    /// The organization's site.
    #[arg(long, value_name = "URL", requires = "affiliation")]
    affiliation_url: Option<String>,
    /// The licence of the data, e.g. https://creativecommons.org/licenses/by/4.0/.
    #[arg(long, value_name = "URL")]
    license: Option<String>,
}

pub fn export(args: &Export) -> Result<End, CommandError> {
    let Format::RoCrate(args) = &args.format;
    let record = FolderRecord::read(&args.dataset)?;
    if let Some((path, reason)) = record.damage() {
        return Err(DatasetError::Damaged { path, reason }.into());
    }
    let folder = args.to.as_deref().unwrap_or(&args.dataset);
    let write = |source| CommandError::Write { path: folder.to_path_buf(), source };
    if let Some(to) = &args.to {
        copy(&args.dataset, to, &record).map_err(write)?;
    }
    let path = folder.join(CRATE);
    std::fs::write(&path, format!("{:#}\n", document(args, &record))).map_err(write)?;
    console::data(&path.display().to_string());
    Ok(End::Fine)
}

/// Copies manifest, log and tables into a new folder.
fn copy(from: &Path, to: &Path, record: &FolderRecord) -> std::io::Result<()> {
    if let Some(parent) = to.parent() {
        std::fs::create_dir_all(parent)?;
    }
    std::fs::create_dir(to)?;
    for (name, _) in &record.tables {
        std::fs::create_dir(to.join(name))?;
        std::fs::copy(from.join(file(name)), to.join(file(name)))?;
    }
    for name in ["manifest.toml", "run.toml"] {
        std::fs::copy(from.join(name), to.join(name))?;
    }
    Ok(())
}

fn file(table: &str) -> String {
    format!("{table}/part-0.parquet")
}

/// Several references; one stands alone, as compact JSON-LD has it.
fn several(mut ids: Vec<Value>) -> Value {
    if ids.len() == 1 { ids.remove(0) } else { ids.into() }
}

/// A time as the profile's validator wants it: with a numeric offset.
fn time(time: &str) -> String {
    time.replace('Z', "+00:00")
}

fn id(id: &str) -> Value {
    json!({ "@id": id })
}

fn document(args: &RoCrate, record: &FolderRecord) -> Value {
    let mut graph = vec![
        json!({
            "@id": CRATE, "@type": "CreativeWork", "about": id("./"),
            "conformsTo": id("https://w3id.org/ro/crate/1.1"),
        }),
        root(args, record),
        json!({ "@id": PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5" }),
        json!({
            "@id": "manifest.toml", "@type": "File", "name": "Manifest", "encodingFormat": "application/toml",
            "description": "Everything that determines the numbers, as its author wrote it.",
        }),
        json!({
            "@id": "run.toml", "@type": "File", "name": "Run log", "encodingFormat": "application/toml",
            "description": "When, where and by what the dataset was made; a digest of each table.",
        }),
    ];
    record.tables.iter().for_each(|(name, file)| graph.extend(table(name, file)));
    graph.extend(software(record));
    graph.push(action(args, record));
    graph.extend(people(args));
    if let Some(license) = &args.license {
        graph.push(json!({ "@id": license, "@type": "CreativeWork", "name": license }));
    }
    json!({ "@context": [CONTEXT, { "sha256": "http://schema.org/sha256" }], "@graph": graph })
}

fn root(args: &RoCrate, record: &FolderRecord) -> Value {
    let meaning: toml::Table = record.provenance.manifest.parse().unwrap_or_default();
    let name = meaning.get("name").and_then(toml::Value::as_str).unwrap_or("dataset");
    let written: toml::Table = std::fs::read_to_string(args.dataset.join("manifest.toml"))
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or_default();
    let title = written.get("title").and_then(toml::Value::as_str).unwrap_or(name);
    let parts = record.tables.iter().map(|(name, _)| id(&format!("{name}/")));
    let parts: Vec<Value> = [id("manifest.toml"), id("run.toml")].into_iter().chain(parts).collect();
    let description = format!(
        "{} runs of token dynamics under self-attention, computed by tokenpark from the manifest {name} with model \
         version {}.",
        record.log.runs, record.provenance.model_version
    );
    let mut root = json!({
        "@id": "./", "@type": "Dataset", "name": title, "description": description,
        "datePublished": time(&record.log.finished), "identifier": record.provenance.fingerprint,
        "conformsTo": id(PROFILE), "hasPart": parts, "mentions": id("#run"),
    });
    if let Some(license) = &args.license {
        root["license"] = id(license);
    }
    if args.author.is_some() {
        root["author"] = id(author_id(args));
    }
    if args.affiliation.is_some() {
        root["publisher"] = id(organization_id(args));
    }
    root
}

/// The folder of a table, its file, and its columns.
fn table(name: &str, record: &FileRecord) -> Vec<Value> {
    let column = |column: &str| format!("#{name}/{column}");
    let measured: Vec<Value> = record.columns.iter().map(|entry| id(&column(&entry.name))).collect();
    let mut graph = vec![
        json!({
            "@id": format!("{name}/"), "@type": "Dataset", "name": name, "hasPart": id(&file(name)),
            "description": format!("The table {name}: {} rows, {} columns.", record.rows, record.columns.len()),
            "variableMeasured": several(measured),
        }),
        json!({
            "@id": file(name), "@type": "File", "name": format!("Table {name}"), "encodingFormat": PARQUET,
            "contentSize": record.bytes.to_string(), "sha256": record.sha256,
            "description": "Apache Parquet; the footer carries fingerprint, versions and the resolved manifest.",
        }),
    ];
    graph.extend(record.columns.iter().map(|entry| {
        json!({ "@id": column(&entry.name), "@type": "PropertyValue", "name": entry.name, "value": entry.kind })
    }));
    graph
}

fn software(record: &FolderRecord) -> Vec<Value> {
    let log = &record.log;
    let version = match (log.version.as_str(), log.commit.as_str(), log.dirty) {
        ("", "", _) => "unknown".to_owned(),
        (version, "", _) => version.to_owned(),
        ("", commit, _) => commit.to_owned(),
        (version, commit, dirty) => format!("{version} ({commit}{})", if dirty { ", changed since" } else { "" }),
    };
    let versions = [("model", record.provenance.model_version), ("schema", record.provenance.schema_version)];
    let mut graph = vec![json!({
        "@id": SOFTWARE, "@type": "SoftwareApplication", "name": "tokenpark", "url": SOFTWARE,
        "softwareVersion": version,
        "description": env!("CARGO_PKG_DESCRIPTION"),
        "additionalProperty": versions.map(|(what, _)| id(&format!("#{what}-version"))),
    })];
    graph.extend(versions.map(|(what, version)| {
        let name = format!("{what} version");
        json!({ "@id": format!("#{what}-version"), "@type": "PropertyValue", "name": name, "value": version })
    }));
    graph
}

fn action(args: &RoCrate, record: &FolderRecord) -> Value {
    let log = &record.log;
    let results: Vec<Value> = record.tables.iter().map(|(name, _)| id(&file(name))).collect();
    let mut action = json!({
        "@id": "#run", "@type": "CreateAction", "name": "tokenpark run manifest.toml",
        "description": format!("Computed {} runs, of which {} failed, on {} threads.", log.runs, log.failed, log.threads),
        "instrument": id(SOFTWARE), "object": id("manifest.toml"), "result": several(results),
        "startTime": time(&log.started), "endTime": time(&log.finished),
        "actionStatus": "http://schema.org/CompletedActionStatus",
    });
    if args.author.is_some() {
        action["agent"] = id(author_id(args));
    }
    action
}

fn author_id(args: &RoCrate) -> &str {
    args.orcid.as_deref().unwrap_or("#author")
}

fn organization_id(args: &RoCrate) -> &str {
    args.affiliation_url.as_deref().unwrap_or("#affiliation")
}

/// The author and the organization, as far as they are told.
fn people(args: &RoCrate) -> Vec<Value> {
    let Some(name) = &args.author else { return vec![] };
    let mut person = json!({ "@id": author_id(args), "@type": "Person", "name": name });
    let Some(organization) = &args.affiliation else { return vec![person] };
    person["affiliation"] = id(organization_id(args));
    let mut organization = json!({ "@id": organization_id(args), "@type": "Organization", "name": organization });
    if let Some(url) = &args.affiliation_url {
        organization["url"] = json!(url);
    }
    vec![person, organization]
}
