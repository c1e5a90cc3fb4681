//! Round trip: exported files can be imported again without changes.

use accounts::NewUser;
use module_api::db::query;
use module_test::{Browser, DatabaseKind, TestSite, on_both_databases};
use site_rows::{AddRows, Address};

use super::super::desk::{site, staff, superuser};
use super::{import, preview, stored};

on_both_databases! {
    an_export_changes_nothing_and_brings_back_what_was_deleted,
    an_export_of_users_and_groups_is_unchanged_for_superusers_and_others,
    the_list_leads_to_the_import_for_who_may_add_or_change,
}

/// Titles that a spreadsheet, a quote or a line break could corrupt.
const TITLES: [&str; 12] = [
    "=1+1",
    "'=1+1",
    "''@x",
    "-5",
    "'tis",
    "a,b;c\td",
    "say \"no\"",
    "two\nlines\r\nthree",
    " spaces ",
    "<b>&amp;",
    "Größe 🏠",
    "\"",
];

async fn file(desk: &Browser<'_>, list: &str, format: &str) -> String {
    let answer = desk.get(&format!("{list}export/?format={format}")).await;
    assert_eq!(answer.status, 200);
    answer.text().to_owned()
}

async fn delete_all(site: &TestSite) {
    let mut transaction = site.db().begin().await.unwrap();
    query("DELETE FROM lettings_letting").execute(&mut transaction).await.unwrap();
    transaction.commit().await.unwrap();
}

async fn an_export_changes_nothing_and_brings_back_what_was_deleted(on: DatabaseKind) {
    let site = site(on).await;
    for title in TITLES {
        site.add_letting(title, Address::SOMEWHERE).await;
    }
    let desk = superuser(&site).await;
    let fields = ["id", "title", "address"];
    let before = stored(&site, "lettings.letting", &fields).await;
    assert_eq!(before.len(), TITLES.len());
    let list = "/admin/lettings/letting/";
    for format in ["csv", "json"] {
        let content = file(&desk, list, format).await;
        let (name, form) = (format!("letting.{format}"), format!("{list}import/"));
        let shown = preview(&desk, &form, &name, &content).await;
        assert_eq!(shown.counts, [0, 0, TITLES.len(), 0], "{format}: {:?}", shown.problems);
        delete_all(&site).await;
        import(&desk, &form, &name, &content).await;
        assert_eq!(stored(&site, "lettings.letting", &fields).await, before, "{format}");
    }
}

async fn an_export_of_users_and_groups_is_unchanged_for_superusers_and_others(on: DatabaseKind) {
    let site = site(on).await;
    let root = superuser(&site).await;
    let groups = r#"[{"model": "auth.group", "pk": 3, "fields": {"name": "Editors",
                      "permissions": [["add_letting", "lettings", "letting"]]}},
                     {"model": "auth.group", "pk": 4, "fields": {"name": "None"}}]"#;
    import(&root, "/admin/auth/group/import/", "groups.json", groups).await;
    let ann = NewUser::named("ann", "x").add_to(site.db()).await.unwrap();
    let table = format!("id,groups\n{ann},\"3,4\"\n");
    import(&root, "/admin/auth/user/import/", "users.csv", &table).await;
    let desk = staff(&site, "auth.view_user,auth.add_user,auth.change_user").await;
    for (list, desks) in
        [("/admin/auth/group/", &[&root] as &[_]), ("/admin/auth/user/", &[&root, &desk])]
    {
        for format in ["csv", "json"] {
            for desk in desks {
                let content = file(desk, list, format).await;
                let name = format!("objects.{format}");
                let shown = preview(desk, &format!("{list}import/"), &name, &content).await;
                let [added, changed, kept, wrong] = shown.counts;
                assert_eq!((added, changed, wrong), (0, 0, 0), "{list} {format} {shown:?}");
                assert!(kept > 1, "{list} {format}");
            }
        }
    }
}

async fn the_list_leads_to_the_import_for_who_may_add_or_change(on: DatabaseKind) {
    let site = site(on).await;
    let list = "/admin/lettings/letting/";
    let import = "/admin/lettings/letting/import/";
    for (permissions, link) in [
        ("lettings.view_letting", None),
        ("lettings.view_letting,lettings.add_letting", Some(import)),
        ("lettings.change_letting", Some(import)),
    ] {
        let page = staff(&site, permissions).await.get(list).await.page();
        assert_eq!(page.link("Import"), link, "{permissions}");
    }
}
