//! The site behind a pooler of connections, which may give a session to somebody else after each
//! transaction.

use rocket::futures::future::join_all;
use site_tests::{Database, DatabaseKind, HolidayHomes, NewUser, Pooler, Pooling};

use crate::admin::{PASSWORD, page};
use crate::workshop::{Workshop, lines};

/// Few, so that clients in transaction mode get each other's.
const SESSIONS: [(Pooling, u16); 2] = [(Pooling::Session, 20), (Pooling::Transaction, 4)];

#[rocket::async_test]
async fn migrations_and_fixtures_go_through_a_pooler_and_leave_no_lock_behind() {
    for (pooling, sessions) in SESSIONS {
        let mut site = Workshop::with_linked_modules(DatabaseKind::Postgres).await;
        let direct = site.database().url.clone();
        let Some(pooler) = Pooler::start(site.database(), pooling, sessions) else { return };
        site.reach_at(pooler.url());
        let applied = site.run(&["migrate"]);
        assert!(applied.contains(&"applied lettings 0001_initial".to_owned()), "{applied:?}");
        assert_eq!(site.run(&["migrate"]), ["nothing to migrate"], "{pooling:?}");
        let mut directly = site.command(&["migrate"]);
        directly.env("DATABASE_URL", &direct);
        let output = directly.env("ROCKET_DATABASES", "{site={migrate_lock_timeout=0}}").output();
        let output = output.unwrap();
        assert_eq!(lines(&output), ["nothing to migrate"], "{pooling:?}: {output:?}");

        site.run(&["loaddata", "demo"]);
        let through = site.command(&["dumpdata", "lettings"]).output().unwrap();
        let mut directly = site.command(&["dumpdata", "lettings"]);
        let directly = directly.env("DATABASE_URL", &direct).output().unwrap();
        assert!(through.stdout.len() > 1000, "{pooling:?}: {through:?}");
        assert_eq!(through.stdout, directly.stdout, "{pooling:?}");
    }
}

#[rocket::async_test]
async fn pages_and_forms_behind_a_pooler_are_those_without_one() {
    for (pooling, sessions) in SESSIONS {
        let database = Database::fresh(DatabaseKind::Postgres).await;
        let Some(pooler) = Pooler::start(&database, pooling, sessions) else { return };
        let mut through = database.clone();
        through.url = pooler.url();
        let site = HolidayHomes::on(DatabaseKind::Postgres).demo_data();
        // More connections than there are sessions.
        let site = site.setting("databases.site.max_connections", 8).database(&through);
        let site = site.start().await;
        NewUser::named("boss", PASSWORD).superuser().add_to(site.db()).await.unwrap();
        let addresses =
            ["/lettings/", "/lettings/1/", "/profiles/", "/lettings/2/", "/lettings/3/"];
        let mut first = Vec::new();
        for address in addresses {
            first.push(site.get(address).await.text().to_owned());
        }
        for _ in 0..8 {
            let answers = join_all(addresses.repeat(4).into_iter().map(|at| site.get(at))).await;
            for (answer, expected) in answers.iter().zip(first.iter().cycle()) {
                assert_eq!(answer.status, 200, "{pooling:?}");
                assert_eq!(answer.text(), expected, "{pooling:?}");
            }
        }
        let browser = site.sign_in("boss", PASSWORD).await;
        page(&browser.get("/admin/lettings/letting/?q=a").await);
        let fields = [("name", "Editors"), ("_save", "Save")];
        let saved = browser.post("/admin/auth/group/add/", &fields).await;
        assert_eq!(saved.status, 303, "{pooling:?}: {}", saved.text());
        assert!(browser.get("/admin/auth/group/").await.text().contains("Editors"), "{pooling:?}");
    }
}
