//! Usernames are stored in the normal form of the login, however they are written.

use accounts::NewUser;
use accounts::models::User;
use module_api::model::{Model, WriteError};
use module_test::{DatabaseKind, TestSite, on_both_databases};

use crate::{GOOD, execute, text, user};

on_both_databases! {
    a_name_is_stored_in_its_normal_form_and_signs_in_as_it_was_typed,
    a_name_that_another_has_in_its_normal_form_is_refused,
    what_is_no_name_in_its_normal_form_is_refused,
    a_name_of_before_is_stored_anew_with_the_next_change,
    an_update_stores_the_normal_form,
}

/// Names with a ligature, in full width, with a power, and with a letter and its accent apart.
const TYPED: [(&str, &str); 4] =
    [("ﬂora", "flora"), ("ＴＥＳＴ", "TEST"), ("x²", "x2"), ("zoe\u{308}", "zoë")];

const NAME: &str = "SELECT username AS value FROM auth_user";

async fn a_name_is_stored_in_its_normal_form_and_signs_in_as_it_was_typed(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    for (typed, stored) in TYPED {
        user(typed).add_to(site.db()).await.unwrap();
        assert_eq!(text(&site, NAME).await, stored);
        site.sign_in(typed, GOOD).await;
        site.sign_in(stored, GOOD).await;
        execute(&site, "DELETE FROM auth_user", &[]).await;
    }
}

/// The error messages about a username.
fn refused(error: WriteError) -> String {
    let WriteError::Invalid(errors) = error else { panic!("{error}") };
    errors.field("username").join(" ")
}

async fn a_name_that_another_has_in_its_normal_form_is_refused(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    for (typed, stored) in TYPED {
        NewUser::named(stored, GOOD).add_with_hash("!", site.db()).await.unwrap();
        let error = user(typed).add_with_hash("!", site.db()).await.unwrap_err();
        assert_eq!(refused(error), "User with this Username already exists.", "{typed}");
    }
}

async fn what_is_no_name_in_its_normal_form_is_refused(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    // Which becomes eighteen characters, with spaces between them; and longer than the column.
    for typed in ["\u{fdfa}", &"\u{fdfa}".repeat(140), &"x".repeat(151)] {
        let error = user(typed).add_with_hash("!", site.db()).await.unwrap_err();
        assert_ne!(refused(error), "");
    }
}

async fn a_name_of_before_is_stored_anew_with_the_next_change(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    let id = user("flora").add_to(site.db()).await.unwrap();
    execute(&site, "UPDATE auth_user SET username = 'ﬂora'", &[]).await;
    let mut flora = User::get(id, &mut site.db().acquire().await.unwrap()).await.unwrap().unwrap();
    assert_eq!(flora.username, "ﬂora");
    flora.is_staff = true;
    let mut transaction = site.db().begin().await.unwrap();
    flora.save(&mut transaction).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(text(&site, NAME).await, "flora");
    site.sign_in("ﬂora", GOOD).await;
}

async fn an_update_stores_the_normal_form(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    user("flora").add_to(site.db()).await.unwrap();
    for (typed, stored) in TYPED {
        let mut transaction = site.db().begin().await.unwrap();
        let updated = User::objects().update([User::USERNAME.set(typed)], &mut transaction).await;
        assert_eq!(updated.unwrap(), 1);
        transaction.commit().await.unwrap();
        assert_eq!(text(&site, NAME).await, stored);
    }
}
