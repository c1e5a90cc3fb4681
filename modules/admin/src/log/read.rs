//! Log entries of an object, and of a user.

use module_api::auth::Action;
use module_api::db::{DbError, Executor, FromRow, query};
use module_api::model::ModelInfo;
use module_api::serde::Serialize;
use module_api::sqlx::AssertSqlSafe;
use module_api::time::UtcDateTime;
use module_api::{PageNumber, Pagination};

use super::message::words;
use crate::access::AdminContext;
use crate::labels::may_know_names;
use crate::text::minute;

/// The number of entries on a page.
const PAGE_SIZE: u32 = 100;

/// The kind of the action, as a class in stylesheets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(crate = "module_api::serde", rename_all = "lowercase")]
pub(crate) enum Done {
    /// The object was added.
    Addition,
    /// The object was changed.
    Change,
    /// The object was deleted.
    Deletion,
    /// An unknown kind, also for Django.
    Other,
}

/// An entry of the log for a page.
#[derive(Debug, Clone, Serialize)]
#[serde(crate = "module_api::serde")]
pub(crate) struct Entry {
    /// The time of the action, in UTC, to the minute.
    pub(crate) time: String,
    /// The username of the user.
    pub(crate) username: String,
    /// The full name of the user. May be empty.
    pub(crate) full_name: String,
    /// The kind of the action.
    pub(crate) done: Done,
    /// The app of the object's model, if it still exists.
    pub(crate) app: Option<String>,
    /// The name of the model in its label.
    pub(crate) model: Option<String>,
    /// The primary key of the object, as text.
    pub(crate) object_id: Option<String>,
    /// The object's label at that time.
    pub(crate) object: String,
    /// The changes, in words. May be empty.
    pub(crate) message: String,
}

/// A stored entry.
#[derive(FromRow)]
struct Stored {
    action_time: UtcDateTime,
    action_flag: i64,
    object_id: Option<String>,
    object_repr: String,
    change_message: String,
    user_id: i64,
    username: String,
    first_name: String,
    last_name: String,
    app_label: Option<String>,
    model: Option<String>,
}

impl Entry {
    /// An entry as far as the user may view it: users appear as primary keys to those who may not view
    /// users, and inline objects by name only if their model may be viewed.
    fn of(cx: &AdminContext<'_>, stored: Stored) -> Self {
        let username = cx.person(stored.user_id, &stored.username);
        let is_named = username == stored.username;
        let full_name = format!("{} {}", stored.first_name, stored.last_name);
        let may_name = |name: &str| {
            let mut called_so = cx.models.0.iter().map(|registered| &registered.admin);
            cx.user.is_superuser
                || called_so.any(|admin| {
                    admin.model.verbose_name == name
                        && cx.may(admin, Action::View, None)
                        && may_know_names(cx, admin)
                })
        };
        Self {
            time: minute(stored.action_time),
            username,
            full_name: if is_named { full_name.trim().to_owned() } else { String::new() },
            done: match stored.action_flag {
                1 => Done::Addition,
                2 => Done::Change,
                3 => Done::Deletion,
                _ => Done::Other,
            },
            app: stored.app_label,
            model: stored.model,
            object_id: stored.object_id,
            object: stored.object_repr,
            message: words(&stored.change_message, may_name),
        }
    }
}

const ENTRIES: &str = "SELECT entry.action_time, entry.action_flag, entry.object_id, \
     entry.object_repr, entry.change_message, entry.user_id, account.username, account.first_name, \
     account.last_name, content_type.app_label, content_type.model FROM django_admin_log entry \
     JOIN auth_user account ON account.id = entry.user_id \
     LEFT JOIN django_content_type content_type ON content_type.id = entry.content_type_id";

const OF_OBJECT: &str = "WHERE entry.content_type_id = (SELECT id FROM django_content_type \
     WHERE app_label = $1 AND model = $2) AND entry.object_id = $3";

/// Returns a page of an object's log entries, the oldest first. If there is no such page, it is the
/// last one.
///
/// # Errors
///
/// The database is out of reach.
pub(crate) async fn of_object(
    cx: &AdminContext<'_>,
    model: &'static ModelInfo,
    id: i64,
    page: PageNumber,
    on: impl Into<Executor<'_>>,
) -> Result<(Vec<Entry>, Pagination), DbError> {
    let mut on = on.into();
    let limit = PAGE_SIZE + 1;
    let fetch = |page: PageNumber| {
        let sql = format!(
            "{ENTRIES} {OF_OBJECT} ORDER BY entry.action_time, entry.id LIMIT {limit} OFFSET $4"
        );
        let parameters = query(AssertSqlSafe(sql)).bind(model.app()).bind(model.name());
        parameters.bind(id.to_string()).bind(page.offset(PAGE_SIZE))
    };
    let mut page = page.reachable(PAGE_SIZE);
    let mut entries = fetch(page).fetch_all::<Stored>(on.reborrow()).await?;
    if entries.is_empty() && page.get() > 1 {
        let sql = format!("SELECT COUNT(*) AS value FROM django_admin_log entry {OF_OBJECT}");
        let count = query(AssertSqlSafe(sql)).bind(model.app()).bind(model.name());
        let (total,) = count.bind(id.to_string()).fetch_one(on.reborrow()).await?;
        page = PageNumber::last(total, PAGE_SIZE).reachable(PAGE_SIZE);
        entries = fetch(page).fetch_all(on).await?;
    }
    let size = usize::try_from(PAGE_SIZE).unwrap_or(usize::MAX);
    let more = entries.len() > size;
    entries.truncate(size);
    let entries = entries.into_iter().map(|stored| Entry::of(cx, stored)).collect();
    Ok((entries, Pagination::new(page, PAGE_SIZE, more)))
}

/// Returns the user's latest entries, the latest first, up to a maximum number.
///
/// # Errors
///
/// The database is out of reach.
pub(crate) async fn of_user(
    cx: &AdminContext<'_>,
    at_most: u32,
    on: impl Into<Executor<'_>>,
) -> Result<Vec<Entry>, DbError> {
    // By primary keys, which grow with time: an index has a user's entries in this order.
    let sql = format!("{ENTRIES} WHERE entry.user_id = $1 ORDER BY entry.id DESC LIMIT {at_most}");
    let entries = query(AssertSqlSafe(sql)).bind(cx.user.id).fetch_all(on).await?;
    Ok(entries.into_iter().map(|stored| Entry::of(cx, stored)).collect())
}
