//! Many concurrent logins.

use std::collections::BTreeSet;

use accounts::passwords::{Algorithm, encode};
use rocket::futures::future::{Either, join_all, select};
use site_tests::{AddRows, Address, DatabaseKind, HolidayHomes, on_both_databases};

use super::{GOOD, number, signed_in, user};

on_both_databases! {
    fifty_log_in_while_pages_are_served,
}

async fn fifty_log_in_while_pages_are_served(on: DatabaseKind) {
    // Two connections serve them all, on a machine that may be busy: nobody is turned away.
    let site = HolidayHomes::on(on).setting("databases.site.connect_timeout", 60).start().await;
    site.add_letting("Haus", Address::SOMEWHERE).await;
    let hash = encode(GOOD, Algorithm::Argon2).unwrap();
    let names: Vec<String> = (0..50).map(|number| format!("user{number}")).collect();
    for name in &names {
        user(name).add_with_hash(&hash, site.db()).await.unwrap();
    }
    // All from one address, as from an office.
    let logins = join_all(names.iter().map(|name| site.sign_in(name, GOOD)));
    let mut waiting = Box::pin(logins);
    let mut served = 0;
    let browsers = loop {
        let page = Box::pin(site.get("/lettings/"));
        match select(waiting, page).await {
            Either::Left((browsers, _)) => break browsers,
            Either::Right((page, still)) => {
                assert_eq!(page.status, 200);
                served += 1;
                waiting = still;
            }
        }
    };
    assert!(served >= 10, "{served} pages were served meanwhile");
    let keys: BTreeSet<String> = browsers.iter().map(|b| b.cookie("session").unwrap()).collect();
    assert_eq!(keys.len(), 50);
    for (browser, name) in browsers.iter().zip(&names) {
        assert_eq!(signed_in(&browser.get("/").await).as_ref(), Some(name));
    }
    assert_eq!(number(&site, "SELECT COUNT(*) AS value FROM accounts_session").await, 50);
    let failures =
        number(&site, "SELECT CAST(SUM(failures) AS bigint) AS value FROM accounts_throttle").await;
    assert_eq!(failures, 0, "nobody failed");
}
