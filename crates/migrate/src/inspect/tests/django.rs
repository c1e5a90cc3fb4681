//! Databases of Django 5.2: its own apps, the tutorial's, and models with all that columns hold.

use super::*;

const POLLS: &[&ModelInfo] = models!(polls: Choice, Question);
const CONTRIB_SQLITE: &[&ModelInfo] =
    models!(contrib_sqlite: Group, Permission, User, AdminLog, ContentType);
const CONTRIB_POSTGRES: &[&ModelInfo] =
    models!(contrib_postgres: Group, Permission, User, AdminLog, ContentType);
const STAYS_SQLITE: &[&ModelInfo] = models!(stays_sqlite: Guest, OptionModel, Room, Stay);
const STAYS_POSTGRES: &[&ModelInfo] = models!(stays_postgres: Guest, OptionModel, Room, Stay);
const KINDS_SQLITE: &[&ModelInfo] = models!(kinds_sqlite: Every);
const KINDS_POSTGRES: &[&ModelInfo] = models!(kinds_postgres: Every);

const CONTRIB_TABLES: &[&str] = &[
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "auth_user",
    "auth_user_groups",
    "auth_user_user_permissions",
    "django_admin_log",
    "django_content_type",
];

#[rocket::async_test]
async fn the_models_of_django_s_databases_compile_and_lack_nothing() {
    for kind in KINDS {
        let mut place = Place::of_django(kind, "inspected").await;
        holds("polls.rs", POLLS, &of_app("polls"), &mut place).await;
        let contrib = of_tables(CONTRIB_TABLES);
        let (stays, kinds) = (of_app("stays"), of_app("kinds"));
        match kind {
            DatabaseKind::Sqlite => {
                // Where Django has altered a table, its columns stand in another order.
                holds("contrib_sqlite.rs", CONTRIB_SQLITE, &contrib, &mut place).await;
                holds("stays_sqlite.rs", STAYS_SQLITE, &stays, &mut place).await;
                holds("kinds_sqlite.rs", KINDS_SQLITE, &kinds, &mut place).await;
            }
            DatabaseKind::Postgres => {
                holds("contrib_postgres.rs", CONTRIB_POSTGRES, &contrib, &mut place).await;
                holds("stays_postgres.rs", STAYS_POSTGRES, &stays, &mut place).await;
                holds("kinds_postgres.rs", KINDS_POSTGRES, &kinds, &mut place).await;
            }
        }
        place.drop().await;
    }
}
