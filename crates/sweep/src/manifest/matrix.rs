//! The matrices Q, K and V as a manifest writes them.

use std::fmt;
use std::sync::Arc;

use serde_json::json;
use toml::de::{DeTable, DeValue};

use super::matrix_file::{self, FileMatrix};
use super::number::{self, Bounds};
use super::schema;
use super::value::{self, Value};
use super::words;
use crate::diagnostics::Report;

/// A matrix, d × d with the dimension d at hand; those of a perceptron are of other shapes and can only be written out,
/// read from a file or normal. Its `Display` is its TOML.
#[derive(Clone, Debug, PartialEq)]
pub enum MatrixSpec {
    /// The identity.
    Identity,
    /// The d numbers of the diagonal, zero elsewhere.
    Diagonal(Vec<f64>),
    /// Its rows.
    Matrix(Vec<Vec<f64>>),
    /// Turns by these angles in the planes of the first two coordinates, the next two and so on; keeps the others.
    Rotation(Vec<f64>),
    /// Read from a file when the manifest was read.
    File(Arc<FileMatrix>),
    /// Independent normal entries of mean 0 and this standard deviation, drawn anew for each run.
    Gaussian(f64),
    /// (G + Gᵀ)/√2 with such a G.
    Symmetric(f64),
    /// Uniform among the orthogonal matrices.
    Orthogonal,
    /// These eigenvalues in a random basis.
    Spectrum {
        /// Real ones as [λ, 0]; a conjugate pair as one [re, im].
        eigenvalues: Vec<[f64; 2]>,
        /// Whether the basis is orthonormal; otherwise its entries are independent normal numbers.
        orthonormal: bool,
    },
    /// A random matrix that all runs of the sweep share, for each dimension.
    Shared(Box<MatrixSpec>),
}

impl MatrixSpec {
    /// The dimension it is written for, if it is written for one only.
    pub(crate) fn size(&self) -> Option<usize> {
        match self {
            Self::Diagonal(diagonal) => Some(diagonal.len()),
            Self::Matrix(rows) => Some(rows.len()),
            Self::File(file) => Some(file.rows),
            Self::Spectrum { eigenvalues, .. } => {
                Some(eigenvalues.iter().map(|&[_, im]| if im == 0.0 { 1 } else { 2 }).sum())
            }
            Self::Shared(random) => random.size(),
            Self::Identity | Self::Rotation(_) | Self::Gaussian(_) | Self::Symmetric(_) | Self::Orthogonal => None,
        }
    }

    /// The numbers of rows and columns of a perceptron's matrix, if it is written for these only.
    pub(crate) fn shape(&self) -> Option<(usize, usize)> {
        match self {
            Self::Matrix(rows) => Some((rows.len(), rows[0].len())),
            Self::File(file) => Some((file.rows, file.columns)),
            _ => None,
        }
    }

    /// A dimension that it fits, as near to d as may be.
    pub(crate) fn nearest_size(&self, d: usize) -> usize {
        match self {
            Self::Rotation(angles) => d.max(2 * angles.len()),
            _ => self.size().unwrap_or(d),
        }
    }
}

impl fmt::Display for MatrixSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Identity => return f.write_str("\"identity\""),
            Self::Diagonal(diagonal) => write!(f, "{{ diagonal = {diagonal:?}"),
            Self::Matrix(rows) => write!(f, "{{ matrix = {rows:?}"),
            Self::Rotation(angles) => write!(f, "{{ rotation = {angles:?}"),
            Self::File(file) => {
                write!(f, "{{ file = \"sha256:{}\"", file.digest)?;
                file.name.iter().try_for_each(|name| write!(f, ", name = {name:?}"))
            }
            Self::Gaussian(deviation) => write!(f, "{{ gaussian = {deviation:?}"),
            Self::Symmetric(deviation) => write!(f, "{{ symmetric = {deviation:?}"),
            Self::Orthogonal => write!(f, "{{ orthogonal = true"),
            Self::Spectrum { eigenvalues, orthonormal } => {
                let text =
                    |[re, im]: &[f64; 2]| if *im == 0.0 { format!("{re:?}") } else { format!("[{re:?}, {im:?}]") };
                let listed: Vec<String> = eigenvalues.iter().map(text).collect();
                let basis = if *orthonormal { ", basis = \"orthonormal\"" } else { "" };
                write!(f, "{{ spectrum = [{}]{basis}", listed.join(", "))
            }
            Self::Shared(random) => write!(f, "{}, shared = true", random.to_string().trim_end_matches(" }")),
        }?;
        f.write_str(" }")
    }
}

const ALLOWED: &str = "\"identity\", { diagonal = [..] }, { matrix = [[..], ..] }, { rotation = angle }, \
                       { file = \"v.npy\" }, { gaussian = standard deviation }, { symmetric = standard deviation }, \
                       { orthogonal = true } or { spectrum = [..] }";
const ALLOWED_RECTANGULAR: &str = "{ matrix = [[..], ..] }, { file = \"w.npy\" } or { gaussian = standard deviation }";
const KINDS: [&str; 8] = ["diagonal", "matrix", "rotation", "file", "gaussian", "symmetric", "orthogonal", "spectrum"];
const RANDOM: [&str; 4] = ["gaussian", "symmetric", "orthogonal", "spectrum"];
const RECTANGULAR: [&str; 3] = ["matrix", "file", "gaussian"];
const DEVIATIONS: Bounds = Bounds::above(0.0, 1e6);
const ANGLES: Bounds = Bounds::closed(-1e6, 1e6);
/// Of eigenvalues.
const SIZES: Bounds = Bounds::closed(-1e6, 1e6);
const BASES: [(&str, bool); 2] = [("gaussian", false), ("orthonormal", true)];
/// Keys beside the kind.
const FURTHER: [&str; 3] = ["shared", "name", "basis"];

/// What a matrix may be.
pub(crate) fn schema() -> serde_json::Value {
    let numbers = json!({ "type": "array", "minItems": 1, "items": { "type": "number" } });
    let rows = json!({ "type": "array", "minItems": 1, "items": numbers });
    let angles = json!({ "anyOf": [ANGLES.schema(), numbers] });
    let file = file_schema();
    let pair = json!({ "type": "array", "minItems": 2, "maxItems": 2, "items": SIZES.schema() });
    let spectrum = json!({ "type": "array", "minItems": 1, "items": { "anyOf": [SIZES.schema(), pair] } });
    let (truth, deviation) = (json!({ "type": "boolean", "const": true }), DEVIATIONS.schema());
    let random =
        |kind: &str, value: &serde_json::Value| schema::table(json!({ kind: value, "shared": truth }), &[kind]);
    let spectral = json!({ "spectrum": spectrum, "basis": schema::words(&BASES), "shared": truth });
    json!({ "anyOf": [
        { "type": "string", "const": "identity" },
        schema::table(json!({ "diagonal": numbers }), &["diagonal"]),
        schema::table(json!({ "matrix": rows }), &["matrix"]),
        schema::table(json!({ "rotation": angles }), &["rotation"]),
        schema::table(json!({ "file": file, "name": { "type": "string" } }), &["file"]),
        random("gaussian", &deviation),
        random("symmetric", &deviation),
        random("orthogonal", &truth),
        schema::table(spectral, &["spectrum"]),
    ] })
}

/// What a matrix of any shape may be.
pub(crate) fn rectangular_schema() -> serde_json::Value {
    let rows = json!({ "type": "array", "minItems": 1, "items": { "type": "array", "minItems": 1, "items": { "type": "number" } } });
    let truth = json!({ "type": "boolean", "const": true });
    json!({ "anyOf": [
        schema::table(json!({ "matrix": rows }), &["matrix"]),
        schema::table(json!({ "file": file_schema(), "name": { "type": "string" } }), &["file"]),
        schema::table(json!({ "gaussian": DEVIATIONS.schema(), "shared": truth }), &["gaussian"]),
    ] })
}

/// The name of a file with a matrix.
fn file_schema() -> serde_json::Value {
    json!({ "type": "string", "pattern": "\\.([nN][pP][yY]|[cC][sS][vV]|[sS][aA][fF][eE][tT][eE][nN][sS][oO][rR][sS])$" })
}

/// Reads a square matrix. Whether it fits the dimension is known only at each point of the sweep.
pub(crate) fn read(report: &mut Report<'_>, name: &str, value: &Value<'_>) -> Option<MatrixSpec> {
    let table = match value.get_ref() {
        DeValue::String(word) if word == "identity" => return Some(MatrixSpec::Identity),
        DeValue::Table(table) => table,
        other => {
            let message = format!("`{name}` cannot be {}", words::noun(other));
            report.wrong(value.span(), message, format!("allowed: {ALLOWED}"));
            return None;
        }
    };
    entry(report, name, value, table, true)
}

/// Reads a matrix of any shape.
pub(crate) fn rectangular(report: &mut Report<'_>, name: &str, value: &Value<'_>) -> Option<MatrixSpec> {
    match value.get_ref() {
        DeValue::Table(table) => entry(report, name, value, table, false),
        other => {
            let message = format!("`{name}` cannot be {}", words::noun(other));
            report.wrong(value.span(), message, format!("allowed: {ALLOWED_RECTANGULAR}"));
            None
        }
    }
}

/// A matrix from its table.
fn entry(
    report: &mut Report<'_>,
    name: &str,
    value: &Value<'_>,
    table: &DeTable<'_>,
    square: bool,
) -> Option<MatrixSpec> {
    let (allowed, known) = if square { (ALLOWED, &KINDS[..]) } else { (ALLOWED_RECTANGULAR, &RECTANGULAR[..]) };
    let kinds: Vec<_> = table.iter().filter(|(key, _)| !FURTHER.contains(&key.get_ref().as_ref())).collect();
    let [(key, entry)] = kinds[..] else {
        let message = format!("`{name}` needs exactly one key in the table, not {}", kinds.len());
        report.wrong(value.span(), message, format!("allowed: {allowed}"));
        return None;
    };
    let word = key.get_ref().as_ref();
    if !known.contains(&word) {
        report.wrong(key.span(), format!("unknown matrix {}", words::quote(word)), words::allowed(word, known));
        return None;
    }
    if !beside(report, name, word, table) {
        return None;
    }
    let shared = table.get("shared").map(|shared| truth(report, &format!("{name}.shared"), shared));
    let name = &format!("{name}.{word}");
    let spec = match word {
        "matrix" if square => rows_of_a_square(report, name, entry).map(MatrixSpec::Matrix),
        "matrix" => number::rows(report, name, entry).map(MatrixSpec::Matrix),
        "file" => file(report, name, entry, table.get("name"), square).map(MatrixSpec::File),
        _ => kind(report, name, word, entry, table),
    }?;
    match shared {
        None => Some(spec),
        Some(shared) => shared.map(|()| MatrixSpec::Shared(Box::new(spec))),
    }
}

/// Whether all keys beside the kind have a meaning there.
fn beside(report: &mut Report<'_>, name: &str, kind: &str, table: &DeTable<'_>) -> bool {
    let odd = table.keys().find(|key| match key.get_ref().as_ref() {
        "shared" => !RANDOM.contains(&kind),
        "name" => kind != "file",
        "basis" => kind != "spectrum",
        _ => false,
    });
    if let Some(key) = odd {
        let message = format!("`{name}` cannot have `{}` beside `{kind}`", key.get_ref());
        report.wrong(
            key.span(),
            message,
            "allowed: shared beside random matrices, name beside file, basis beside spectrum",
        );
    }
    odd.is_none()
}

fn kind(report: &mut Report<'_>, name: &str, word: &str, entry: &Value<'_>, table: &DeTable<'_>) -> Option<MatrixSpec> {
    match word {
        "diagonal" => number::numbers(report, name, entry).map(MatrixSpec::Diagonal),
        "rotation" if entry.get_ref().is_array() => number::numbers(report, name, entry).map(MatrixSpec::Rotation),
        "rotation" => number::number(report, name, entry, &ANGLES).map(|a| MatrixSpec::Rotation(vec![a])),
        "gaussian" => number::number(report, name, entry, &DEVIATIONS).map(MatrixSpec::Gaussian),
        "symmetric" => number::number(report, name, entry, &DEVIATIONS).map(MatrixSpec::Symmetric),
        "orthogonal" => truth(report, name, entry).map(|()| MatrixSpec::Orthogonal),
        _ => spectrum(report, name, entry, table.get("basis")),
    }
}

/// `true`, which says no more than that the key is there.
fn truth(report: &mut Report<'_>, name: &str, value: &Value<'_>) -> Option<()> {
    let found = value.get_ref().as_bool() == Some(true);
    if !found {
        report.wrong(value.span(), format!("`{name}` cannot be {}", words::noun(value.get_ref())), "allowed: true");
    }
    found.then_some(())
}

fn spectrum(report: &mut Report<'_>, name: &str, value: &Value<'_>, basis: Option<&Value<'_>>) -> Option<MatrixSpec> {
    let basis = basis.map(|basis| value::choice(report, &format!("{name}, basis"), basis, &BASES, &[]));
    let items = value::list(report, name, value, "eigenvalues")?;
    if items.is_empty() {
        report.wrong(value.span(), format!("`{name}` is an empty list"), "allowed: at least one eigenvalue");
    }
    let mut eigenvalues = Vec::new();
    for item in items {
        if !item.get_ref().is_array() {
            eigenvalues.push([number::number(report, name, item, &SIZES)?, 0.0]);
            continue;
        }
        let pair = number::numbers(report, name, item)?;
        let [re, im] = pair[..] else {
            let message = format!("an eigenvalue of `{name}` has {}", words::count(pair.len(), "part"));
            report.wrong(item.span(), message, "allowed: a number, or [re, im] for re ± i im");
            return None;
        };
        if im == 0.0 || re.abs() > 1e6 || im.abs() > 1e6 {
            let message = format!("`{name}` cannot have the pair [{}, {}]", number::short(re), number::short(im));
            report.wrong(item.span(), message, "allowed: [re, im] up to 1000000 with im other than 0");
            return None;
        }
        eigenvalues.push([re, im]);
    }
    let orthonormal = basis.unwrap_or(Some(false))?;
    (!eigenvalues.is_empty()).then_some(MatrixSpec::Spectrum { eigenvalues, orthonormal })
}

fn file(
    report: &mut Report<'_>,
    name: &str,
    value: &Value<'_>,
    tensor: Option<&Value<'_>>,
    square: bool,
) -> Option<Arc<FileMatrix>> {
    let matrix = if square { "square matrix" } else { "matrix" };
    let allowed = format!("allowed: an .npy, .safetensors or .csv file with a {matrix}, relative to the manifest");
    let odd = [Some(value), tensor].into_iter().flatten().find(|value| !value.get_ref().is_str());
    if let Some(odd) = odd {
        report.wrong(odd.span(), format!("`{name}` cannot have {}", words::noun(odd.get_ref())), allowed);
        return None;
    }
    let tensor = tensor.and_then(|tensor| tensor.get_ref().as_str()).map(str::to_owned);
    let path = report.path().parent().unwrap_or(std::path::Path::new("")).join(value.get_ref().as_str()?);
    matrix_file::read(&path, tensor, square).map_err(|message| report.wrong(value.span(), message, allowed)).ok()
}

fn rows_of_a_square(report: &mut Report<'_>, name: &str, value: &Value<'_>) -> Option<Vec<Vec<f64>>> {
    let rows = number::rows(report, name, value)?;
    if rows.len() != rows[0].len() {
        let (height, width) = (words::count(rows.len(), "row"), words::count(rows[0].len(), "number"));
        report.wrong(value.span(), format!("`{name}` has {height} of {width}"), "allowed: as many rows as columns");
        return None;
    }
    Some(rows)
}
