//! Staff do their work in the admin.

use std::fs;

use browser_tests::{Browser, with_and_without_javascript};
use site_tests::ServedSite;

use crate::staff::{self, PASSWORD, log_in};

with_and_without_javascript! {
    staff_do_their_work_in_the_admin,
}

/// A valid file for the import; the next one has errors.
const GOOD_FILE: &str = "number,street,city,state,zip_code,country_iso_code\n\
                         7,Kelp Lane,Avalon,CA,90704,USA\n";
const BAD_FILE: &str = "number,street,city,state,zip_code,country_iso_code\n\
                        70000,Kelp Lane,Avalon,California,90704,USA\n";

async fn staff_do_their_work_in_the_admin(browser: &Browser) {
    let site = staff::site(100).await;
    log_in_at_the_second_attempt(browser, &site).await;
    look_through_the_list(browser).await;
    add_and_edit_a_letting(browser).await;
    meet_another_editor(browser).await;
    delete_several(browser).await;
    import_addresses(browser).await;
    search_everything_and_look_at_the_modules(browser, &site).await;
    give_a_permission(browser).await;
    change_the_password_and_log_out(browser).await;
    work_with_few_permissions(browser, &site).await;
    site.stop().await;
}

async fn log_in_at_the_second_attempt(browser: &Browser, site: &ServedSite) {
    browser.open(&site.address("/admin/lettings/letting/?q=house")).await;
    assert_eq!(browser.heading().await, "Log in");
    log_in(browser, "root", "tide pools at dusk").await;
    let errors = browser.texts(".form-error").await;
    assert!(errors[0].starts_with("Please enter a correct username and password."), "{errors:?}");
    assert_eq!(browser.value("Username").await, "root");
    assert_eq!(browser.value("Password").await, "");

    // The page that was asked for is not forgotten.
    log_in(browser, "root", PASSWORD).await;
    assert_eq!(browser.path().await, "/admin/lettings/letting/?q=house");
    browser.follow("Holiday Homes administration").await;
    assert_eq!(browser.heading().await, "Site administration");
    browser.within("main", async || browser.follow("Lettings").await).await;
}

/// The titles of the lettings that the list shows.
async fn titles(browser: &Browser) -> Vec<String> {
    browser.texts("tbody th").await
}

async fn search_the_list(browser: &Browser, text: &str) {
    browser
        .within("main", async || {
            browser.fill("Search lettings", text).await;
            browser.press("Search").await;
        })
        .await;
}

async fn look_through_the_list(browser: &Browser) {
    assert_eq!(browser.heading().await, "Lettings");
    assert_eq!(titles(browser).await.len(), 100);
    browser.follow("Page 2").await;
    assert_eq!(titles(browser).await.len(), 19);

    // Every word has to be found, in whatever field; what is in quotes belongs together.
    search_the_list(browser, "house laguna").await;
    assert_eq!(titles(browser).await, ["Stilt House on the Tide Pools"]);
    search_the_list(browser, "\"house laguna\"").await;
    assert_eq!(browser.texts(".empty").await, ["No lettings match. Show all 119"]);
    browser.follow("Clear search").await;

    browser.within("#filters", async || browser.follow("CA").await).await;
    let in_california = titles(browser).await;
    assert!(in_california.len() < 19 && !in_california.contains(&"Row house 001".to_owned()));
    browser.within("thead", async || browser.follow("Title").await).await;
    let mut sorted = in_california.clone();
    sorted.sort_unstable_by_key(|title| title.to_lowercase());
    assert_eq!(titles(browser).await, sorted);
    browser.within("thead", async || browser.follow("Title").await).await;
    sorted.reverse();
    assert_eq!(titles(browser).await, sorted);

    // What is exported is what the list shows, in its order.
    let csv = browser.download("Export CSV").await;
    let csv = String::from_utf8(csv).expect("CSV is UTF-8");
    assert_eq!(csv.lines().count(), sorted.len() + 1, "{csv}");
    assert!(csv.contains("Stilt House on the Tide Pools") && !csv.contains("Row house"), "{csv}");
    browser.follow("Clear all filters").await;
}

async fn add_and_edit_a_letting(browser: &Browser) {
    browser.within("main", async || browser.follow("Add letting").await).await;
    // What is wrong is said where it is, and what was typed is kept.
    browser.fill("Title", "Kelp Forest House").await;
    browser.fill("Number", "12").await;
    browser.fill("Street", "Kelp Lane").await;
    browser.fill("City", "Avalon").await;
    browser.fill("State", "C").await;
    browser.fill("Zip code", "90704").await;
    browser.press("Save").await;
    assert_eq!(browser.texts(".error-note").await, ["Please correct the errors below."]);
    assert_eq!(browser.texts(".errors li").await.len(), 2);
    assert_eq!(browser.value("Title").await, "Kelp Forest House");
    assert!(browser.title().await.starts_with("Error: Add letting"));
    assert!(browser.focused().await.starts_with("State"), "the first error has the focus");
    browser.fill("State", "CA").await;
    browser.fill("Country ISO code", "USA").await;
    browser.press("Save and continue editing").await;
    assert_eq!(
        browser.messages().await,
        ["The letting “Kelp Forest House” was added successfully. You may edit it again below."]
    );
    assert_eq!(browser.value("Street").await, "Kelp Lane");

    browser.fill("Title", "Kelp House").await;
    browser.fill("Number", "14").await;
    browser.press("Save").await;
    let messages = browser.messages().await;
    let message = "The letting “Kelp House” was changed successfully. Open it again";
    assert_eq!(messages, [message]);
    browser.follow("Open it again").await;
    assert_eq!(browser.value("Number").await, "14");

    browser.follow("History").await;
    let done = browser.texts("tbody td:last-child").await;
    assert_eq!(done.len(), 2, "{done:?}");
    assert!(done[1].starts_with("Changed Title."), "{done:?}");
    browser.back().await;
}

async fn meet_another_editor(browser: &Browser) {
    let form = browser.address().await;
    browser.fill("Title", "My Kelp House").await;
    browser.fill("City", "Two Harbors").await;
    browser
        .in_new_tab(async || {
            browser.open(&form).await;
            browser.fill("Title", "Their Kelp House").await;
            browser.press("Save").await;
        })
        .await;
    browser.press("Save").await;
    assert_eq!(browser.texts(".notice h2").await, ["Not saved: someone else changed this letting"]);
    let row = browser.texts(".notice .differs > :not(:last-child)").await;
    assert_eq!(row[..3], ["Title", "My Kelp House", "Their Kelp House"]);
    // Nothing is lost: the form has all that was typed, and either title can be kept.
    assert_eq!(browser.value("Title").await, "My Kelp House");
    assert_eq!(browser.value("City").await, "Two Harbors");
    browser.tick("keep stored value : Title").await;
    browser.press("Save").await;
    browser.follow("Open it again").await;
    assert_eq!(browser.value("Title").await, "Their Kelp House");
    assert_eq!(browser.value("City").await, "Two Harbors");
    browser.within("nav.crumbs", async || browser.follow("Lettings").await).await;
}

async fn delete_several(browser: &Browser) {
    search_the_list(browser, "\"house 00\"").await;
    assert_eq!(titles(browser).await.len(), 9);
    browser.tick("Select Row house 003").await;
    browser.press("Go").await;
    assert_eq!(browser.messages().await, ["No action selected."]);
    assert!(browser.is_ticked("Select Row house 003").await, "the selection is kept");
    browser.tick("Select Row house 007").await;
    browser.choose("Action", "Delete selected lettings").await;
    browser.press("Go").await;
    // Nothing is deleted before it was shown.
    let text = browser.text().await;
    assert!(text.contains("Row house 003") && text.contains("Row house 007"), "{text}");
    browser.follow("Cancel").await;
    assert_eq!(titles(browser).await.len(), 9);

    browser.tick("Select Row house 003").await;
    browser.tick("Select Row house 007").await;
    browser.choose("Action", "Delete selected lettings").await;
    browser.press("Go").await;
    browser.press("Delete 2 lettings").await;
    let said = "Deleted 2 lettings. Kept: 2 addresses.";
    assert_eq!(browser.messages().await, [said]);
    let left = titles(browser).await;
    assert_eq!(left.len(), 7);
    assert!(!left.iter().any(|title| title.ends_with('3') || title.ends_with('7')), "{left:?}");
}

async fn import_addresses(browser: &Browser) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let write = |name: &str, content: &str| {
        let path = folder.path().join(name);
        fs::write(&path, content).expect("a file can be written");
        path
    };
    browser.within("nav.models", async || browser.follow("Addresses").await).await;
    browser.follow("Import").await;
    browser.attach("File", &write("bad.csv", BAD_FILE)).await;
    browser.press("Preview import").await;
    let problems = browser.texts("#problems li").await;
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems[0].starts_with("Line 2, Number:"), "{problems:?}");
    browser.follow("Choose another file").await;

    browser.attach("File", &write("good.csv", GOOD_FILE)).await;
    browser.press("Preview import").await;
    assert_eq!(browser.texts("#counts dd").await, ["1", "0", "0", "0"]);
    browser.press("Import").await;
    let messages = browser.messages().await;
    assert!(messages[0].contains("1 address"), "{messages:?}");
}

async fn search_everything_and_look_at_the_modules(browser: &Browser, site: &ServedSite) {
    browser
        .within("header", async || {
            browser.fill("Search all models", "kelp lane").await;
            browser.press("Search").await;
        })
        .await;
    assert_eq!(browser.texts("main .badge").await, ["1", "2"]);
    assert_eq!(browser.value("Search all models").await, "kelp lane");
    browser.within("main", async || browser.follow("7 Kelp Lane").await).await;
    assert_eq!(browser.value("City").await, "Avalon");

    browser.within("nav.models", async || browser.follow("Modules").await).await;
    assert_eq!(browser.path().await, "/admin/modules/");
    browser.open(&site.address("/admin/")).await;
    let recent = browser.texts(".recent li a").await;
    assert_eq!(recent[0], "7 Kelp Lane");
}

async fn give_a_permission(browser: &Browser) {
    browser.within("main", async || browser.follow("Users").await).await;
    browser.within("tbody", async || browser.follow("clerk").await).await;
    let permission = "Lettings: can view letting";
    if browser.has_javascript() {
        // Every word has to be there, in whatever place.
        browser.fill("Filter User permissions", "view LETTING").await;
        let mut shown = browser.visible_texts(".boxes-list label").await;
        shown.sort_unstable();
        assert_eq!(shown, ["Lettings: can view address", permission]);
    }
    browser.tick(permission).await;
    browser.press("Save").await;
    let message = "The user “clerk” was changed successfully. Open it again";
    assert_eq!(browser.messages().await, [message]);
}

async fn change_the_password_and_log_out(browser: &Browser) {
    browser.follow("Change password").await;
    let change = async |old: &str, new: &str| {
        browser.fill("Old password", old).await;
        browser.fill("New password", new).await;
        browser.fill("New password confirmation", new).await;
        browser.press("Change my password").await;
    };
    change("not mine", "12345678").await;
    let errors = browser.texts(".field-error").await;
    assert_eq!(errors.len(), 2, "{errors:?}");
    change(PASSWORD, "kelp forest at noon").await;
    assert_eq!(browser.messages().await, ["Your password was changed."]);

    browser.press("Log out").await;
    assert_eq!(browser.messages().await, ["You are logged out."]);
    browser.back().await;
    browser.reload().await;
    assert_eq!(browser.heading().await, "Log in");
}

async fn work_with_few_permissions(browser: &Browser, site: &ServedSite) {
    browser.open(&site.address("/admin/")).await;
    log_in(browser, "clerk", PASSWORD).await;
    assert_eq!(browser.texts("nav.models a").await, ["Lettings"]);
    browser.open(&site.address("/admin/lettings/letting/1/change/")).await;
    assert_eq!(browser.heading().await, "View letting");
    assert!(browser.text().await.contains("Stilt House on the Tide Pools"));
    assert_eq!(browser.texts("main input, main button").await, [""; 0]);
    browser.check_page("view-only").await;
    browser.open(&site.address("/admin/auth/user/")).await;
    assert_eq!(browser.heading().await, "Permission denied");
    assert!(browser.text().await.contains("Accounts: can view user"));
    browser.within("nav.models", async || browser.follow("Lettings").await).await;
    assert_eq!(browser.heading().await, "Lettings");
    browser.open(&site.address("/admin/auth/")).await;
    assert_eq!(browser.heading().await, "Page not found");
}
