//! The log of actions by staff, in the table of Django's admin.

use accounts::models::{ContentType, User};
use module_api::model::{ForeignKey, Model};
use module_api::time::UtcDateTime;

/// An action of a user on an object.
///
/// ```
/// use admin::models::LogEntry;
/// use module_api::db::{DbConnection, DbError};
/// use module_api::model::Model;
///
/// /// Returns the latest actions of staff.
/// async fn latest(on: &mut DbConnection) -> Result<Vec<LogEntry>, DbError> {
///     LogEntry::objects().limit(10).all(on).await
/// }
/// # module_test::block_on(async {
/// #     let setup = module_test::TestSite::on(module_test::DatabaseKind::Sqlite);
/// #     let site = setup.only(&["accounts", "admin"]).start().await;
/// #     let mut connection = site.db().acquire().await.unwrap();
/// #     assert!(latest(&mut connection).await.unwrap().is_empty());
/// # });
/// ```
#[derive(Debug, Clone, Model)]
#[model(
    label = "admin.logentry",
    table = "django_admin_log",
    verbose_name = "log entry",
    verbose_name_plural = "log entries",
    ordering = ["-action_time"],
    display = "{object_repr}"
)]
pub struct LogEntry {
    /// The primary key.
    pub id: i64,
    /// The moment of the action.
    #[model(default = now)]
    pub action_time: UtcDateTime,
    /// The user. An account with log entries cannot be deleted, unlike in Django.
    #[model(on_delete = protect)]
    pub user: ForeignKey<User>,
    /// The model of the object.
    #[model(on_delete = set_null, blank)]
    pub content_type: Option<ForeignKey<ContentType>>,
    /// The primary key of the object, as text.
    #[model(long_text, blank, verbose_name = "object id")]
    pub object_id: Option<String>,
    /// The object's label, truncated to 200 characters.
    #[model(max_length = 200)]
    pub object_repr: String,
    /// The kind of the action.
    #[model(positive, choices = [(1, "Addition"), (2, "Change"), (3, "Deletion")])]
    pub action_flag: i16,
    /// The changes: Django's JSON, or text in old entries.
    #[model(long_text, blank)]
    pub change_message: String,
}
