//! Setting a new password by mail.

use accounts::NewUser;
use module_api::db::{Value, query};
use module_test::{Answer, Browser, DatabaseKind, MailServer, Setup, TestSite, on_both_databases};
use rocket::futures::future::join;

use crate::{GOOD, execute, number, signed_in, text, user};

on_both_databases! {
    who_forgot_the_password_sets_a_new_one_by_mail,
    nobody_learns_whether_an_address_is_known,
    every_account_of_an_address_gets_a_mail_of_its_own,
    what_is_no_address_is_refused_at_the_field,
    a_key_ends_with_time_or_a_change_of_password_or_address,
    a_key_does_not_come_back_when_the_address_changes_forth_and_back,
    keys_end_as_before_once_migrate_has_made_lost_triggers_again,
    of_two_who_use_a_key_at_once_one_does,
    a_password_that_cannot_be_taken_leaves_the_key_good,
    who_asks_too_often_waits_whether_the_address_is_known_or_not,
    whoever_forgot_and_failed_too_often_logs_in_at_once,
    keys_go_with_their_user,
}

const NEW: &str = "green kettle on ice";

/// A site that sends mail through a server, before it starts.
fn sending(on: DatabaseKind, server: &MailServer) -> Setup {
    TestSite::on(on)
        .setting("email_url", server.url())
        .setting("email_from", "Holiday Homes <no-reply@example.org>")
}

/// A user with a password and an address.
fn member<'a>(username: &'a str, email: &'a str) -> NewUser<'a> {
    NewUser { email, ..user(username) }
}

/// Asks for a mail to an address.
async fn ask(browser: &Browser<'_>, email: &str) -> Answer {
    browser.post("/accounts/password_reset/", &[("email", email)]).await
}

/// Asks for a mail, from anywhere, and waits for it: the path that it leads to.
async fn mailed_path(site: &TestSite, server: &MailServer, email: &str) -> String {
    // Whoever asks too often waits.
    execute(site, "DELETE FROM accounts_throttle", &[]).await;
    assert_eq!(ask(&site.browser(), email).await.status, 303);
    path_of(server.next().await.link())
}

/// The path of a link to the site on this machine.
fn path_of(link: &str) -> String {
    link.strip_prefix("http://localhost:8000").unwrap_or_else(|| panic!("{link}")).to_owned()
}

/// Types a new password twice.
async fn set(browser: &Browser<'_>, path: &str, password: &str) -> Answer {
    browser.post(path, &[("new_password1", password), ("new_password2", password)]).await
}

/// Asserts that the page says that the key is invalid.
fn assert_is_over(answer: &Answer) {
    assert_eq!(answer.status, 404);
    let page = answer.page();
    assert_eq!(page.heading(), "Password reset unsuccessful");
    assert_eq!(page.link("Request a new one"), Some("/accounts/password_reset/"));
}

async fn who_forgot_the_password_sets_a_new_one_by_mail(on: DatabaseKind) {
    let server = MailServer::start().await;
    let site = sending(on, &server).setting("site_name", "Zoë’s Homes").start().await;
    member("tunde", "Tunde@example.org").add_to(site.db()).await.unwrap();
    let elsewhere = site.sign_in("tunde", GOOD).await;

    let browser = site.browser();
    let login = browser.get("/accounts/login/").await.page();
    let form = login.link("Forgotten your password?").unwrap();
    let page = browser.get(form).await.page();
    assert_eq!((&*page.title(), &*page.heading()), ("Password reset", "Password reset"));
    let answer = ask(&browser, " tunde@EXAMPLE.org ").await;
    assert_eq!((answer.status, answer.location()), (303, "/accounts/password_reset/done/"));
    let done = browser.get(answer.location()).await.page();
    assert_eq!(done.heading(), "Password reset sent");

    let mail = server.next().await;
    assert_eq!(mail.from, "no-reply@example.org");
    assert_eq!(mail.to, ["Tunde@example.org"], "the address of the account, not what was typed");
    assert!(mail.header("Subject").unwrap().starts_with("Password reset on "), "{mail:?}");
    assert_eq!(mail.header("Auto-Submitted"), Some("auto-generated"));
    assert!(mail.text.contains("your user account at Zoë’s Homes."), "{}", mail.text);
    assert!(mail.text.contains("you are: tunde\n"), "{}", mail.text);
    let path = path_of(mail.link());
    let key = path.strip_prefix("/accounts/reset/").unwrap().strip_suffix('/').unwrap();
    assert_eq!(key.len(), 64);
    let stored = text(&site, "SELECT key_hash AS value FROM accounts_password_reset").await;
    assert_ne!(stored, key, "the database does not have the key");

    let answer = browser.get(&path).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("referrer-policy"), Some("same-origin"));
    assert_eq!(answer.header("cache-control"), Some("private, no-store"));
    let page = answer.page();
    assert_eq!(page.heading(), "Enter new password");
    let outside = page.addresses().into_iter().find(|address| address.contains("//"));
    assert_eq!(outside, None, "nothing leads to another site");
    let answer = set(&browser, &path, NEW).await;
    assert_eq!((answer.status, answer.location()), (303, "/accounts/login/"));
    let login = browser.get("/accounts/login/").await;
    let told = "Your password has been set. You may go ahead and log in now.";
    assert!(login.text().contains(told), "{}", login.text());
    assert_eq!(signed_in(&login), None, "whoever has the mail still has to log in");

    assert_eq!(signed_in(&elsewhere.get("/").await), None, "sessions are over");
    assert_eq!(site.browser().sign_in("tunde", GOOD).await.status, 200);
    site.sign_in("tunde", NEW).await;
    assert_is_over(&browser.get(&path).await);
    assert_is_over(&set(&browser, &path, GOOD).await);
    assert_eq!(number(&site, "SELECT COUNT(*) AS value FROM accounts_password_reset").await, 0);
}

/// An answer without what is another each time.
fn comparable(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let mut headers = answer.headers.clone();
    headers.retain(|(name, _)| name != "set-cookie" && name != "x-request-id");
    (answer.status, headers, answer.text().to_owned())
}

async fn nobody_learns_whether_an_address_is_known(on: DatabaseKind) {
    let server = MailServer::start().await;
    let site = sending(on, &server).start().await;
    member("known", "known@example.org").add_to(site.db()).await.unwrap();
    let closed = NewUser { is_active: false, ..member("closed", "closed@example.org") };
    closed.add_to(site.db()).await.unwrap();
    let without = NewUser { password: None, ..member("without", "without@example.org") };
    without.add_to(site.db()).await.unwrap();
    member("nowhere", "").add_to(site.db()).await.unwrap();
    let mut answers = Vec::new();
    for name in ["unknown", "closed", "without", "known"] {
        let answer = ask(&site.browser(), &format!("{name}@example.org")).await;
        assert_eq!(answer.status, 303);
        answers.push(comparable(&answer));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(server.next().await.to, ["known@example.org"]);
    assert_eq!(server.rest().await, []);
    assert_eq!(number(&site, "SELECT COUNT(*) AS value FROM accounts_password_reset").await, 1);
}

async fn every_account_of_an_address_gets_a_mail_of_its_own(on: DatabaseKind) {
    let server = MailServer::start().await;
    let site = sending(on, &server).start().await;
    for name in ["ann", "bob", "zoë.li"] {
        member(name, "family@example.org").add_to(site.db()).await.unwrap();
    }
    assert_eq!(ask(&site.browser(), "family@example.org").await.status, 303);
    for name in ["ann", "bob", "zoë.li"] {
        let mail = server.next().await;
        assert!(mail.text.contains(&format!("you are: {name}\n")), "{}", mail.text);
        let browser = site.browser();
        assert_eq!(set(&browser, &path_of(mail.link()), NEW).await.status, 303, "{name}");
        assert_eq!(site.browser().sign_in(name, NEW).await.status, 303, "{name}");
    }
    assert_eq!(server.rest().await, []);
}

async fn what_is_no_address_is_refused_at_the_field(on: DatabaseKind) {
    let server = MailServer::start().await;
    let site = sending(on, &server).start().await;
    let long = format!("{}@example.org", "x".repeat(300));
    for (typed, error) in [
        ("", "This field is required."),
        ("  ", "This field is required."),
        ("tunde", "Enter a valid email address."),
        ("a@b.org\r\nBcc: eve@example.org", "Enter a valid email address."),
        ("a\0@b.org", "Enter a valid email address."),
        ("<script>@example.org", "Enter a valid email address."),
        (&long, "254 characters"),
    ] {
        let answer = ask(&site.browser(), typed).await;
        assert_eq!(answer.status, 200, "{typed:?}");
        let page = answer.page();
        let told = page.id("email-error").unwrap().words();
        assert!(told.contains(error), "{typed:?}: {told}");
        let field = page.id("id_email").unwrap();
        // Pages have no zero bytes, and their line ends are one character.
        let kept = typed.trim().replace('\0', "\u{fffd}").replace("\r\n", "\n");
        assert_eq!(field.attribute("value"), Some(&*kept));
        assert_eq!(field.attribute("aria-describedby"), Some("email-error"));
    }
    assert_eq!(number(&site, "SELECT COUNT(*) AS value FROM accounts_throttle").await, 0);
    assert_eq!(server.commands(), Vec::<String>::new());
}

async fn a_key_ends_with_time_or_a_change_of_password_or_address(on: DatabaseKind) {
    let server = MailServer::start().await;
    let site = sending(on, &server).start().await;
    member("tunde", "tunde@example.org").add_to(site.db()).await.unwrap();
    let an_hour_ago = module_api::time::UtcDateTime::now() - module_api::time::Duration::SECOND;
    let changes: [(&'static str, Vec<Value>); 5] = [
        ("UPDATE accounts_password_reset SET expires = $1", vec![Value::from(an_hour_ago)]),
        ("UPDATE auth_user SET password = password || 'x'", vec![]),
        ("UPDATE auth_user SET email = 'new@example.org'", vec![]),
        ("UPDATE auth_user SET is_active = FALSE", vec![]),
        ("UPDATE auth_user SET password = '!' || password", vec![]),
    ];
    let restore =
        "UPDATE auth_user SET password = $1, email = 'tunde@example.org', is_active = TRUE";
    let hash = text(&site, "SELECT password AS value FROM auth_user").await;
    for (change, values) in changes {
        let path = mailed_path(&site, &server, "tunde@example.org").await;
        let browser = site.browser();
        assert_eq!(browser.get(&path).await.status, 200, "{change}");
        assert!(execute(&site, change, &values).await > 0, "{change}");
        assert_is_over(&browser.get(&path).await);
        assert_is_over(&set(&browser, &path, NEW).await);
        execute(&site, restore, &[Value::from(hash.as_str())]).await;
        assert_is_over(&browser.get(&path).await);
    }
    let known = mailed_path(&site, &server, "tunde@example.org").await;
    for other in ["x", &"0".repeat(64), &"g".repeat(64), "%C3%A9", &"a".repeat(3000)] {
        assert_is_over(&site.get(&format!("/accounts/reset/{other}/")).await);
    }
    assert_eq!(site.get("/accounts/reset/%00/").await.status, 404);
    let capitals = known.replace("/accounts/reset/", "").to_uppercase();
    assert_is_over(&site.get(&format!("/accounts/reset/{capitals}")).await);
    assert_eq!(site.get(&known).await.status, 200);
}

#[rocket::async_test]
async fn a_temporary_table_does_not_keep_a_key_on_postgres() {
    let server = MailServer::start().await;
    let site = sending(DatabaseKind::Postgres, &server).start().await;
    member("tunde", "tunde@example.org").add_to(site.db()).await.unwrap();
    mailed_path(&site, &server, "tunde@example.org").await;
    let keys = "SELECT COUNT(*) AS value FROM accounts_password_reset";
    assert_eq!(number(&site, keys).await, 1);
    let mut transaction = site.db().begin().await.unwrap();
    for statement in [
        "CREATE TEMPORARY TABLE accounts_password_reset (user_id integer) ON COMMIT DROP",
        "UPDATE auth_user SET email = 'new@example.org'",
    ] {
        query(statement).execute(&mut transaction).await.unwrap();
    }
    transaction.commit().await.unwrap();
    assert_eq!(number(&site, keys).await, 0);
}

async fn a_key_does_not_come_back_when_the_address_changes_forth_and_back(on: DatabaseKind) {
    let server = MailServer::start().await;
    let site = sending(on, &server).start().await;
    member("tunde", "tunde@example.org").add_to(site.db()).await.unwrap();
    member("marisol", "marisol@example.org").add_to(site.db()).await.unwrap();
    let path = mailed_path(&site, &server, "tunde@example.org").await;
    let others = mailed_path(&site, &server, "marisol@example.org").await;
    let change = "UPDATE auth_user SET email = $1 WHERE username = 'tunde'";
    for email in ["new@example.org", "tunde@example.org"] {
        assert_eq!(execute(&site, change, &[Value::from(email)]).await, 1);
    }
    assert_is_over(&site.get(&path).await);
    assert_eq!(site.get(&others).await.status, 200, "another's key is as good as before");

    let path = mailed_path(&site, &server, "tunde@example.org").await;
    execute(&site, "UPDATE auth_user SET first_name = 'Tunde', email = email", &[]).await;
    assert_eq!(site.get(&path).await.status, 200, "nothing was changed that it is about");
}

/// Takes the triggers from `auth_user`: on SQLite as Django does when it alters the table.
async fn lose_triggers(site: &TestSite) {
    if site.database().kind == DatabaseKind::Postgres {
        return site.database().execute("ALTER TABLE auth_user DISABLE TRIGGER USER").await;
    }
    let table =
        "SELECT sql AS value FROM sqlite_master WHERE type = 'table' AND name = 'auth_user'";
    let table = text(site, table).await.replacen("auth_user", "new__auth_user", 1);
    let rebuild = format!(
        "PRAGMA foreign_keys = OFF; BEGIN; {table}; \
         INSERT INTO new__auth_user SELECT * FROM auth_user; DROP TABLE auth_user; \
         ALTER TABLE new__auth_user RENAME TO auth_user; COMMIT;"
    );
    site.database().execute(rebuild.leak()).await;
}

async fn keys_end_as_before_once_migrate_has_made_lost_triggers_again(on: DatabaseKind) {
    let server = MailServer::start().await;
    let site = sending(on, &server).start().await;
    member("tunde", "tunde@example.org").add_to(site.db()).await.unwrap();
    let of_before = mailed_path(&site, &server, "tunde@example.org").await;
    lose_triggers(&site).await;
    assert_eq!(site.get(&of_before).await.status, 200);
    let setup = TestSite::on(on).database(site.database());
    setup.migrate().await.unwrap();
    // Nobody knows any more whether the user was another meanwhile.
    assert_is_over(&site.get(&of_before).await);

    let path = mailed_path(&site, &server, "tunde@example.org").await;
    setup.migrate().await.unwrap();
    assert_eq!(site.get(&path).await.status, 200, "where no trigger is lost, no key ends");
    for email in ["new@example.org", "tunde@example.org"] {
        execute(&site, "UPDATE auth_user SET email = $1", &[Value::from(email)]).await;
    }
    assert_is_over(&site.get(&path).await);
}

#[rocket::async_test]
async fn a_key_ends_when_the_row_of_its_user_is_replaced_on_sqlite() {
    let server = MailServer::start().await;
    let site = sending(DatabaseKind::Sqlite, &server).start().await;
    member("tunde", "tunde@example.org").add_to(site.db()).await.unwrap();
    member("marisol", "marisol@example.org").add_to(site.db()).await.unwrap();
    let path = mailed_path(&site, &server, "tunde@example.org").await;
    let others = mailed_path(&site, &server, "marisol@example.org").await;
    // With foreign keys, the database would delete the key along with the former row.
    site.database()
        .execute(
            "PRAGMA foreign_keys = OFF; \
             CREATE TEMPORARY TABLE tunde AS SELECT * FROM auth_user WHERE username = 'tunde'; \
             UPDATE tunde SET email = 'new@example.org'; \
             REPLACE INTO auth_user SELECT * FROM tunde; \
             UPDATE tunde SET email = 'tunde@example.org'; \
             REPLACE INTO auth_user SELECT * FROM tunde;",
        )
        .await;
    assert_is_over(&site.get(&path).await);
    assert_eq!(site.get(&others).await.status, 200, "another's key is as good as before");
}

async fn of_two_who_use_a_key_at_once_one_does(on: DatabaseKind) {
    let server = MailServer::start().await;
    let site = sending(on, &server).start().await;
    member("tunde", "tunde@example.org").add_to(site.db()).await.unwrap();
    let path = mailed_path(&site, &server, "tunde@example.org").await;
    let (one, other) = (site.browser(), site.browser());
    let setting = join(set(&one, &path, NEW), set(&other, &path, "yellow kettle on fire"));
    let (first, second) = Box::pin(setting).await;
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 404]);
    let password = if first.status == 303 { NEW } else { "yellow kettle on fire" };
    site.sign_in("tunde", password).await;
}

async fn a_password_that_cannot_be_taken_leaves_the_key_good(on: DatabaseKind) {
    let server = MailServer::start().await;
    let site = sending(on, &server).start().await;
    member("tunde", "tunde@example.org").add_to(site.db()).await.unwrap();
    let path = mailed_path(&site, &server, "tunde@example.org").await;
    let browser = site.browser();
    let long = "x".repeat(4097);
    for (first, second, field, error) in [
        ("", "", "new_password1-error", "This field is required."),
        (NEW, "", "new_password2-error", "This field is required."),
        (NEW, GOOD, "new_password2-error", "The two password fields didn’t match."),
        ("12345", "12345", "new_password2-error", "This password is entirely numeric."),
        ("tunde2024", "tunde2024", "new_password2-error", "too similar to the username"),
        (&long, &long, "new_password2-error", "This password is too long."),
    ] {
        let fields = [("new_password1", first), ("new_password2", second)];
        let answer = browser.post(&path, &fields).await;
        assert_eq!(answer.status, 200, "{error}");
        let page = answer.page();
        let told = page.id(field).unwrap().words();
        assert!(told.contains(error), "{error}: {told}");
        assert!(first.is_empty() || !answer.text().contains(first), "nothing typed is repeated");
    }
    site.sign_in("tunde", GOOD).await;
    // Logging in with the old one has changed nothing about it.
    assert_eq!(set(&browser, &path, NEW).await.status, 303);
}

async fn who_asks_too_often_waits_whether_the_address_is_known_or_not(on: DatabaseKind) {
    let server = MailServer::start().await;
    let site = sending(on, &server).start().await;
    member("tunde", "tunde@example.org").add_to(site.db()).await.unwrap();
    for email in ["tunde@example.org", "nobody@example.org"] {
        for number in 0..3 {
            let from = format!("198.51.100.{number}");
            assert_eq!(ask(&site.browser().at(&from), email).await.status, 303, "{email}");
        }
        // In other letters and from elsewhere it is still the same address.
        let answer = ask(&site.browser().at("192.0.2.1"), &email.to_uppercase()).await;
        assert_eq!(answer.status, 429, "{email}");
        let seconds: u64 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&seconds), "{seconds}");
        assert!(answer.page().main().contains("Too many requests. Please wait"));
    }
    for _ in 0..3 {
        assert_eq!(server.next().await.to, ["tunde@example.org"]);
    }
    // One network cannot go through all addresses.
    let mut statuses = Vec::new();
    for number in 0..21 {
        let email = format!("{number}@example.org");
        statuses.push(ask(&site.browser().at("203.0.113.9"), &email).await.status);
    }
    assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 20);
    assert_eq!(statuses[20], 429);
    assert_eq!(ask(&site.browser().at("203.0.113.10"), "21@example.org").await.status, 303);
}

async fn whoever_forgot_and_failed_too_often_logs_in_at_once(on: DatabaseKind) {
    let server = MailServer::start().await;
    let site = sending(on, &server).start().await;
    member("tunde", "tunde@example.org").add_to(site.db()).await.unwrap();
    for _ in 0..5 {
        assert_eq!(site.browser().sign_in("tunde", "wrong").await.status, 200);
    }
    assert_eq!(site.browser().sign_in("tunde", GOOD).await.status, 429);
    assert_eq!(ask(&site.browser(), "tunde@example.org").await.status, 303);
    let path = path_of(server.next().await.link());
    let browser = site.browser();
    assert_eq!(set(&browser, &path, NEW).await.status, 303);
    assert_eq!(site.browser().sign_in("tunde", NEW).await.status, 303, "it begins anew");

    // Who goes on guessing keeps out whom nobody knows, but not the browser with the mail.
    for _ in 0..5 {
        assert_eq!(site.browser().sign_in("tunde", "wrong").await.status, 200);
    }
    assert_eq!(site.browser().sign_in("tunde", NEW).await.status, 429);
    assert_eq!(browser.sign_in("tunde", NEW).await.status, 303);
}

async fn keys_go_with_their_user(on: DatabaseKind) {
    let server = MailServer::start().await;
    let site = sending(on, &server).start().await;
    for (username, delete) in [("ann", true), ("bob", false)] {
        let email = format!("{username}@example.org");
        let id = member(username, &email).add_to(site.db()).await.unwrap();
        mailed_path(&site, &server, &email).await;
        let rows = "SELECT COUNT(*) AS value FROM accounts_password_reset";
        assert_eq!(number(&site, rows).await, 1);
        if delete {
            use accounts::models::User;
            use module_api::model::Model;

            let mut transaction = site.db().begin().await.unwrap();
            let user = User::get(id, &mut transaction).await.unwrap().unwrap();
            user.delete(&mut transaction).await.unwrap();
            transaction.commit().await.unwrap();
        } else {
            // As a Django does that knows nothing of keys.
            execute(&site, "DELETE FROM auth_user WHERE username = 'bob'", &[]).await;
        }
        assert_eq!(number(&site, rows).await, 0, "{username}");
    }
}
