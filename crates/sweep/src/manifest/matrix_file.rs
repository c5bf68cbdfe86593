//! Matrices from files: NumPy's .npy, .safetensors, and CSV of numbers alone.

use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};

/// A matrix of finite numbers that a file held when the manifest was read.
#[derive(Debug, PartialEq)]
pub struct FileMatrix {
    /// SHA-256 of the whole file, hexadecimal: what counts in the fingerprint.
    pub digest: String,
    /// The tensor's name, for .safetensors.
    pub name: Option<String>,
    /// Row by row.
    pub entries: Vec<f64>,
    /// The number of rows.
    pub rows: usize,
    /// The number of columns.
    pub columns: usize,
}

/// The shape and the entries, row by row.
type Table = (Vec<usize>, Vec<f64>);

/// Reads the file, or says what is wrong with it; a matrix may have to be square.
pub(crate) fn read(path: &Path, name: Option<String>, square: bool) -> Result<Arc<FileMatrix>, String> {
    let bytes = std::fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let extension = path.extension().map(|extension| extension.to_ascii_lowercase());
    let extension = extension.as_ref().and_then(|extension| extension.to_str());
    let found = match (extension, &name) {
        (Some("npy"), None) => npy(&bytes),
        (Some("csv"), None) => csv(&bytes),
        (Some("npy" | "csv"), Some(_)) => Err("only tensors of .safetensors files have a `name`".to_owned()),
        (Some("safetensors"), _) => safetensors(&bytes, name.as_deref()),
        _ => Err("files end in .npy, .safetensors or .csv".to_owned()),
    };
    let checked = found.and_then(|(shape, entries)| check(&shape, &entries, square).map(|size| (size, entries)));
    let ([rows, columns], entries) = checked.map_err(|error| format!("{}: {error}", path.display()))?;
    let digest = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Arc::new(FileMatrix { digest, name, entries, rows, columns }))
}

/// The numbers of rows and columns.
fn check(shape: &[usize], entries: &[f64], square: bool) -> Result<[usize; 2], String> {
    match *shape {
        [rows, columns] if (rows == columns || !square) && rows > 0 && columns > 0 => {
            match entries.iter().position(|x| !x.is_finite()) {
                Some(at) => {
                    Err(format!("the entry at row {}, column {} is not finite", at / columns + 1, at % columns + 1))
                }
                None => Ok([rows, columns]),
            }
        }
        _ => Err(format!("the shape is {shape:?}, not that of a {}", if square { "square matrix" } else { "matrix" })),
    }
}

fn csv(bytes: &[u8]) -> Result<Table, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "this is not UTF-8".to_owned())?;
    let (mut rows, mut columns, mut entries) = (0, 0, Vec::new());
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let before = entries.len();
        for cell in line.split(',') {
            let cell = cell.trim();
            entries.push(cell.parse().map_err(|_| format!("line {}: {cell:?} is not a number", number + 1))?);
        }
        let width = entries.len() - before;
        if rows > 0 && width != columns {
            return Err(format!("line {} has {width} numbers, the first has {columns}", number + 1));
        }
        (rows, columns) = (rows + 1, width);
    }
    Ok((vec![rows, columns], entries))
}

/// Types of entries: little-endian floats of 2, 4 and 8 bytes.
#[derive(Clone, Copy)]
enum Kind {
    Half,
    Brain,
    Single,
    Double,
}

impl Kind {
    fn bytes(self) -> usize {
        match self {
            Self::Half | Self::Brain => 2,
            Self::Single => 4,
            Self::Double => 8,
        }
    }

    fn number(self, bytes: &[u8]) -> f64 {
        let bits = bytes.iter().rev().fold(0, |bits: u64, byte| bits << 8 | u64::from(*byte));
        match self {
            Self::Half => half(bits as u16),
            Self::Brain => f64::from(f32::from_bits((bits as u32) << 16)),
            Self::Single => f64::from(f32::from_bits(bits as u32)),
            Self::Double => f64::from_bits(bits),
        }
    }
}

/// IEEE 754 binary16.
fn half(bits: u16) -> f64 {
    let sign = if bits >> 15 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023));
    sign * match exponent {
        0 => libm::ldexp(fraction, -24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => libm::ldexp(1024.0 + fraction, exponent - 25),
    }
}

/// Entries row by row; Fortran's order is column by column.
fn decode(kind: Kind, shape: Vec<usize>, data: &[u8], fortran: bool) -> Result<Table, String> {
    let count = shape.iter().try_fold(1_usize, |count, &length| count.checked_mul(length));
    if count.and_then(|count| count.checked_mul(kind.bytes())) != Some(data.len()) {
        return Err(format!("the shape {shape:?} does not fit {} bytes of data", data.len()));
    }
    let entries: Vec<f64> = data.chunks_exact(kind.bytes()).map(|bytes| kind.number(bytes)).collect();
    if let (true, [rows, columns]) = (fortran, &shape[..]) {
        let turned = (0..rows * columns).map(|at| entries[at % columns * rows + at / columns]).collect();
        return Ok((shape, turned));
    }
    Ok((shape, entries))
}

/// NumPy's format, versions 1 to 3: a magic word, the length of a Python dictionary, the dictionary, the data.
fn npy(bytes: &[u8]) -> Result<Table, String> {
    let broken = || "this is not a complete .npy file".to_owned();
    let version = *bytes.strip_prefix(b"\x93NUMPY").and_then(|rest| rest.first()).ok_or_else(broken)?;
    let width = if version == 1 { 2 } else { 4 };
    let length = bytes.get(8..8 + width).ok_or_else(broken)?;
    let length = length.iter().rev().fold(0_usize, |length, byte| length << 8 | usize::from(*byte));
    let start = length.saturating_add(8 + width);
    let header = bytes.get(8 + width..start).and_then(|header| std::str::from_utf8(header).ok()).ok_or_else(broken)?;
    let after = |key: &str| header.split_once(key).map(|(_, rest)| rest.trim_start_matches([' ', ':']));
    let descr = after("'descr'").and_then(|rest| rest.split('\'').nth(1)).ok_or_else(broken)?;
    let kind = match descr {
        "<f8" => Kind::Double,
        "<f4" => Kind::Single,
        "<f2" => Kind::Half,
        other => return Err(format!("the type is {other:?}, not '<f8', '<f4' or '<f2'")),
    };
    let fortran = after("'fortran_order'").ok_or_else(broken)?.starts_with("True");
    let shape = after("'shape'").and_then(|rest| rest.strip_prefix('(')?.split_once(')')).ok_or_else(broken)?.0;
    let lengths = shape.split(',').map(str::trim).filter(|length| !length.is_empty());
    let shape: Vec<usize> = lengths.map(str::parse).collect::<Result<_, _>>().map_err(|_| broken())?;
    decode(kind, shape, &bytes[start..], fortran)
}

/// The format of safetensors: 8 bytes of length, JSON, then the data that it describes.
fn safetensors(bytes: &[u8], name: Option<&str>) -> Result<Table, String> {
    let broken = || "this is not a complete .safetensors file".to_owned();
    let (length, rest) = bytes.split_first_chunk::<8>().ok_or_else(broken)?;
    let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| broken())?;
    let (header, data) = rest.split_at_checked(length).ok_or_else(broken)?;
    let header: serde_json::Value = serde_json::from_slice(header).map_err(|_| broken())?;
    let tensors = header.as_object().ok_or_else(broken)?;
    let mut names: Vec<&str> = tensors.keys().map(String::as_str).filter(|name| *name != "__metadata__").collect();
    names.truncate(8);
    let listed = names.join(", ");
    let name = match (name, &names[..]) {
        (Some(name), _) => name,
        (None, [only]) => only,
        (None, _) => return Err(format!("say which tensor with `name`; it has {listed}")),
    };
    let tensor = tensors.get(name).ok_or_else(|| format!("it has no tensor {name:?}, but {listed}"))?;
    let kind = match tensor["dtype"].as_str() {
        Some("F64") => Kind::Double,
        Some("F32") => Kind::Single,
        Some("F16") => Kind::Half,
        Some("BF16") => Kind::Brain,
        other => return Err(format!("the type is {}, not F64, F32, F16 or BF16", other.unwrap_or("missing"))),
    };
    let numbers = |key: &str| -> Option<Vec<usize>> {
        tensor[key].as_array()?.iter().map(|n| n.as_u64().and_then(|n| usize::try_from(n).ok())).collect()
    };
    let (shape, offsets) = numbers("shape").zip(numbers("data_offsets")).ok_or_else(broken)?;
    let [from, to] = offsets[..] else { return Err(broken()) };
    decode(kind, shape, data.get(from..to).ok_or_else(broken)?, false)
}

#[cfg(test)]
mod tests {
    use super::half;

    #[test]
    fn val_halves() {
        let known = [
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0001, 5.960_464_477_539_063e-8),
            (0x3555, 0.333_251_953_125),
        ];
        for (bits, number) in known {
            assert_eq!(half(bits), number);
        }
        assert!(half(0x7c00).is_infinite() && half(0x7e00).is_nan());
    }
}
