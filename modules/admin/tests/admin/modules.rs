//! The page about the modules of the site.

use module_api::db::query;
use module_test::{Database, DatabaseKind, Document, LocalModule, TestSite, on_both_databases};

use crate::desk::{site, staff, superuser};

on_both_databases! {
    it_shows_every_linked_module_with_what_belongs_to_it,
    only_superusers_see_it,
    migrations_are_those_of_this_moment,
    what_is_not_active_or_not_linked_is_shown_as_that,
}

fn facts(page: &Document, module: &str) -> String {
    page.id(&format!("module-{module}-facts")).expect("the module is there").words()
}

fn title(page: &Document, module: &str) -> String {
    page.id(&format!("module-{module}-title")).expect("the module is there").words()
}

async fn it_shows_every_linked_module_with_what_belongs_to_it(on: DatabaseKind) {
    let site = site(on).await;
    let desk = superuser(&site).await;
    let page = desk.get("/admin/modules/").await.page();
    assert_eq!(page.heading(), "Modules");
    assert_eq!(title(&page, "lettings"), "Lettings active");
    let version = env!("CARGO_PKG_VERSION");
    let lettings = facts(&page, "lettings");
    for part in [
        format!("Name lettings Version {version} Mount /lettings Requires"),
        "Models Addresses lettings.address, Lettings lettings.letting Migrations".to_owned(),
        "applied 0001_initial".to_owned(),
    ] {
        assert!(lettings.contains(&part), "{part:?} in {lettings}");
    }
    assert!(facts(&page, "admin").contains("Requires accounts"));
    assert!(facts(&page, "home").contains("Models none"));
    assert_eq!(page.link("Addresses"), Some("/admin/lettings/address/"));
    assert!(page.main().contains("Host applied 0001_initial"), "{}", page.main());
    assert!(!page.main().contains("not applied"), "{}", page.main());
    let navigation = desk.get("/admin/").await.page();
    assert_eq!(navigation.link("Modules"), Some("/admin/modules/"));
}

async fn only_superusers_see_it(on: DatabaseKind) {
    let site = site(on).await;
    let desk = staff(&site, "lettings.view_letting,auth.change_user").await;
    assert_eq!(desk.get("/admin/modules/").await.status, 403);
    assert_eq!(desk.get("/admin/").await.page().link("Modules"), None);
    assert_ne!(site.get("/admin/modules/").await.status, 200);
}

async fn migrations_are_those_of_this_moment(on: DatabaseKind) {
    let site = site(on).await;
    let mut transaction = site.db().begin().await.unwrap();
    for sql in [
        "DELETE FROM host_migration WHERE module = 'profiles'",
        "INSERT INTO host_migration (module, name, checksum, applied) \
         VALUES ('lettings', '0000_forgotten', 'x', 'x')",
        "INSERT INTO host_migration (module, name, checksum, applied) \
         VALUES ('bygone', '0001_initial', 'x', 'x')",
    ] {
        query(sql).execute(&mut transaction).await.unwrap();
    }
    transaction.commit().await.unwrap();
    let desk = superuser(&site).await;
    let page = desk.get("/admin/modules/").await.page();
    assert!(facts(&page, "profiles").contains("missing 0001_initial"));
    assert!(
        page.main().contains(&format!("Run {} migrate", module_api::program_name())),
        "{}",
        page.main()
    );
    let lettings = facts(&page, "lettings");
    assert!(lettings.contains("applied 0000_forgotten (no migration file)"), "{lettings}");
    assert!(page.main().contains("bygone no longer linked applied 0001_initial"));
}

async fn what_is_not_active_or_not_linked_is_shown_as_that(on: DatabaseKind) {
    static IDLE: LocalModule = LocalModule {
        requires: &["home"],
        uses: &["lettings", "elsewhere"],
        migrations: &[("0001_initial.sql", b"CREATE TABLE idle_thing (id integer)")],
        ..LocalModule::named("idle")
    };
    let database = Database::fresh(on).await;
    let setup = TestSite::on(on).database(&database).and_modules(&[&IDLE]);
    let installed = ["home", "accounts", "lettings", "profiles", "admin"];
    let site = setup.installed(&installed).start().await;
    let desk = superuser(&site).await;
    let page = desk.get("/admin/modules/").await.page();
    assert_eq!(title(&page, "idle"), "Idle not active");
    let idle = facts(&page, "idle");
    assert!(idle.contains("Requires home Uses lettings, elsewhere (not active)"), "{idle}");
    assert!(idle.contains("Mount /idle"), "{idle}");
    assert!(idle.contains("missing 0001_initial"), "{idle}");
    assert!(!page.main().contains("not applied"), "what is not active lacks nothing");
    assert!(page.main().contains("5 of 6 linked modules are active"), "{}", page.main());
}
