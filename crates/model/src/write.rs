//! Inserting, updating and relating rows.

use std::fmt::Write;

use db::{
    DatabaseKind, DbError, Executor, Transaction, Value, continue_sequence, push_quoted, query,
    quoted,
};
use sqlx::AssertSqlSafe;

use crate::{
    AutoNow, FieldInfo, ManyToManyInfo, ModelInfo, NON_FIELD_ERRORS, TOO_EXACT_FOR_SQLITE,
    ValidationErrors, WriteError,
};

/// Validates the values of an object of a model, including conditions that need the database: unique
/// values, the rows of foreign keys, and rules about other rows. The first value is the primary key; a row
/// with the same key is the object itself.
///
/// # Errors
///
/// The errors of all fields, or the database is out of reach.
pub async fn validate_in(
    model: &'static ModelInfo,
    values: &[Value],
    on: &mut Transaction,
) -> Result<(), WriteError> {
    validate(model, None, values, on).await
}

/// Validates an object whose row has the values `before`: only changed values are checked, and the rules
/// over the object if any value is changed.
///
/// # Errors
///
/// The errors of all fields, or the database is out of reach.
pub async fn validate_changes_in(
    model: &'static ModelInfo,
    before: &[Value],
    values: &[Value],
    on: &mut Transaction,
) -> Result<(), WriteError> {
    validate(model, Some(before), values, on).await
}

async fn validate(
    model: &'static ModelInfo,
    before: Option<&[Value]>,
    values: &[Value],
    on: &mut Transaction,
) -> Result<(), WriteError> {
    let mut errors = model.validate_changes(before, values).err().unwrap_or_default();
    let is_good =
        |field: &FieldInfo, errors: &ValidationErrors| errors.field(field.name).is_empty();
    let fields = || model.fields.iter().zip(values).enumerate().skip(1);
    let is_changed =
        |place: usize| before.is_none_or(|before| before.get(place) != values.get(place));
    for (place, (field, value)) in fields() {
        if value.is_null() || !is_good(field, &errors) || !is_changed(place) {
            continue;
        }
        if on.kind() == DatabaseKind::Sqlite && !value.is_exact_on_sqlite() {
            errors.add(field.name, TOO_EXACT_FOR_SQLITE);
            continue;
        }
        if let Some(foreign_key) = field.foreign_key() {
            let target = (foreign_key.target)();
            let (table, key) = (quoted(target.table), target.primary_key());
            let sql = format!("SELECT 1 FROM {table} WHERE {} = $1", quoted(key.column));
            let found = query(AssertSqlSafe(sql)).bind(value.clone());
            if found.fetch_optional::<(i64,)>(&mut *on).await?.is_none() {
                let name = target.verbose_name;
                errors.add(
                    field.name,
                    format!("{name} instance with {} {value} does not exist.", key.name),
                );
                continue;
            }
        }
        if field.unique && taken(model, &[(field, value)], &values[0], on).await? {
            errors.add(field.name, model.already_exists(&[field]));
        }
    }
    for together in model.unique_together {
        let of_them = fields().filter(|(_, (field, _))| together.contains(&field.name));
        let (places, of_them): (Vec<_>, Vec<_>) = of_them.unzip();
        let complete = of_them.iter().all(|(f, value)| !value.is_null() && is_good(f, &errors));
        let matters = complete && places.into_iter().any(is_changed);
        if matters && taken(model, &of_them, &values[0], on).await? {
            let fields: Vec<_> = of_them.iter().map(|(field, _)| *field).collect();
            errors.add(NON_FIELD_ERRORS, model.already_exists(&fields));
        }
    }
    errors.into_result()?;
    if before == Some(values) { Ok(()) } else { model.check_rows(values, on).await }
}

/// Returns `true` if another row has these values.
async fn taken(
    model: &ModelInfo,
    fields: &[(&'static FieldInfo, &Value)],
    key: &Value,
    on: &mut Transaction,
) -> Result<bool, DbError> {
    let table = quoted(model.table);
    let id = quoted(model.primary_key().column);
    let mut sql = format!("SELECT 1 FROM {table} WHERE ");
    let mut values = Vec::new();
    for (field, value) in fields {
        let and = if values.is_empty() { "" } else { " AND " };
        values.push((*value).clone());
        write!(sql, "{and}{} = ${}", quoted(field.column), values.len())
            .expect("a string takes all");
    }
    // An object that is not in the table yet differs from every row.
    if let Some(key) = key.as_int().filter(|key| *key != 0) {
        values.push(Value::from(key));
        write!(sql, " AND {id} <> ${}", values.len()).expect("a string takes all");
    }
    let found = query(AssertSqlSafe(sql)).bind_all(values);
    Ok(found.fetch_optional::<(i64,)>(on).await?.is_some())
}

/// Inserts an object of a model, with the primary key first, and returns that: its own, or one that the
/// database assigns if it is 0.
///
/// # Errors
///
/// The values do not fit their fields or break a rule, or the database refuses.
pub async fn insert_values(
    model: &'static ModelInfo,
    values: Vec<Value>,
    on: &mut Transaction,
) -> Result<i64, WriteError> {
    let mut values = stamped(model, AutoNow::Add, normalized(model, None, values));
    validate_in(model, &values, &mut *on).await?;
    let has_key = values[0].as_int().is_some_and(|id| id != 0);
    let skipped = usize::from(!has_key);
    values.drain(..skipped);
    let sql = insert_statement(model, &model.fields[skipped..]);
    let inserted = query(AssertSqlSafe(sql)).bind_all(values).fetch_one(&mut *on).await;
    let (id,) = inserted.map_err(|error| model.refused(error))?;
    if has_key {
        continue_sequence(model.table, on).await?;
    }
    Ok(id)
}

/// The statement that inserts values of these fields and returns the primary key.
fn insert_statement(model: &ModelInfo, fields: &[FieldInfo]) -> String {
    let mut sql = String::with_capacity(64 + 32 * fields.len());
    sql.push_str("INSERT INTO ");
    push_quoted(&mut sql, model.table);
    for (place, field) in fields.iter().enumerate() {
        sql.push_str(if place == 0 { " (" } else { ", " });
        push_quoted(&mut sql, field.column);
    }
    sql.push_str(if fields.is_empty() { " DEFAULT VALUES" } else { ") VALUES ($1" });
    for number in 2..=fields.len() {
        write!(sql, ", ${number}").expect("a string takes all");
    }
    sql.push_str(if fields.is_empty() { " RETURNING " } else { ") RETURNING " });
    push_quoted(&mut sql, model.primary_key().column);
    sql
}

/// Updates all columns of the row of an object, with the primary key first.
///
/// # Errors
///
/// The values do not fit their fields or break a rule, the row is gone, or the database refuses.
pub async fn save_values(
    model: &'static ModelInfo,
    values: Vec<Value>,
    on: &mut Transaction,
) -> Result<(), WriteError> {
    let values = stamped(model, AutoNow::Save, normalized(model, None, values));
    validate_in(model, &values, &mut *on).await?;
    update(model, values, on).await
}

/// Updates a row that has the values `before`: only changed values are normalized and checked.
///
/// # Errors
///
/// The values do not fit their fields or break a rule, the row is gone, or the database refuses.
pub async fn save_changes(
    model: &'static ModelInfo,
    before: &[Value],
    values: Vec<Value>,
    on: &mut Transaction,
) -> Result<(), WriteError> {
    let values = stamped(model, AutoNow::Save, normalized(model, Some(before), values));
    validate_changes_in(model, before, &values, &mut *on).await?;
    update(model, values, on).await
}

/// The values in the normal forms of their fields; unchanged ones stay as they are.
fn normalized(
    model: &'static ModelInfo,
    before: Option<&[Value]>,
    values: Vec<Value>,
) -> Vec<Value> {
    let each = model.fields.iter().zip(values).enumerate();
    each.map(|(place, (field, value))| {
        let is_as_before = before.and_then(|before| before.get(place)) == Some(&value);
        if is_as_before { value } else { field.normalized(value) }
    })
    .collect()
}

/// The values with the current time in fields with `auto_now`: on insertion in all of them, later in those
/// that are set whenever the object is saved.
fn stamped(model: &'static ModelInfo, when: AutoNow, mut values: Vec<Value>) -> Vec<Value> {
    for (field, value) in model.fields.iter().zip(&mut values) {
        if field.auto_now.is_some_and(|auto| auto == AutoNow::Save || auto == when)
            && let Some(now) = field.now()
        {
            *value = now;
        }
    }
    values
}

async fn update(
    model: &'static ModelInfo,
    values: Vec<Value>,
    on: &mut Transaction,
) -> Result<(), WriteError> {
    let set = model.fields.iter().enumerate().skip(1);
    let set: Vec<String> =
        set.map(|(index, field)| format!("{} = ${}", quoted(field.column), index + 1)).collect();
    let (table, key) = (quoted(model.table), quoted(model.primary_key().column));
    let id = values[0].as_int().unwrap_or(0);
    let changed = if set.is_empty() {
        let sql = format!("SELECT 1 FROM {table} WHERE {key} = $1");
        let row = query(AssertSqlSafe(sql)).bind(id).fetch_optional::<(i64,)>(&mut *on).await?;
        u64::from(row.is_some())
    } else {
        let sql = format!("UPDATE {table} SET {} WHERE {key} = $1", set.join(", "));
        let updated = query(AssertSqlSafe(sql)).bind_all(values).execute(&mut *on).await;
        updated.map_err(|error| model.refused(error))?
    };
    if changed == 0 {
        return Err(WriteError::Gone { model: model.verbose_name, id });
    }
    Ok(())
}

/// The primary keys of the rows related to one by a many-to-many field, in ascending order.
///
/// # Errors
///
/// The database is out of reach or refuses the query.
pub async fn related_ids(
    field: &ManyToManyInfo,
    source: i64,
    on: impl Into<Executor<'_>>,
) -> Result<Vec<i64>, DbError> {
    let (table, from, to) =
        (quoted(field.table), quoted(field.source_column), quoted(field.target_column));
    let sql =
        format!("SELECT {to} FROM {table} WHERE {from} = $1 AND {to} IS NOT NULL ORDER BY {to}");
    let rows = query(AssertSqlSafe(sql)).bind(source).fetch_all::<(i64,)>(on).await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// The primary keys of the rows related to several by a many-to-many field: pairs of source and target, in
/// ascending order.
///
/// # Errors
///
/// The database is out of reach or refuses the query.
pub async fn related_ids_of(
    field: &ManyToManyInfo,
    sources: &[i64],
    on: impl Into<Executor<'_>>,
) -> Result<Vec<(i64, i64)>, DbError> {
    if sources.is_empty() {
        return Ok(Vec::new());
    }
    let (table, from, to) =
        (quoted(field.table), quoted(field.source_column), quoted(field.target_column));
    let sources: Vec<String> = sources.iter().map(ToString::to_string).collect();
    let sources = sources.join(", ");
    let sql = format!(
        "SELECT {from}, {to} FROM {table} WHERE {from} IN ({sources}) AND {to} IS NOT NULL ORDER BY 1, 2"
    );
    query(AssertSqlSafe(sql)).fetch_all(on).await
}

/// Replaces the rows that a many-to-many field relates to one.
///
/// # Errors
///
/// One of the rows does not exist, or the database is out of reach.
pub async fn set_related_ids(
    field: &ManyToManyInfo,
    source: i64,
    targets: &[i64],
    on: &mut Transaction,
) -> Result<(), DbError> {
    let present = related_ids(field, source, &mut *on).await?;
    let (table, from, to) =
        (quoted(field.table), quoted(field.source_column), quoted(field.target_column));
    for gone in present.iter().filter(|id| !targets.contains(id)) {
        let sql = format!("DELETE FROM {table} WHERE {from} = $1 AND {to} = $2");
        query(AssertSqlSafe(sql)).bind(source).bind(*gone).execute(&mut *on).await?;
    }
    for (index, new) in targets.iter().enumerate() {
        if present.contains(new) || targets[..index].contains(new) {
            continue;
        }
        let sql = format!("INSERT INTO {table} ({from}, {to}) VALUES ($1, $2)");
        query(AssertSqlSafe(sql)).bind(source).bind(*new).execute(&mut *on).await?;
    }
    Ok(())
}
