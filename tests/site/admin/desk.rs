//! A member of the staff at work.

use std::sync::Arc;

use module_api::auth::{SignedIn, User};
use rocket::fairing::AdHoc;
use site_tests::{Answer, DatabaseKind, LocalModule, TestSite};

/// Signs in whoever a header names: `superuser`, or the permissions of a member of the staff.
pub(super) static SIGN_IN: LocalModule = LocalModule {
    configure: |configure| {
        configure.attach(AdHoc::on_request("sign in", |request, _| {
            Box::pin(async move {
                let Some(word) = request.headers().get_one("X-Test-User") else { return };
                let user = User {
                    id: 1,
                    username: "ann".to_owned(),
                    first_name: String::new(),
                    last_name: String::new(),
                    email: String::new(),
                    is_staff: word != "visitor",
                    is_superuser: word == "superuser",
                    permissions: word.split(',').map(str::to_owned).collect(),
                };
                request.local_cache(|| SignedIn::User(Arc::new(user)));
            })
        }))
    },
    ..LocalModule::named("test_sign_in")
};

/// Somebody who is signed in.
pub(super) struct Desk<'a> {
    site: &'a TestSite,
    word: &'a str,
}

/// A site whose staff can be impersonated.
pub(super) async fn site(on: DatabaseKind) -> TestSite {
    TestSite::on(on).and_modules(&[&SIGN_IN]).start().await
}

/// A superuser.
pub(super) async fn superuser(site: &TestSite) -> Desk<'_> {
    Desk { site, word: "superuser" }
}

/// A member of the staff with these permissions, parted by commas, and no others.
pub(super) async fn staff<'a>(site: &'a TestSite, permissions: &'a str) -> Desk<'a> {
    Desk { site, word: permissions }
}

impl Desk<'_> {
    /// Asks for an address.
    pub(super) async fn get(&self, address: &str) -> Answer {
        self.site.get_with(address, &[("X-Test-User", self.word)]).await
    }
}
