//! A browser: it keeps cookies, and sends forms with the token of the page they are on.

use std::collections::BTreeMap;
use std::sync::Mutex;

use accounts::passwords::{Algorithm, encode};
use module_api::db::query;
use module_api::time::UtcDateTime;
use rocket::http::{Method, RawStr};

use crate::{Answer, TestSite};

/// A visitor's browser.
pub struct Browser<'a> {
    site: &'a TestSite,
    cookies: Mutex<BTreeMap<String, String>>,
    address: Option<String>,
}

/// A user to be.
#[derive(Debug, Clone, Copy)]
pub struct NewUser<'a> {
    /// The name to sign in with.
    pub username: &'a str,
    /// The password; without one, nobody can sign in.
    pub password: Option<&'a str>,
    /// The e-mail address.
    pub email: &'a str,
    /// Whether the user may sign in at all.
    pub is_active: bool,
    /// Whether the user may enter the admin.
    pub is_staff: bool,
    /// Whether the user has all permissions.
    pub is_superuser: bool,
}

impl<'a> NewUser<'a> {
    /// Somebody with that name and password, and no rights.
    pub const fn named(username: &'a str, password: &'a str) -> Self {
        Self {
            username,
            password: Some(password),
            email: "",
            is_active: true,
            is_staff: false,
            is_superuser: false,
        }
    }

    /// The same as staff.
    pub const fn staff(self) -> Self {
        Self { is_staff: true, ..self }
    }

    /// The same with all rights, who may enter the admin.
    pub const fn superuser(self) -> Self {
        Self { is_staff: true, is_superuser: true, ..self }
    }
}

impl TestSite {
    /// A browser that was never here.
    pub fn browser(&self) -> Browser<'_> {
        Browser { site: self, cookies: Mutex::default(), address: None }
    }

    /// A browser in which a user has just signed in.
    pub async fn sign_in(&self, username: &str, password: &str) -> Browser<'_> {
        let browser = self.browser();
        let answer = browser.sign_in(username, password).await;
        assert_eq!(answer.status, 303, "{username} signs in: {}", answer.text());
        browser
    }

    /// Adds a user; the id.
    pub async fn add_user(&self, user: NewUser<'_>) -> i64 {
        let hash = user.password.map(|password| encode(password, Algorithm::Argon2));
        self.add_user_with_hash(user, hash.as_deref().unwrap_or("!")).await
    }

    /// Adds a user whose password is stored as this; the id.
    pub async fn add_user_with_hash(&self, user: NewUser<'_>, hash: &str) -> i64 {
        let mut transaction = self.db().begin().await.unwrap();
        let (id,): (i64,) = query(
            "INSERT INTO auth_user (password, is_superuser, username, first_name, last_name, \
             email, is_staff, is_active, date_joined) \
             VALUES ($1, $2, $3, '', '', $4, $5, $6, $7) RETURNING id AS value",
        )
        .bind(hash)
        .bind(user.is_superuser)
        .bind(user.username)
        .bind(user.email)
        .bind(user.is_staff)
        .bind(user.is_active)
        .bind(UtcDateTime::now())
        .fetch_one(&mut transaction)
        .await
        .unwrap();
        transaction.commit().await.unwrap();
        id
    }
}

impl Browser<'_> {
    /// The same browser at another address of the internet.
    pub fn at(mut self, address: &str) -> Self {
        self.address = Some(address.to_owned());
        self
    }

    /// Asks for an address.
    pub async fn get(&self, address: &str) -> Answer {
        self.request(Method::Get, address, &[], b"").await
    }

    /// Sends a form, as a page of the site would.
    pub async fn post(&self, address: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.token().await;
        let fields = [&[("csrf_token", token.as_str())], fields].concat();
        self.post_without_token(address, &fields).await
    }

    /// Sends a form with these fields and no others.
    pub async fn post_without_token(&self, address: &str, fields: &[(&str, &str)]) -> Answer {
        let form = ("Content-Type", "application/x-www-form-urlencoded");
        self.request(Method::Post, address, &[form], encoded(fields).as_bytes()).await
    }

    /// Sends a request with the cookies that it has, and keeps those it is given.
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
        let answer = self.site.exchange(method, address, &headers, self.cookies(), body).await;
        self.keep_cookies(&answer);
        answer
    }

    /// A token for a form, as the pages of the site have it.
    pub async fn token(&self) -> String {
        let page = self.get("/accounts/login/").await;
        let page = page.page();
        let field = page.all("input").find(|input| input.attribute("name") == Some("csrf_token"));
        let value = field.and_then(|field| field.attribute("value"));
        value.expect("the login form has a token").to_owned()
    }

    /// Signs in through the form; what it answers.
    pub async fn sign_in(&self, username: &str, password: &str) -> Answer {
        self.post("/accounts/login/", &[("username", username), ("password", password)]).await
    }

    /// The cookies that it has.
    pub fn cookies(&self) -> BTreeMap<String, String> {
        self.cookies.lock().unwrap().clone()
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies().get(name).cloned()
    }

    /// Puts a cookie there by hand.
    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }

    /// Loses a cookie.
    pub fn lose_cookie(&self, name: &str) {
        self.cookies.lock().unwrap().remove(name);
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

/// The fields of a form as a browser sends them.
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
