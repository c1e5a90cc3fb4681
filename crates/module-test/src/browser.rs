//! A browser: it stores cookies, and submits forms with the token of their page.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use module_api::CookieRules;
use module_api::Urls;
use module_api::auth::{LoginRoute, SignedIn, User};
use module_api::host::csrf_token_of;
use rocket::http::{Method, RawStr};

use crate::{Answer, TestSite, TestUser};

/// A visitor's browser, which stores cookies and sends CSRF tokens.
///
/// ```
/// use module_test::{DatabaseKind, LocalModule, TestSite};
///
/// static NEWS: LocalModule = LocalModule::named("news");
///
/// module_test::block_on(async {
///     let site = TestSite::on(DatabaseKind::Sqlite).modules(&[&NEWS]).start().await;
///     let browser = site.browser();
///     assert_eq!(browser.get("/nowhere/").await.page().heading(), "Page not found");
/// });
/// ```
pub struct Browser<'a> {
    site: &'a TestSite,
    cookies: Mutex<BTreeMap<String, String>>,
    address: Option<String>,
    user: Option<Arc<User>>,
}

impl TestSite {
    /// A new browser, without cookies.
    pub fn browser(&self) -> Browser<'_> {
        Browser { site: self, cookies: Mutex::default(), address: None, user: None }
    }

    /// A browser in which a user has just signed in.
    pub async fn sign_in(&self, username: &str, password: &str) -> Browser<'_> {
        let browser = self.browser();
        let answer = browser.sign_in(username, password).await;
        assert_eq!(answer.status, 303, "{username} signs in: {}", answer.text());
        browser
    }
}

impl Browser<'_> {
    /// Sets the IP address of the browser.
    pub fn at(mut self, address: &str) -> Self {
        self.address = Some(address.to_owned());
        self
    }

    /// Signs a user in without a row in the database: guards and pages see the user.
    ///
    /// For modules that use guards and no accounts. With a module that keeps accounts,
    /// [`TestSite::sign_in`] is what a visitor does.
    pub fn signed_in_as(mut self, user: impl Into<TestUser>) -> Self {
        self.user = Some(Arc::new(user.into().0));
        self
    }

    /// Requests an address.
    pub async fn get(&self, address: &str) -> Answer {
        self.request(Method::Get, address, &[], b"").await
    }

    /// Submits a form, as a page of the site would.
    pub async fn post(&self, address: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.token();
        let fields = [&[("csrf_token", token.as_str())], fields].concat();
        self.post_without_token(address, &fields).await
    }

    /// Fills in the form of a page and submits it, like a visitor: with the token of the page, and
    /// with the page's values in fields that are not given.
    ///
    /// ```
    /// # async fn example(site: module_test::TestSite) {
    /// let answer = site.browser().submit("/guests/", &[("text", "We loved it.")]).await;
    /// assert_eq!(answer.location(), "/guests/");
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// The page has no form with these fields.
    pub async fn submit(&self, address: &str, fields: &[(&str, &str)]) -> Answer {
        let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
        let mut form = self.get(address).await.page().form_with(&names);
        for (name, value) in fields {
            form.fill(name, value);
        }
        let sent: Vec<(&str, &str)> =
            form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.post_without_token(form.action.as_deref().unwrap_or(address), &sent).await
    }

    /// Submits a form with exactly these fields.
    pub async fn post_without_token(&self, address: &str, fields: &[(&str, &str)]) -> Answer {
        let form = ("Content-Type", "application/x-www-form-urlencoded");
        self.request(Method::Post, address, &[form], encoded(fields).as_bytes()).await
    }

    /// Sends a request with the stored cookies, and stores those of the response.
    pub async fn request(
        &self,
        method: Method,
        address: &str,
        headers: &[(&'static str, &str)],
        body: &[u8],
    ) -> Answer {
        let mut headers = headers.to_vec();
        if let Some(address) = &self.address {
            headers.push(("X-Real-IP", address));
        }
        let answer = self.exchange(method, address, &headers, body).await;
        self.keep_cookies(&answer);
        answer
    }

    /// A token for a form, as on the pages of the site.
    pub fn token(&self) -> String {
        let rocket = self.site.client.rocket();
        let cookies = self.cookies();
        let request = self.site.client.get("/").cookies(cookies);
        let token = csrf_token_of(request.inner());
        let rules = rocket.state::<CookieRules>().copied().expect("the host manages them");
        if let Some(cookie) = request.inner().cookies().get_pending(rules.csrf_cookie()) {
            self.set_cookie(cookie.name(), cookie.value());
        }
        token
    }

    /// Signs in through the form of the module that keeps accounts, which has the fields `username`
    /// and `password`, and returns the response.
    pub async fn sign_in(&self, username: &str, password: &str) -> Answer {
        let rocket = self.site.client.rocket();
        let route = rocket.state::<LoginRoute>().expect("a module signs people in");
        let urls = rocket.state::<Urls>().expect("the host manages them");
        let address = urls.url(route.0, &[]).expect("the page for signing in has an address");
        self.post(&address, &[("username", username), ("password", password)]).await
    }

    fn jar(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.cookies.lock().expect("nothing panics while it holds the cookies")
    }

    /// The stored cookies.
    pub fn cookies(&self) -> BTreeMap<String, String> {
        self.jar().clone()
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies().get(name).cloned()
    }

    /// Sets a cookie.
    pub fn set_cookie(&self, name: &str, value: &str) {
        self.jar().insert(name.to_owned(), value.to_owned());
    }

    /// Removes a cookie.
    pub fn lose_cookie(&self, name: &str) {
        self.jar().remove(name);
    }

    async fn exchange(
        &self,
        method: Method,
        address: &str,
        headers: &[(&'static str, &str)],
        body: &[u8],
    ) -> Answer {
        let request = self.site.request(method, address, headers, self.cookies(), body);
        if let Some(user) = &self.user {
            SignedIn::User(Arc::clone(user)).attach_to(request.inner());
        }
        self.site.answer_to(request).await
    }

    fn keep_cookies(&self, answer: &Answer) {
        for (_, cookie) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').expect("a cookie has a name");
            if attributes.split(';').any(|attribute| attribute.trim() == "Max-Age=0") {
                self.lose_cookie(name);
            } else {
                let value = RawStr::new(value).percent_decode().expect("a cookie is UTF-8");
                self.set_cookie(name, &value);
            }
        }
    }
}

/// Encodes the fields of a form as a browser does.
pub fn encoded(fields: &[(&str, &str)]) -> String {
    let pair = |(name, value): &(&str, &str)| format!("{}={}", escaped(name), escaped(value));
    fields.iter().map(pair).collect::<Vec<_>>().join("&")
}

fn escaped(text: &str) -> String {
    let escape = |byte: u8| match byte {
        byte if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) => {
            char::from(byte).to_string()
        }
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(escape).collect()
}
