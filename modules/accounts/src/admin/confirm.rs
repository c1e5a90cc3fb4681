//! Confirmation of changes that could lock out users, or all of them.

use module_api::ModuleFuture;
use module_api::admin::Change;
use module_api::db::{DatabaseKind, DbError, Transaction, Value, query};
use module_api::model::Record;

/// Asks for confirmation before users withdraw their own permissions, and before the last superuser
/// is removed.
pub(super) fn confirm<'a>(
    change: Change<'a>,
    on: &'a mut Transaction,
) -> ModuleFuture<'a, Option<String>, DbError> {
    Box::pin(async move {
        let mut questions = Vec::new();
        if let Some(own) = change.before.iter().find(|user| user.id() == change.user.id)
            && let Some(after) = change.after
        {
            questions.extend(of_own_account(own, after));
        }
        if is_last_superuser(change, on).await? {
            questions.push(
                "No active superuser would be left. Superuser status could then be granted only \
                 from the command line."
                    .to_owned(),
            );
        }
        if questions.is_empty() {
            return Ok(None);
        }
        questions.push("Continue?".to_owned());
        Ok(Some(questions.join(" ")))
    })
}

/// The permissions that users would withdraw from their own account by a change. The admin refuses
/// to delete it.
fn of_own_account(before: &Record, after: &Record) -> Option<String> {
    let rights = [
        ("is_superuser", "superuser status"),
        ("is_staff", "staff status"),
        ("is_active", "active status"),
    ];
    let lost: Vec<&str> = rights
        .into_iter()
        .filter(|(name, _)| is(before, name) && !is(after, name))
        .map(|(_, words)| words)
        .collect();
    let lost = match lost.as_slice() {
        [] => return None,
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    };
    Some(format!("You are removing {lost} from your own account."))
}

/// Returns `true` if there are active superusers before the change and none after.
async fn is_last_superuser(change: Change<'_>, on: &mut Transaction) -> Result<bool, DbError> {
    let is_one = |user: &&Record| is(user, "is_superuser") && is(user, "is_active");
    let lost: Vec<i64> = change.before.iter().filter(is_one).map(Record::id).collect();
    if lost.is_empty() || change.after.as_ref().is_some_and(is_one) {
        return Ok(false);
    }
    // Locked, so that one of two concurrent requests for the last two superusers has to confirm.
    let superusers = query(match on.kind() {
        DatabaseKind::Sqlite => {
            "SELECT id AS value FROM auth_user WHERE is_superuser AND is_active"
        }
        DatabaseKind::Postgres => {
            "SELECT id AS value FROM auth_user WHERE is_superuser AND is_active ORDER BY id \
             FOR UPDATE"
        }
    });
    let superusers = superusers.fetch_all::<(i64,)>(on).await?;
    Ok(superusers.iter().all(|(id,)| lost.contains(id)))
}

fn is(user: &Record, name: &str) -> bool {
    *user.get(name) == Value::from(true)
}
