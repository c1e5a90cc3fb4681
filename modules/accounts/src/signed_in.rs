//! The signed-in user of a request, read from the database once, before any handler.

use std::collections::BTreeSet;
use std::sync::Arc;

use module_api::auth::{SignedIn, User};
use module_api::db::{Db, DbConnection, DbError, FromRow, Row, query};
use module_api::time::{Duration, UtcDateTime};
use module_api::{Causes, RequestInfo, now, with_causes};
use rocket::fairing::{Fairing, Info, Kind};
use rocket::{Data, Request};

use crate::sessions::{SessionKey, expiry, password_fingerprint};

/// The time after which the use of a session is recorded again.
const USE_IS_WRITTEN_AFTER: Duration = Duration::hours(1);

/// The paths whose responses do not depend on a user.
const SESSIONLESS_PATHS: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// The fairing that determines the sender of a request. Without a cookie it does not query the
/// database.
pub(crate) struct SessionFairing;

#[rocket::async_trait]
impl Fairing for SessionFairing {
    fn info(&self) -> Info {
        Info { name: "Who is signed in", kind: Kind::Request }
    }

    async fn on_request(&self, request: &mut Request<'_>, _: &mut Data<'_>) {
        let request = &*request;
        let path = request.uri().path().as_str();
        if path.starts_with("/static/") || SESSIONLESS_PATHS.contains(&path) {
            return;
        }
        let Some(key) = SessionKey::of(request) else { return };
        // Boxed, so that anonymous requests do not contain the large future of the query.
        Box::pin(find_out(&key, request)).await;
    }
}

async fn find_out(key: &SessionKey, request: &Request<'_>) {
    let Some(db) = request.rocket().state::<Db>() else { return };
    let signed_in = match user_of(key, db, request).await {
        Ok(Some(user)) => SignedIn::User(Arc::new(user)),
        Ok(None) => SignedIn::Nobody,
        Err(error) => {
            tracing::error!(
                request_id = %RequestInfo::of(request).id,
                causes = Causes::of(&error).as_error(),
                "who is signed in cannot be told: {}",
                with_causes(&error),
            );
            SignedIn::Unknown
        }
    };
    signed_in.attach_to(request);
}

async fn user_of(
    key: &SessionKey,
    db: &Db,
    request: &Request<'_>,
) -> Result<Option<User>, DbError> {
    let mut connection = db.acquire().await?;
    let Some(mut found) = find(key, &mut connection).await? else { return Ok(None) };
    if !found.user.is_superuser {
        found.user.permissions = permissions_of(found.user.id, &mut connection).await?;
    }
    drop(connection);
    // A future moment is due to a clock that was set back: the session would last too long.
    if (now() - found.last_used).abs() > USE_IS_WRITTEN_AFTER {
        match write_use(found.session_id, db).await {
            Ok(()) => key.give_to(request),
            // The next request tries again.
            Err(error) => {
                tracing::warn!("a session's use was not written down: {}", with_causes(&error));
            }
        }
    }
    Ok(Some(found.user))
}

/// A session with its user.
struct Found {
    session_id: i64,
    last_used: UtcDateTime,
    user: User,
    has_this_password: bool,
}

impl FromRow for Found {
    fn from_row(row: &Row<'_>) -> Result<Self, DbError> {
        let password: String = row.get("password")?;
        let remembered: String = row.get("password_fingerprint")?;
        Ok(Self {
            session_id: row.get("session_id")?,
            last_used: row.get("last_used")?,
            has_this_password: remembered == password_fingerprint(&password),
            user: User {
                id: row.get("id")?,
                username: row.get("username")?,
                first_name: row.get("first_name")?,
                last_name: row.get("last_name")?,
                email: row.get("email")?,
                is_staff: row.get("is_staff")?,
                is_superuser: row.get("is_superuser")?,
                permissions: BTreeSet::new(),
            },
        })
    }
}

/// The session of a key, unless it has expired: it was unused for too long, its user may not log in
/// any more, or the password was changed.
async fn find(key: &SessionKey, connection: &mut DbConnection) -> Result<Option<Found>, DbError> {
    let found = query(
        "SELECT session.id AS session_id, session.last_used, session.password_fingerprint, \
         account.id, account.password, account.username, account.first_name, account.last_name, \
         account.email, account.is_staff, account.is_superuser \
         FROM accounts_session session JOIN auth_user account ON account.id = session.user_id \
         WHERE session.key_hash = $1 AND session.last_used > $2 AND account.is_active",
    );
    let found = found.bind(key.hash()).bind(expiry()).fetch_optional::<Found>(connection).await?;
    Ok(found.filter(|found| found.has_this_password))
}

/// A user's own permissions and those of the groups.
async fn permissions_of(
    user_id: i64,
    connection: &mut DbConnection,
) -> Result<BTreeSet<String>, DbError> {
    let permissions = query(
        "SELECT content_type.app_label, permission.codename FROM auth_permission permission \
         JOIN django_content_type content_type ON content_type.id = permission.content_type_id \
         WHERE permission.id IN \
         (SELECT permission_id FROM auth_user_user_permissions WHERE user_id = $1 \
          UNION SELECT of_group.permission_id FROM auth_group_permissions of_group \
          JOIN auth_user_groups membership ON membership.group_id = of_group.group_id \
          WHERE membership.user_id = $1)",
    );
    let permissions = permissions.bind(user_id).fetch_all::<(String, String)>(connection).await?;
    Ok(permissions.into_iter().map(|(app, codename)| format!("{app}.{codename}")).collect())
}

async fn write_use(session_id: i64, db: &Db) -> Result<(), DbError> {
    let mut transaction = db.begin().await?;
    query("UPDATE accounts_session SET last_used = $1 WHERE id = $2")
        .bind(now())
        .bind(session_id)
        .execute(&mut transaction)
        .await?;
    transaction.commit().await
}
