//! Who made a file: written into every Parquet footer, free of clocks and hosts.

use std::path::Path;

use parquet::file::metadata::{FileMetaData, KeyValue};

use crate::error::DatasetError;
use crate::reader;

const FINGERPRINT: &str = "tokenpark.fingerprint";
const SCHEMA_VERSION: &str = "tokenpark.schema_version";
const MODEL_VERSION: &str = "tokenpark.model_version";
const MANIFEST: &str = "tokenpark.manifest";

/// What a file's numbers depend on. Two files with equal provenance hold rows of one dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// A hash of the manifest's meaning and of both versions.
    pub fingerprint: String,
    /// The version of the manifest format and of the tables' columns.
    pub schema_version: u32,
    /// The version of the mathematics, raised whenever numbers change.
    pub model_version: u32,
    /// The resolved manifest as canonical TOML: no title, no comments.
    pub manifest: String,
}

impl Provenance {
    /// The provenance in the footer of a Parquet file. Errors when the file is damaged or not tokenpark's.
    pub fn read(path: &Path) -> Result<Self, DatasetError> {
        Self::from_footer(reader::footer(path)?.file_metadata(), path)
    }

    pub(crate) fn from_footer(footer: &FileMetaData, path: &Path) -> Result<Self, DatasetError> {
        let missing = |key| DatasetError::Footer { path: path.to_path_buf(), key };
        let text = |key| {
            let pairs = footer.key_value_metadata().into_iter().flatten();
            pairs.filter(|pair| pair.key == key).find_map(|pair| pair.value.clone()).ok_or_else(|| missing(key))
        };
        let version = |key| text(key)?.parse::<u32>().map_err(|_| missing(key));
        Ok(Self {
            fingerprint: text(FINGERPRINT)?,
            schema_version: version(SCHEMA_VERSION)?,
            model_version: version(MODEL_VERSION)?,
            manifest: text(MANIFEST)?,
        })
    }

    /// The footer's keys and values, always in the same order.
    pub(crate) fn to_footer(&self) -> Vec<KeyValue> {
        vec![
            KeyValue::new(FINGERPRINT.to_owned(), self.fingerprint.clone()),
            KeyValue::new(SCHEMA_VERSION.to_owned(), self.schema_version.to_string()),
            KeyValue::new(MODEL_VERSION.to_owned(), self.model_version.to_string()),
            KeyValue::new(MANIFEST.to_owned(), self.manifest.clone()),
        ]
    }

    /// Errors, naming the first difference, unless the file at `path` has this provenance.
    pub fn expect(&self, path: &Path) -> Result<(), DatasetError> {
        let other = Self::read(path)?;
        let differs = |what, found: &dyn ToString, expected: &dyn ToString| {
            Err(DatasetError::OtherProvenance {
                path: path.to_path_buf(),
                what,
                found: found.to_string(),
                expected: expected.to_string(),
            })
        };
        if other.schema_version != self.schema_version {
            return differs("schema version", &other.schema_version, &self.schema_version);
        }
        if other.model_version != self.model_version {
            return differs("model version", &other.model_version, &self.model_version);
        }
        if other.fingerprint != self.fingerprint {
            return differs("the fingerprint", &other.fingerprint, &self.fingerprint);
        }
        if other.manifest != self.manifest {
            return differs("a manifest", &"of other text", &"the same text");
        }
        Ok(())
    }
}
