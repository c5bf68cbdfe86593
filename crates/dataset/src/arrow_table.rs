//! Between [`Table`] and Arrow's record batches: the only module that knows both.

use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{ArrowPrimitiveType, Float64Type, Int64Type, UInt32Type, UInt64Type};
use arrow_array::{Array, ArrayRef, BooleanArray, PrimitiveArray, RecordBatch, RecordBatchOptions, StringArray};
use arrow_schema::{DataType, Field, Schema};

use crate::column::Column;
use crate::error::{At, DatasetError};
use crate::table::Table;

/// The Arrow schema of a table.
pub(crate) fn schema(table: &Table) -> Schema {
    let fields = table.columns().iter().map(|(name, column)| {
        let (data_type, nullable) = data_type(column);
        Field::new(name, data_type, nullable)
    });
    Schema::new(fields.collect::<Vec<_>>())
}

fn data_type(column: &Column) -> (DataType, bool) {
    match column {
        Column::U32(_) => (DataType::UInt32, false),
        Column::U64(_) => (DataType::UInt64, false),
        Column::I64(_) => (DataType::Int64, false),
        Column::F64(_) => (DataType::Float64, false),
        Column::Bool(_) => (DataType::Boolean, false),
        Column::Text(_) => (DataType::Utf8, false),
        Column::OptionU32(_) => (DataType::UInt32, true),
        Column::OptionU64(_) => (DataType::UInt64, true),
        Column::OptionI64(_) => (DataType::Int64, true),
        Column::OptionF64(_) => (DataType::Float64, true),
        Column::OptionBool(_) => (DataType::Boolean, true),
        Column::OptionText(_) => (DataType::Utf8, true),
    }
}

/// A record batch of all rows of a table.
pub(crate) fn to_batch(table: Table, path: &Path) -> Result<RecordBatch, DatasetError> {
    let schema = Arc::new(schema(&table));
    let options = RecordBatchOptions::new().with_row_count(Some(table.rows()));
    let arrays = table.into_columns().into_iter().map(|(_, column)| to_array(column)).collect();
    RecordBatch::try_new_with_options(schema, arrays, &options)
        .map_err(parquet::errors::ParquetError::from)
        .at("encode", path)
}

fn to_array(column: Column) -> ArrayRef {
    match column {
        Column::U32(v) => Arc::new(PrimitiveArray::<UInt32Type>::from(v)),
        Column::U64(v) => Arc::new(PrimitiveArray::<UInt64Type>::from(v)),
        Column::I64(v) => Arc::new(PrimitiveArray::<Int64Type>::from(v)),
        Column::F64(v) => Arc::new(PrimitiveArray::<Float64Type>::from(v)),
        Column::Bool(v) => Arc::new(BooleanArray::from(v)),
        Column::Text(v) => Arc::new(StringArray::from(v)),
        Column::OptionU32(v) => Arc::new(PrimitiveArray::<UInt32Type>::from(v)),
        Column::OptionU64(v) => Arc::new(PrimitiveArray::<UInt64Type>::from(v)),
        Column::OptionI64(v) => Arc::new(PrimitiveArray::<Int64Type>::from(v)),
        Column::OptionF64(v) => Arc::new(PrimitiveArray::<Float64Type>::from(v)),
        Column::OptionBool(v) => Arc::new(BooleanArray::from(v)),
        Column::OptionText(v) => Arc::new(StringArray::from(v)),
    }
}

/// The table of a record batch read from `path`.
pub(crate) fn from_batch(batch: &RecordBatch, path: &Path) -> Result<Table, DatasetError> {
    let schema = batch.schema();
    let columns = schema.fields().iter().zip(batch.columns()).map(|(field, array)| {
        from_array(array, field.is_nullable()).map(|column| (field.name().clone(), column)).ok_or_else(|| {
            DatasetError::ColumnType {
                path: path.to_path_buf(),
                column: field.name().clone(),
                found: field.data_type().to_string(),
            }
        })
    });
    Table::new(columns.collect::<Result<_, _>>()?)
}

fn from_array(array: &ArrayRef, nullable: bool) -> Option<Column> {
    Some(match (array.data_type(), nullable) {
        (DataType::UInt32, false) => Column::U32(values::<UInt32Type>(array)),
        (DataType::UInt32, true) => Column::OptionU32(optional::<UInt32Type>(array)),
        (DataType::UInt64, false) => Column::U64(values::<UInt64Type>(array)),
        (DataType::UInt64, true) => Column::OptionU64(optional::<UInt64Type>(array)),
        (DataType::Int64, false) => Column::I64(values::<Int64Type>(array)),
        (DataType::Int64, true) => Column::OptionI64(optional::<Int64Type>(array)),
        (DataType::Float64, false) => Column::F64(values::<Float64Type>(array)),
        (DataType::Float64, true) => Column::OptionF64(optional::<Float64Type>(array)),
        (DataType::Boolean, false) => Column::Bool(array.as_boolean().values().iter().collect()),
        (DataType::Boolean, true) => Column::OptionBool(array.as_boolean().iter().collect()),
        (DataType::Utf8, false) => Column::Text(texts(array).map(Option::unwrap_or_default).collect()),
        (DataType::Utf8, true) => Column::OptionText(texts(array).collect()),
        _ => return None,
    })
}

fn values<T: ArrowPrimitiveType>(array: &ArrayRef) -> Vec<T::Native> {
    array.as_primitive::<T>().values().to_vec()
}

fn optional<T: ArrowPrimitiveType>(array: &ArrayRef) -> Vec<Option<T::Native>> {
    array.as_primitive::<T>().iter().collect()
}

fn texts(array: &ArrayRef) -> impl Iterator<Item = Option<String>> {
    array.as_string::<i32>().iter().map(|text| text.map(str::to_owned))
}
