//! Loads the modules' demo data: objects in Django's JSON fixture format, into their tables.

use module_api::db::{DatabaseKind, DbError, DbPool, FromRow, Row, Transaction, query};
use module_api::with_causes;
use serde::Deserialize;
use serde_json::{Map, Value};
use sqlx::AssertSqlSafe;

use super::DatabaseError;
use crate::Plan;

/// An object of a fixture.
#[derive(Deserialize)]
struct Object {
    model: String,
    pk: i64,
    fields: Map<String, Value>,
}

/// A column of a table.
struct Column {
    name: String,
    is_datetime: bool,
}

impl FromRow for Column {
    fn from_row(row: &Row<'_>) -> Result<Self, DbError> {
        let kind: String = row.get("kind")?;
        Ok(Self { name: row.get("name")?, is_datetime: kind == "datetime" })
    }
}

/// Loads the fixtures of all active modules, all or nothing.
pub(super) async fn load(plan: &Plan, pool: &DbPool) -> Result<(), DatabaseError> {
    let mut transaction = pool.begin().await?;
    for module in plan.active() {
        let files = module.registration.module.fixtures();
        for file in files.names().into_iter().filter(|file| file.ends_with(".json")) {
            let failed = |reason: String| DatabaseError::Fixture {
                module: module.name().to_owned(),
                file: file.clone(),
                reason,
            };
            let content = files.read(&file).unwrap_or_default();
            let objects: Vec<Object> =
                serde_json::from_slice(&content).map_err(|error| failed(error.to_string()))?;
            let count = objects.len();
            for (index, object) in objects.into_iter().enumerate() {
                let place = format!("object {} ({} {})", index + 1, object.model, object.pk);
                let inserted = insert(object, &mut transaction).await;
                inserted.map_err(|reason| failed(format!("{place}: {reason}")))?;
            }
            tracing::info!(module = module.name(), file, objects = count, "demo data loaded");
        }
    }
    transaction.commit().await?;
    Ok(())
}

async fn insert(object: Object, transaction: &mut Transaction) -> Result<(), String> {
    let table = object.model.to_ascii_lowercase().replace('.', "_");
    if !table.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Err("a model's label is app.model".to_owned());
    }
    let columns = columns_of(&table, transaction).await.map_err(|error| with_causes(&error))?;
    if columns.is_empty() {
        return Err(format!("there is no table `{table}`"));
    }
    let mut row = Map::new();
    row.insert("id".to_owned(), object.pk.into());
    for (field, value) in object.fields {
        // A foreign key's field is named without the `_id` of its column.
        let by_key = format!("{field}_id");
        let column = columns.iter().find(|column| column.name == field || column.name == by_key);
        let column = column.ok_or_else(|| format!("`{table}` has no column for `{field}`"))?;
        row.insert(column.name.clone(), value);
    }
    let given = |column: &&Column| row.contains_key(&column.name);
    let names: Vec<String> =
        columns.iter().filter(given).map(|column| format!("\"{}\"", column.name)).collect();
    let names = names.join(", ");
    let json = Value::Object(row.clone()).to_string();
    let insert = match transaction.kind() {
        DatabaseKind::Sqlite => {
            let value = |column: &Column| {
                let value = format!("json_extract($1, '$.{}')", column.name);
                // Django writes a time in UTC, without saying so.
                if column.is_datetime {
                    format!("replace(replace({value}, 'T', ' '), 'Z', '')")
                } else {
                    value
                }
            };
            let values: Vec<String> = columns.iter().filter(given).map(value).collect();
            format!("INSERT INTO \"{table}\" ({names}) SELECT {}", values.join(", "))
        }
        DatabaseKind::Postgres => format!(
            "INSERT INTO \"{table}\" ({names}) \
             SELECT {names} FROM json_populate_record(NULL::\"{table}\", $1::json)"
        ),
    };
    let run = query(AssertSqlSafe(insert)).bind(json).execute(&mut *transaction).await;
    run.map_err(|error| with_causes(&error))?;
    if transaction.kind() == DatabaseKind::Postgres {
        let next = format!(
            "SELECT setval(pg_get_serial_sequence('\"{table}\"', 'id'), MAX(id)) AS value \
             FROM \"{table}\""
        );
        let next = query(AssertSqlSafe(next)).execute(&mut *transaction).await;
        next.map_err(|error| with_causes(&error))?;
    }
    Ok(())
}

async fn columns_of(table: &str, transaction: &mut Transaction) -> Result<Vec<Column>, DbError> {
    let columns = query(match transaction.kind() {
        DatabaseKind::Sqlite => "SELECT name, type AS kind FROM pragma_table_info($1)",
        DatabaseKind::Postgres => {
            "SELECT CAST(column_name AS text) AS name, CAST(data_type AS text) AS kind \
             FROM information_schema.columns \
             WHERE table_name = $1 AND table_schema = ANY (current_schemas(false))"
        }
    });
    columns.bind(table).fetch_all(transaction).await
}
