//! Moving into the database of a Django site: every row is kept, every page shows it, and Django
//! goes on. Django itself makes these databases, and says what is in them.

/// Makes of each function that takes a [`site_tests::Django`] a test on every database of the
/// listed layouts: of Django 5.2 and 3.2, on SQLite and PostgreSQL.
macro_rules! on_every_database_of_django {
    ($($layout:ident),+ => $names:tt) => {$(
        mod $layout {
            on_every_database_of_django! {@on $layout
                django_5_2_on_sqlite V5_2 Sqlite $names,
                django_5_2_on_postgres V5_2 Postgres $names,
                django_3_2_on_sqlite V3_2 Sqlite $names,
                django_3_2_on_postgres V3_2 Postgres $names,
            }
        }
    )+};
    (@on $layout:ident $($module:ident $version:ident $kind:ident $names:tt,)+) => {$(
        mod $module {
            const DJANGO: site_tests::Django = site_tests::Django {
                version: site_tests::DjangoVersion::$version,
                layout: on_every_database_of_django!(@layout $layout),
                on: site_tests::DatabaseKind::$kind,
            };

            on_every_database_of_django! {@tests $names}
        }
    )+};
    (@layout split) => { site_tests::Layout::Split };
    (@layout old) => { site_tests::Layout::Old };
    (@tests [$($name:ident),+ $(,)?]) => {$(
        #[rocket::async_test]
        async fn $name() {
            super::super::$name(DJANGO).await;
        }
    )+};
}

mod adoption;
mod both_at_once;
mod comparing;
mod copied_rows;
mod differences;
mod kinds;
mod log;
mod pages;
mod permissions;
mod sessions;
