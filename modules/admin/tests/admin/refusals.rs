//! Requests that staff have no permission for are answered in the admin's frame, with the reason
//! and a way back.

use accounts::NewUser;
use module_test::{DatabaseKind, on_both_databases};

use crate::archive::{PASSWORD, add_folder, add_shelf, archive, staff};
use crate::desk;

on_both_databases! {
    the_missing_permission_is_named_in_the_frame,
    a_rule_that_refuses_one_object_is_told_from_a_permission,
    what_is_for_superusers_says_so,
    what_is_not_about_staff_stays_the_site_s_page,
}

async fn the_missing_permission_is_named_in_the_frame(on: DatabaseKind) {
    let site = desk::site(on).await;
    let eve = desk::staff(&site, "lettings.view_letting").await;
    for (address, label, name) in [
        ("/admin/lettings/letting/add/", "Lettings: can add letting", "lettings.add_letting"),
        (
            "/admin/lettings/letting/1/delete/",
            "Lettings: can delete letting",
            "lettings.delete_letting",
        ),
        ("/admin/lettings/address/", "Lettings: can view address", "lettings.view_address"),
        ("/admin/auth/user/", "Accounts: can view user", "auth.view_user"),
        (
            "/admin/lettings/letting/import/",
            "Lettings: can change letting",
            "lettings.change_letting",
        ),
    ] {
        let answer = eve.get(address).await;
        assert_eq!(answer.status, 403, "{address}");
        let page = answer.page();
        assert_eq!(page.heading(), "Permission denied");
        for words in [label, name] {
            assert!(page.main().contains(words), "{words} is not in {}", page.main());
        }
        assert_eq!(page.link("Lettings"), Some("/admin/lettings/letting/"), "the frame stays");
        assert_eq!(page.link("Site administration"), Some("/admin/"));
    }
    let answer = eve.post("/admin/lettings/letting/add/", &[("title", "Mine")]).await;
    assert_eq!(answer.status, 403);
    assert_eq!(answer.page().link("Back to lettings"), Some("/admin/lettings/letting/"));
}

async fn a_rule_that_refuses_one_object_is_told_from_a_permission(on: DatabaseKind) {
    let site = archive(on).await;
    let shelf = add_shelf(&site, "Maps").await;
    let sealed = add_folder(&site, "Sealed", shelf).await;
    let clerk = staff(&site, &["delete_folder", "view_folder"]).await;
    let answer = clerk.get(&format!("/admin/archive/folder/{sealed}/delete/")).await;
    assert_eq!(answer.status, 403);
    let said = answer.page().main();
    assert!(said.contains("cannot delete this folder"), "{said}");
    assert!(!said.contains("Sealed") && !said.contains("permission"), "{said}");
}

async fn what_is_for_superusers_says_so(on: DatabaseKind) {
    let site = desk::site(on).await;
    let eve = desk::staff(&site, "").await;
    let answer = eve.get("/admin/modules/").await;
    assert_eq!(answer.status, 403);
    assert!(answer.page().main().contains("Only superusers can do this"));
}

async fn what_is_not_about_staff_stays_the_site_s_page(on: DatabaseKind) {
    let site = desk::site(on).await;
    NewUser::named("visitor", PASSWORD).add_to(site.db()).await.unwrap();
    let visitor = site.sign_in("visitor", PASSWORD).await;
    let answer = visitor.get("/admin/").await;
    assert_eq!((answer.status, answer.page().heading()), (403, "Forbidden".to_owned()));
    let eve = desk::staff(&site, "lettings.add_letting").await;
    let forged = eve.post_without_token("/admin/lettings/letting/add/", &[("title", "x")]).await;
    assert_eq!(forged.status, 403);
    assert!(forged.text().contains("was not sent from this site"), "{}", forged.text());
}
