//! The end of the writer that touches the disk: it keeps the digest of the bytes and rewrites the column orders.
//!
//! The Parquet library declares columns of floats to be in IEEE 754 total order, a late addition to the format: polars
//! before mid-2025 refuses such files, and Arrow C++ ignores their statistics. The statistics that it writes leave NaN
//! aside and are valid in the older, type-defined order too, so the declaration is changed to that. It is the last
//! field of the footer, three bytes per column in either case, which is all that this module knows of the format.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use sha2::{Digest, Sha256};

use crate::fault;

/// Column orders as they stand in the footer: a field header, an empty struct, the end of the union.
const TYPE_DEFINED_ORDER: [u8; 3] = [0x1c, 0, 0];
const TOTAL_ORDER: [u8; 3] = [0x2c, 0, 0];

/// After the column orders: the end of the footer's struct, its length in four bytes, and `PAR1`.
const AFTER_ORDERS: usize = 1 + 4 + 4;

/// A file that holds back its last bytes until it is complete; or no file, when only its digest is wanted.
pub(crate) struct Sink {
    file: Option<BufWriter<File>>,
    digest: Sha256,
    bytes: u64,
    columns: usize,
    tail: Vec<u8>,
}

impl Sink {
    /// A sink for a Parquet file with that many columns.
    pub(crate) fn new(file: Option<File>, columns: usize) -> Self {
        let file = file.map(|file| BufWriter::with_capacity(1 << 18, file));
        Self { file, digest: Sha256::new(), bytes: 0, columns, tail: Vec::new() }
    }

    /// Puts the complete file on the disk and returns its length and SHA-256.
    pub(crate) fn finish(&mut self) -> io::Result<(u64, String)> {
        let mut tail = std::mem::take(&mut self.tail);
        declare_type_defined_order(&mut tail, self.columns);
        self.pass(&tail)?;
        self.flush()?;
        if let Some(file) = &self.file {
            fault::room()?;
            file.get_ref().sync_all()?;
        }
        Ok((self.bytes, hex(&self.digest.clone().finalize())))
    }

    fn pass(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Some(file) = &mut self.file {
            fault::room()?;
            file.write_all(bytes)?;
        }
        self.digest.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(())
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut held = std::mem::take(&mut self.tail);
        held.extend_from_slice(bytes);
        let excess = held.len().saturating_sub(3 * self.columns + AFTER_ORDERS);
        self.pass(&held[..excess])?;
        held.drain(..excess);
        self.tail = held;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), BufWriter::flush)
    }
}

/// Changes every total order in the last bytes of a Parquet file; a footer of another form stays as it is.
fn declare_type_defined_order(tail: &mut [u8], columns: usize) {
    let Some(length) = tail.len().checked_sub(AFTER_ORDERS) else {
        return;
    };
    let (orders, _) = tail.split_at_mut(length);
    let (orders, _) = orders.as_chunks_mut::<3>();
    if orders.len() != columns || !orders.iter().all(|order| matches!(*order, TYPE_DEFINED_ORDER | TOTAL_ORDER)) {
        return;
    }
    orders.fill(TYPE_DEFINED_ORDER);
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
