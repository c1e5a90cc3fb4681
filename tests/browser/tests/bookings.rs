//! A guest books nights, and staff confirm them.

use browser_tests::{Browser, with_and_without_javascript};

use crate::staff::{self, PASSWORD, log_in};

with_and_without_javascript! {
    a_guest_books_nights_and_staff_confirm_them,
}

async fn a_guest_books_nights_and_staff_confirm_them(browser: &Browser) {
    let site = staff::site(0).await;
    browser.open(&site.address("/lettings/1/")).await;
    browser.follow("Log in to book").await;
    log_in(browser, "root", PASSWORD).await;
    assert_eq!(browser.path().await, "/bookings/ask/1/");
    browser.check_page("ask").await;

    // A date is typed as its locale writes it: month, day, year.
    browser.fill("Arrival", "07082035").await;
    browser.fill("Departure", "07042035").await;
    browser.press("Ask for these nights").await;
    assert_eq!(browser.value("Arrival").await, "2035-07-08");
    let told = browser.texts(".field-error").await;
    assert_eq!(told, ["The departure has to be after the arrival."]);
    browser.check_page("ask-with-error").await;

    browser.fill("Departure", "07122035").await;
    browser.press("Ask for these nights").await;
    assert_eq!(browser.heading().await, "My bookings");
    browser.check_page("my-bookings").await;
    browser.follow("Stilt House on the Tide Pools").await;
    browser.check_page("letting-with-form").await;

    browser.open(&site.address("/admin/bookings/booking/?arrival__year=2035")).await;
    browser.check_page("admin-bookings").await;
    browser.tick("Select Stilt House on the Tide Pools, 2035-07-08").await;
    browser.choose("Action", "Confirm selected bookings").await;
    browser.press("Go").await;
    let told = browser.messages().await;
    assert_eq!(told, ["Requests answered as “Confirmed”: 1 of 1 selected."]);
    browser.open(&site.address("/admin/lettings/letting/1/change/")).await;
    browser.check_page("admin-letting").await;

    browser.open(&site.address("/bookings/")).await;
    assert!(browser.text().await.contains("Confirmed"));
    browser.press("Cancel Stilt House on the Tide Pools, 2035-07-08").await;
    assert!(browser.text().await.contains("Your booking is cancelled."));
    site.stop().await;
}
