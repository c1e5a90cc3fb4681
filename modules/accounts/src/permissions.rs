//! The permissions to add, change, delete and view the rows of each model, which have to be rows in
//! the database before they can be granted.

mod renamed;

use std::collections::{BTreeMap, BTreeSet};

use module_api::ModuleFuture;
use module_api::auth::Action;
use module_api::db::{Db, DbError, Executor, Transaction, Value, continue_sequence, query};
use module_api::model::{ModelInfo, Models};
use module_api::sqlx::AssertSqlSafe;

/// The maximum number of rows in one statement.
const ROWS_AT_ONCE: usize = 200;

/// The lengths of the columns, which PostgreSQL enforces.
const MAX_NAME: usize = 255;
const MAX_CODENAME: usize = 100;
const MAX_LABEL_PART: usize = 100;

/// A model's name is too long for the names of permissions.
#[derive(Debug, thiserror::Error)]
#[error(
    "the model `{label}` cannot have permissions: {what} has more than {limit} characters; give it \
     a shorter one"
)]
struct NameTooLong {
    label: &'static str,
    what: &'static str,
    limit: usize,
}

/// Creates the missing content types and permissions of the site's models, like Django's `migrate`,
/// and in its order: model by model, and for each model add, change, delete, view. Those of a renamed
/// model are renamed. Other existing rows are left unchanged.
pub(crate) fn create_missing(db: &Db) -> ModuleFuture<'_> {
    Box::pin(async move {
        let known = read_known(&mut db.acquire().await?).await?;
        let lacking: Vec<&'static ModelInfo> =
            Models::of(db).iter().filter(|model| known.lacks_permissions_of(model)).collect();
        if lacking.is_empty() {
            return Ok(());
        }
        for model in &lacking {
            check_lengths(model)?;
        }
        let mut transaction = db.begin().await?;
        renamed::rename(Models::of(db), &known, &mut transaction).await?;
        let known = read_known(&mut transaction).await?;
        create_content_types(&lacking, &known, &mut transaction).await?;
        // With the keys of the new ones, and concurrent inserts of other programs.
        let known = read_known(&mut transaction).await?;
        let permissions = create_permissions(&lacking, &known, &mut transaction).await?;
        transaction.commit().await?;
        tracing::debug!(permissions, "created what was missing");
        Ok(())
    })
}

/// The permissions in the database.
#[derive(Default)]
struct Known(BTreeMap<(String, String), KnownModel>);

/// A content type and its permissions.
struct KnownModel {
    content_type: i64,
    codenames: BTreeSet<String>,
}

impl Known {
    fn of(&self, model: &ModelInfo) -> Option<&KnownModel> {
        self.0.get(&(model.app().to_owned(), model.name().to_owned()))
    }

    fn lacks_permissions_of(&self, model: &ModelInfo) -> bool {
        self.of(model).is_none_or(|known| {
            Action::ALL.iter().any(|action| !known.codenames.contains(&action.codename(model)))
        })
    }
}

async fn read_known(on: impl Into<Executor<'_>>) -> Result<Known, DbError> {
    let rows = query(
        "SELECT c.app_label, c.model, c.id, p.codename FROM django_content_type c \
         LEFT JOIN auth_permission p ON p.content_type_id = c.id",
    );
    let mut known = Known::default();
    // A content type with one of its permissions, if it has any.
    let rows = rows.fetch_all::<(String, String, i64, Option<String>)>(on).await?;
    for (app, model, content_type, codename) in rows {
        let new = KnownModel { content_type, codenames: BTreeSet::new() };
        known.0.entry((app, model)).or_insert(new).codenames.extend(codename);
    }
    Ok(known)
}

fn check_lengths(model: &'static ModelInfo) -> Result<(), NameTooLong> {
    let too_long = |what, limit| NameTooLong { label: model.label, what, limit };
    for part in [model.app(), model.name()] {
        if part.chars().count() > MAX_LABEL_PART {
            return Err(too_long("a part of its label", MAX_LABEL_PART));
        }
    }
    for action in Action::ALL {
        if action.codename(model).chars().count() > MAX_CODENAME {
            return Err(too_long("the codename of one", MAX_CODENAME));
        }
        if name_of(action, model).chars().count() > MAX_NAME {
            return Err(too_long("the name of one", MAX_NAME));
        }
    }
    Ok(())
}

/// Returns the name of a permission for people: `Can add letting`.
fn name_of(action: Action, model: &ModelInfo) -> String {
    format!("Can {} {}", action.word(), model.verbose_name)
}

async fn create_content_types(
    models: &[&'static ModelInfo],
    known: &Known,
    on: &mut Transaction,
) -> Result<(), DbError> {
    let missing = models.iter().filter(|model| known.of(model).is_none());
    let rows = missing.map(|model| vec![Value::from(model.app()), Value::from(model.name())]);
    insert("django_content_type", ["app_label", "model"], rows, on).await?;
    Ok(())
}

/// Creates the missing permissions, and returns their number.
async fn create_permissions(
    models: &[&'static ModelInfo],
    known: &Known,
    on: &mut Transaction,
) -> Result<u64, DbError> {
    let mut rows = Vec::new();
    for model in models {
        let known = known.of(model).expect("its content type was created before");
        for action in Action::ALL {
            let codename = action.codename(model);
            if !known.codenames.contains(&codename) {
                let name = Value::from(name_of(action, model));
                rows.push(vec![name, Value::from(known.content_type), Value::from(codename)]);
            }
        }
    }
    insert("auth_permission", ["name", "content_type_id", "codename"], rows, on).await
}

/// Inserts rows in order, except existing ones, and returns the number of inserted rows.
async fn insert<const COLUMNS: usize>(
    table: &str,
    columns: [&str; COLUMNS],
    rows: impl IntoIterator<Item = Vec<Value>>,
    on: &mut Transaction,
) -> Result<u64, DbError> {
    let rows: Vec<Vec<Value>> = rows.into_iter().collect();
    if !rows.is_empty() {
        // A taken key would count as an existing row.
        continue_sequence(table, &mut *on).await?;
    }
    let mut inserted = 0;
    for rows in rows.chunks(ROWS_AT_ONCE) {
        let parameters = |row: usize| {
            let numbers = (1..=COLUMNS).map(|column| format!("${}", row * COLUMNS + column));
            format!("({})", numbers.collect::<Vec<_>>().join(", "))
        };
        let values: Vec<String> = (0..rows.len()).map(parameters).collect();
        // The unique columns are not named: adopted tables may lack the constraint.
        let sql = format!(
            "INSERT INTO {table} ({}) VALUES {} ON CONFLICT DO NOTHING",
            columns.join(", "),
            values.join(", "),
        );
        // Literals of this file and numbers of parameters.
        let insert = query(AssertSqlSafe(sql)).bind_all(rows.iter().flatten().cloned());
        inserted += insert.execute(&mut *on).await?;
    }
    Ok(inserted)
}
