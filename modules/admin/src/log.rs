//! The log of actions by staff, in the format of Django's admin.

mod message;
mod read;

use std::fmt::Write;

use module_api::auth::User;
use module_api::db::{DbError, Transaction, Value, query};
use module_api::model::ModelInfo;
use module_api::now;
use module_api::sqlx::AssertSqlSafe;

pub(crate) use self::message::ChangeMessage;
pub(crate) use self::read::{Done, Entry, of_object, of_user};

/// The maximum length of an object's label, in characters.
const MAX_REPR: usize = 200;

/// The maximum number of entries in one statement.
const ENTRIES_AT_ONCE: usize = 100;

/// The kind of a logged action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ActionFlag {
    /// An object was added.
    Addition = 1,
    /// An object was changed.
    Change = 2,
    /// An object was deleted.
    Deletion = 3,
}

/// An object in the log: its primary key and label.
pub(crate) type Object<'a> = (i64, &'a str);

/// Records that a user added an object, in the transaction that adds it.
///
/// # Errors
///
/// The database is out of reach.
pub(crate) async fn added(
    user: &User,
    model: &'static ModelInfo,
    object: Object<'_>,
    message: &ChangeMessage,
    on: &mut Transaction,
) -> Result<(), DbError> {
    write(user, model, &[object], ActionFlag::Addition, &message.json(), on).await
}

/// Records that a user changed an object, in the transaction that changes it.
///
/// # Errors
///
/// The database is out of reach.
pub(crate) async fn changed(
    user: &User,
    model: &'static ModelInfo,
    object: Object<'_>,
    message: &ChangeMessage,
    on: &mut Transaction,
) -> Result<(), DbError> {
    write(user, model, &[object], ActionFlag::Change, &message.json(), on).await
}

/// Records that a user ran an action of a list on objects of a model, in its transaction. Objects
/// that the action deletes are recorded as deleted.
///
/// # Errors
///
/// The database is out of reach.
pub(crate) async fn acted(
    user: &User,
    model: &'static ModelInfo,
    objects: &[Object<'_>],
    (flag, action): (ActionFlag, &str),
    on: &mut Transaction,
) -> Result<(), DbError> {
    write(user, model, objects, flag, action, on).await
}

/// Records that a user deletes objects of a model, with an entry for each, in the transaction that
/// deletes them. The user's own account cannot be among them: the entry refers to it.
///
/// # Errors
///
/// The database is out of reach.
pub(crate) async fn deleted(
    user: &User,
    model: &'static ModelInfo,
    objects: &[Object<'_>],
    on: &mut Transaction,
) -> Result<(), DbError> {
    write(user, model, objects, ActionFlag::Deletion, "", on).await
}

async fn write(
    user: &User,
    model: &'static ModelInfo,
    objects: &[Object<'_>],
    flag: ActionFlag,
    message: &str,
    on: &mut Transaction,
) -> Result<(), DbError> {
    let now = now();
    for objects in objects.chunks(ENTRIES_AT_ONCE) {
        let mut sql = String::from(
            "INSERT INTO django_admin_log (action_time, user_id, content_type_id, action_flag, \
             change_message, object_id, object_repr) \
             SELECT $1, $2, content_type.id, $3, $4, entry.column1, entry.column2 \
             FROM django_content_type content_type CROSS JOIN (VALUES ",
        );
        let mut values = vec![
            Value::from(now),
            Value::from(user.id),
            Value::from(flag as i64),
            Value::from(message),
            Value::from(model.app()),
            Value::from(model.name()),
        ];
        for (index, (id, shown)) in objects.iter().enumerate() {
            values.push(Value::from(id.to_string()));
            values.push(Value::from(cut(shown)));
            let comma = if index > 0 { ", " } else { "" };
            let last = values.len();
            write!(sql, "{comma}(${}, ${last})", last - 1).expect("a string takes all");
        }
        sql.push_str(") AS entry WHERE content_type.app_label = $5 AND content_type.model = $6");
        let insert = || query(AssertSqlSafe(sql.clone())).bind_all(values.clone());
        if insert().execute(&mut *on).await? == 0 {
            make_content_type(model, on).await?;
            insert().execute(&mut *on).await?;
        }
    }
    Ok(())
}

/// A label truncated to the length of the column.
fn cut(shown: &str) -> &str {
    shown.char_indices().nth(MAX_REPR).map_or(shown, |(end, _)| &shown[..end])
}

/// Creates the content type of a model, unless another transaction creates it concurrently.
async fn make_content_type(model: &'static ModelInfo, on: &mut Transaction) -> Result<(), DbError> {
    query(
        "INSERT INTO django_content_type (app_label, model) VALUES ($1, $2) ON CONFLICT DO NOTHING",
    )
    .bind(model.app())
    .bind(model.name())
    .execute(on)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn what_an_object_shows_as_is_cut_by_characters() {
        assert_eq!(cut("short"), "short");
        let long = "ö".repeat(200);
        assert_eq!(cut(&long), long);
        assert_eq!(cut(&format!("{long}x")), long);
    }
}
