//! Information for modules about all modules and their migrations.

use module_api::db::query;
use module_api::{Error, SiteModules};
use rocket::{State, get};
use site_tests::{DatabaseKind, LocalModule, TestSite, on_both_databases};

on_both_databases! {
    a_module_learns_of_all_linked_modules_in_their_order,
    migrations_are_told_as_they_stand_at_this_moment,
}

static OBSERVER: LocalModule = LocalModule {
    routes: || rocket::routes![modules, migrations],
    requires: &["shop"],
    uses: &["elsewhere"],
    mount: Some("/watch"),
    ..LocalModule::named("observer")
};

static SHOP: LocalModule = LocalModule {
    migrations: &[
        ("0001_initial.sql", b"CREATE TABLE shop_thing (id integer)"),
        ("0002_more.sql", b"CREATE TABLE shop_other (id integer)"),
    ],
    ..LocalModule::named("shop")
};

static IDLE: LocalModule = LocalModule {
    migrations: &[("0001_initial.sql", b"CREATE TABLE idle_thing (id integer)")],
    ..LocalModule::named("idle")
};

#[get("/")]
fn modules(site: &State<SiteModules>) -> String {
    let line = |module: &module_api::SiteModule| {
        let (name, mount, active) = (module.name, &module.mount, module.active);
        format!("{name} {mount} {active} {:?} {:?}\n", module.requires, module.uses)
    };
    site.all().iter().map(line).collect()
}

#[get("/migrations")]
async fn migrations(site: &State<SiteModules>) -> Result<String, Error> {
    let all = site.migrations().await?;
    let line = |status: &module_api::MigrationStatus| {
        format!("{} {} {} {}\n", status.id.module, status.id.name, status.applied, status.has_file)
    };
    Ok(all.iter().filter(|status| status.id.module != "host").map(line).collect())
}

async fn site(on: DatabaseKind) -> TestSite {
    let setup = TestSite::on(on).modules(&[&OBSERVER, &SHOP, &IDLE]);
    setup.installed(&["observer", "shop"]).start().await
}

async fn a_module_learns_of_all_linked_modules_in_their_order(on: DatabaseKind) {
    let site = site(on).await;
    assert_eq!(
        site.get("/watch/").await.text(),
        "shop /shop true [] []\n\
         observer /watch true [\"shop\"] [\"elsewhere\"]\n\
         idle /idle false [] []\n"
    );
}

async fn migrations_are_told_as_they_stand_at_this_moment(on: DatabaseKind) {
    let site = site(on).await;
    assert_eq!(
        site.get("/watch/migrations/").await.text(),
        "shop 0001_initial true true\n\
         shop 0002_more true true\n\
         idle 0001_initial false true\n"
    );
    let mut transaction = site.db().begin().await.unwrap();
    for sql in [
        "DELETE FROM host_migration WHERE name = '0002_more'",
        "INSERT INTO host_migration (module, name, checksum, applied) \
         VALUES ('idle', '0001_initial', 'x', 'x'), ('gone', '0001_initial', 'x', 'x')",
    ] {
        query(sql).execute(&mut transaction).await.unwrap();
    }
    transaction.commit().await.unwrap();
    assert_eq!(
        site.get("/watch/migrations/").await.text(),
        "shop 0001_initial true true\n\
         shop 0002_more false true\n\
         gone 0001_initial true false\n\
         idle 0001_initial true true\n"
    );
}
