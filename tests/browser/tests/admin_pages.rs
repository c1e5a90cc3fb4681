//! Every page that staff can meet is accessible and fits, on a phone and on a desk, by day and by
//! night.

use std::fs;

use browser_tests::{Browser, in_browser, with_and_without_javascript};

use site_tests::{MailServer, ServedSite, Setup};

use crate::staff::{self, PASSWORD, log_in};

with_and_without_javascript! {
    lists_and_forms_of_the_admin_are_accessible_and_fit,
}

/// A file to import: an address that changes, one that stays, a new one.
const FILE: &str = "\
id,number,street,city,state,zip_code,country_iso_code
1,1407,Cliff Drive,Laguna Beach,CA,92651,USA
2,251,Pearl Street,Laguna Beach,CA,92651,USA
,7,Kelp Lane,Avalon,CA,90704,USA
";

async fn press_in_main(browser: &Browser, button: &str) {
    browser.within("main", async || browser.press(button).await).await;
}

/// Pages that have scripts.
async fn lists_and_forms_of_the_admin_are_accessible_and_fit(browser: &Browser) {
    let site = staff::site(100).await;
    let check = async |path: &str, name: &str| {
        browser.open(&site.address(path)).await;
        browser.check_page(name).await;
    };
    browser.open(&site.address("/admin/")).await;
    log_in(browser, "root", PASSWORD).await;

    check("/admin/lettings/letting/?p=2&o=2.-1&address__country_iso_code=USA", "list").await;
    check("/admin/lettings/letting/?q=nowhere", "list-without-results").await;
    check("/admin/auth/user/", "list-of-users").await;
    check("/admin/auth/group/", "list-without-rows").await;

    check("/admin/lettings/letting/add/", "add").await;
    browser.fill("Title", "Kelp House").await;
    browser.fill("Number", "70000").await;
    browser.press("Save").await;
    browser.check_page("add-with-errors").await;
    check("/admin/lettings/letting/1/change/", "change").await;
    check("/admin/lettings/address/1/change/", "change-with-inline").await;
    check("/admin/profiles/profile/add/", "add-with-autocomplete").await;
    check("/admin/auth/user/add/", "add-user").await;
    check("/admin/auth/user/1/change/", "change-user").await;
    check("/admin/auth/group/add/", "add-group").await;

    // Two people edit the same.
    let form = site.address("/admin/lettings/letting/1/change/?_changelist_filters=p%3D2");
    browser.open(&form).await;
    browser.fill("Title", "Mine").await;
    browser.fill("Street", "Cliff Road").await;
    browser
        .in_new_tab(async || {
            browser.open(&form).await;
            browser.fill("Title", "Theirs").await;
            browser.press("Save").await;
            browser.check_page("saved").await;
        })
        .await;
    browser.press("Save").await;
    browser.check_page("conflict").await;
    site.stop().await;
}

/// A title without a space breaks no page.
async fn long_words(browser: &Browser, site: &ServedSite) {
    browser.open(&site.address("/admin/lettings/letting/3/change/")).await;
    browser.fill("Title", &"Llanfairpwll".repeat(21)).await;
    browser.fill("City", &"Gwyngyll".repeat(8)).await;
    browser.press("Save").await;
    browser.check_page("long-words-list").await;
    for (path, name) in [
        ("/admin/", "long-words-index"),
        ("/admin/lettings/letting/3/change/", "long-words-form"),
        ("/admin/lettings/letting/3/delete/", "long-words-delete"),
        ("/admin/lettings/letting/3/history/", "long-words-history"),
        ("/admin/search/?q=pwll", "long-words-search"),
        ("/lettings/", "long-words-lettings"),
        ("/lettings/3/", "long-words-letting"),
    ] {
        browser.open(&site.address(path)).await;
        browser.check_page(name).await;
    }
}

/// Pages without scripts.
#[rocket::async_test]
async fn the_other_pages_of_the_admin_are_accessible_and_fit() {
    in_browser("the_other_pages_of_the_admin_are_accessible_and_fit", other_pages).await;
}

async fn other_pages(browser: &Browser) {
    let mails = MailServer::start().await;
    let sending = |setup: Setup| {
        setup
            .setting("email_url", mails.url())
            .setting("email_from", "Holiday Homes <no-reply@example.com>")
    };
    let site = staff::site_with(2, sending).await;
    let check = async |path: &str, name: &str| {
        browser.open(&site.address(path)).await;
        browser.check_page(name).await;
    };
    check("/admin/", "login").await;
    log_in(browser, "root", "wrong").await;
    browser.check_page("login-error").await;
    log_in(browser, "root", PASSWORD).await;
    // What one has done is on the front page and in the history.
    browser.open(&site.address("/admin/lettings/letting/1/change/")).await;
    browser.fill("Title", "Stilt House").await;
    browser.fill("Zip code", "92652").await;
    browser.press("Save").await;

    check("/admin/", "index").await;
    check("/admin/lettings/", "app").await;
    check("/admin/lettings/letting/1/history/", "history").await;
    check("/admin/lettings/letting/2/history/", "history-without-entries").await;
    // The first has bookings, which forbid it.
    check("/admin/lettings/letting/1/delete/", "delete-protected").await;
    check("/admin/lettings/address/5/delete/", "delete").await;
    check("/admin/lettings/letting/4/delete/", "delete-without-address").await;
    browser.press("Delete these, too").await;
    browser.check_page("delete-with-address").await;
    browser.open(&site.address("/admin/auth/user/?q=root")).await;
    browser.within("tbody", async || browser.follow("root").await).await;
    browser.follow("Delete").await;
    browser.check_page("delete-own-account").await;
    long_words(browser, &site).await;
    check("/admin/auth/user/1/password/", "user-password").await;
    browser.fill("Password", "12345").await;
    browser.fill("Password confirmation", "1234").await;
    press_in_main(browser, "Set password").await;
    browser.check_page("user-password-with-errors").await;
    check("/admin/modules/", "modules").await;
    check("/admin/search/", "search").await;
    check("/admin/search/?q=house", "search-results").await;
    check("/admin/search/?q=nowhere", "search-without-results").await;
    check("/admin/lettings/address/lookup/", "lookup").await;
    check("/admin/nothing/here/", "404").await;

    browser.open(&site.address("/admin/lettings/letting/?q=house")).await;
    browser.tick("Select Row house 001").await;
    browser.tick("Select Row house 002").await;
    browser.choose("Action", "Delete selected lettings").await;
    browser.press("Go").await;
    browser.check_page("bulk-delete").await;

    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("addresses.csv");
    check("/admin/lettings/address/import/", "import").await;
    for (content, name) in [
        (FILE.to_owned(), "import-preview"),
        (FILE.replace("90704", "907045").replace("CA,92651", "California,0"), "import-with-errors"),
        (FILE.replace("street", "planet"), "import-of-something-else"),
    ] {
        fs::write(&path, content).expect("a file is written");
        browser.open(&site.address("/admin/lettings/address/import/")).await;
        browser.attach("File", &path).await;
        browser.press("Preview import").await;
        browser.check_page(name).await;
    }

    check("/accounts/password_change/", "password-change").await;
    browser.fill("Old password", "wrong").await;
    browser.fill("New password", "12345").await;
    browser.fill("New password confirmation", "1234").await;
    browser.press("Change my password").await;
    browser.check_page("password-change-with-errors").await;
    check("/", "home-signed-in").await;
    check("/accounts/login/", "login-again").await;
    check("/accounts/logout/", "logout").await;
    press_in_main(browser, "Log out").await;
    browser.check_page("logged-out").await;
    check("/accounts/logout/", "logout-signed-out").await;

    check("/accounts/password_reset/", "password-reset").await;
    browser.fill("Email", "marisol@never").await;
    press_in_main(browser, "Reset my password").await;
    browser.check_page("password-reset-error").await;
    browser.fill("Email", "root@example.com").await;
    press_in_main(browser, "Reset my password").await;
    assert_eq!(browser.heading().await, "Password reset sent");
    browser.check_page("password-reset-sent").await;
    let mail = mails.next().await;
    let key = mail.link().find("/accounts/").expect("the mail leads to a page of accounts");
    check(&mail.link()[key..], "password-reset-confirm").await;
    browser.fill("New password", "12345").await;
    browser.fill("New password confirmation", "12345").await;
    press_in_main(browser, "Change my password").await;
    browser.check_page("password-reset-confirm-with-errors").await;
    check("/accounts/reset/aGVsbG8/", "password-reset-failed").await;

    browser.open(&site.address("/admin/")).await;
    log_in(browser, "clerk", PASSWORD).await;
    browser.check_page("index-without-permissions").await;
    check("/admin/auth/user/", "403").await;
    site.stop().await;
}
