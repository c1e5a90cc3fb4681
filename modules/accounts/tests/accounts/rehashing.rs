//! A password of Django's with an older hash: hashed anew at the first good login.

use accounts::passwords::{Algorithm, PasswordSettings, encode};
use module_test::{DatabaseKind, TestSite, on_both_databases};
use rocket::futures::future::join_all;

use crate::{GOOD, number, signed_in, text, user};

on_both_databases! {
    an_old_hash_is_replaced_and_sessions_live_on,
    logins_at_the_same_moment_all_hold,
    a_wrong_password_replaces_nothing,
    a_stronger_hash_is_kept,
}

const PASSWORD: &str = "SELECT password AS value FROM auth_user";

/// The fewest rounds that can be set: they take the least time.
const ROUNDS: u32 = 100_000;

/// A site where the user `tunde` has a hash of Django's.
async fn moved_in(on: DatabaseKind) -> (TestSite, String) {
    let site = TestSite::on(on).start().await;
    let beside_django =
        PasswordSettings { password_hasher: Algorithm::Pbkdf2Sha256, pbkdf2_rounds: Some(ROUNDS) };
    let hash = encode(GOOD, beside_django).unwrap();
    user("tunde").add_with_hash(&hash, site.db()).await.unwrap();
    (site, hash)
}

async fn an_old_hash_is_replaced_and_sessions_live_on(on: DatabaseKind) {
    let (site, old) = moved_in(on).await;
    let with_django = site.database().clone();
    // While Django still runs, hashes stay as it reads them.
    let keeping = TestSite::on(on)
        .database(&with_django)
        .setting("modules.accounts.password_hasher", "pbkdf2_sha256")
        .setting("modules.accounts.pbkdf2_rounds", ROUNDS + 20_000)
        .start()
        .await;
    let early = keeping.sign_in("tunde", GOOD).await;
    assert_eq!(text(&site, PASSWORD).await, old);

    let late = site.sign_in("tunde", GOOD).await;
    let new = text(&site, PASSWORD).await;
    assert!(new.starts_with("argon2$argon2id$"), "{new}");
    assert_eq!(signed_in(&late.get("/").await).as_deref(), Some("tunde"));
    assert_eq!(
        signed_in(&early.get("/").await).as_deref(),
        Some("tunde"),
        "it is the same password"
    );
    site.sign_in("tunde", GOOD).await;
    assert_eq!(text(&site, PASSWORD).await, new, "once is enough");
}

async fn logins_at_the_same_moment_all_hold(on: DatabaseKind) {
    let (site, _) = moved_in(on).await;
    let browsers = join_all((0..4).map(|_| site.sign_in("tunde", GOOD))).await;
    for browser in &browsers {
        assert_eq!(signed_in(&browser.get("/").await).as_deref(), Some("tunde"));
    }
    assert_eq!(number(&site, "SELECT COUNT(*) AS value FROM accounts_session").await, 4);
}

async fn a_wrong_password_replaces_nothing(on: DatabaseKind) {
    let (site, old) = moved_in(on).await;
    assert_eq!(site.browser().sign_in("tunde", "wrong").await.status, 200);
    assert_eq!(text(&site, PASSWORD).await, old);
}

async fn a_stronger_hash_is_kept(on: DatabaseKind) {
    // Argon2 as Django has it: five times the memory.
    const HASH: &str = "argon2$argon2id$v=19$m=102400,t=2,p=8$SFZSRE80SU0yNXZURjVOT2JuMG9wWA\
                        $llzxP+bzZBfJjWJXhsBhNcjZG39LXOB5Br3M0xSxExQ";
    let site = TestSite::on(on).start().await;
    user("tunde").add_with_hash(HASH, site.db()).await.unwrap();
    site.sign_in("tunde", "lètmein").await;
    assert_eq!(text(&site, PASSWORD).await, HASH);
}
