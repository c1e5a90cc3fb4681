//! Adding and changing objects.

use accounts::NewUser;
use module_test::{Answer, Browser, DatabaseKind, Document, TestSite};
mod after_saving;
mod atelier;
mod bad_input;
mod conflict;
mod fields;
mod kinds;
mod rights;
mod rows;
mod rules;
mod target;
mod users;

use module_api::db::query;
use module_api::db::{FromRow, Value};

use self::atelier::ATELIER;

const PASSWORD: &str = "blue kettle on fire";

/// A site with a module whose models have fields of every kind.
async fn site(kind: DatabaseKind) -> TestSite {
    TestSite::on(kind).and_modules(&[&ATELIER]).start().await
}

/// A superuser who has just signed in.
async fn superuser<'a>(site: &'a TestSite, name: &str) -> Browser<'a> {
    NewUser::named(name, PASSWORD).superuser().add_to(site.db()).await.unwrap();
    site.sign_in(name, PASSWORD).await
}

/// A member of the staff with these permissions: `lettings.change_letting`.
async fn staff<'a>(site: &'a TestSite, name: &str, permissions: &[&str]) -> Browser<'a> {
    let id = NewUser::named(name, PASSWORD).staff().add_to(site.db()).await.unwrap();
    for permission in permissions {
        super::desk::give(site, id, permission).await;
    }
    site.sign_in(name, PASSWORD).await
}

/// The only value that a query has, in the column `value`.
async fn value<T>(site: &TestSite, sql: &'static str) -> T
where
    (T,): FromRow,
{
    let mut connection = site.db().acquire().await.unwrap();
    query(sql).fetch_one::<(T,)>(&mut connection).await.unwrap().0
}

/// All values of a query, in the column `value`.
async fn values<T>(site: &TestSite, sql: &'static str) -> Vec<T>
where
    (T,): FromRow,
{
    let mut connection = site.db().acquire().await.unwrap();
    let rows = query(sql).fetch_all::<(T,)>(&mut connection).await.unwrap();
    rows.into_iter().map(|(value,)| value).collect()
}

/// Runs a statement.
async fn execute(site: &TestSite, sql: &'static str, parameters: &[Value]) {
    let mut transaction = site.db().begin().await.unwrap();
    query(sql).bind_all(parameters.to_vec()).execute(&mut transaction).await.unwrap();
    transaction.commit().await.unwrap();
}

/// The messages of the log, the oldest first: `1 lettings.letting 7 Sea view [{"added": {}}]`.
async fn log(site: &TestSite) -> Vec<String> {
    values(
        site,
        "SELECT CAST(entry.action_flag AS text) || ' ' || kind.app_label || '.' || kind.model \
         || ' ' || entry.object_id || ' ' || entry.object_repr || ' ' || entry.change_message \
         AS value FROM django_admin_log entry \
         JOIN django_content_type kind ON kind.id = entry.content_type_id ORDER BY entry.id",
    )
    .await
}

/// A form as a browser has it: the names and values that it would send.
#[derive(Debug, Clone)]
struct Filled(Vec<(String, String)>);

impl Filled {
    /// The form of a page, as it is.
    fn of(answer: &Answer) -> Self {
        assert!(matches!(answer.status, 200 | 409), "{} {}", answer.status, answer.text());
        Self::in_page(&answer.page())
    }

    fn in_page(page: &Document) -> Self {
        let class = |element: &module_test::Element| {
            element.name == "form" && element.attribute("class") == Some("object-form")
        };
        let begin = page.elements.iter().position(class).expect("the page has a form");
        let mut fields = Vec::new();
        let mut select: Option<&str> = None;
        for element in &page.elements[begin..] {
            let attribute = |name| element.attribute(name);
            let name = attribute("name").filter(|name| !name.contains("__prefix__"));
            match (element.name.as_str(), name) {
                ("input", Some(name)) => {
                    let kind = attribute("type").unwrap();
                    let is_box = kind == "checkbox";
                    if !is_box || attribute("checked").is_some() {
                        let default = if is_box { "on" } else { "" };
                        let value = attribute("value").unwrap_or(default);
                        fields.push((name.to_owned(), value.to_owned()));
                    }
                }
                ("textarea", Some(name)) => {
                    let text = element.text.strip_prefix('\n').unwrap_or(&element.text);
                    fields.push((name.to_owned(), text.replace('\n', "\r\n")));
                }
                ("select", name) => select = name,
                ("option", _) if attribute("selected").is_some() => {
                    if let Some(name) = select {
                        fields.push((name.to_owned(), attribute("value").unwrap().to_owned()));
                    }
                }
                _ => {}
            }
        }
        fields.retain(|(name, _)| name != "csrf_token");
        Self(fields)
    }

    /// Returns the value of a field; `None` if it would not be sent.
    fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// With another value in a field.
    fn set(mut self, name: &str, value: &str) -> Self {
        self.0.retain(|(known, _)| known != name);
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With one more value of that name.
    fn and(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Without a field, as with a box that is not checked.
    fn without(mut self, name: &str) -> Self {
        self.0.retain(|(known, _)| known != name);
        self
    }

    /// Sends it with a button.
    async fn send(&self, browser: &Browser<'_>, address: &str, button: &str) -> Answer {
        let mut fields: Vec<(&str, &str)> =
            self.0.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        fields.push((button, "1"));
        browser.post(address, &fields).await
    }

    /// Saves it, which has to work; where it leads.
    async fn save(&self, browser: &Browser<'_>, address: &str) -> String {
        let answer = self.send(browser, address, "_save").await;
        let says = || answer.page().main();
        assert_eq!(
            answer.status,
            303,
            "{}",
            if answer.status == 200 { says() } else { String::new() }
        );
        answer.location().to_owned()
    }
}

/// The form at an address, as it is.
async fn form(browser: &Browser<'_>, address: &str) -> Filled {
    Filled::of(&browser.get(address).await)
}

/// Returns the errors of a field, by a page.
fn errors(page: &Document, field: &str) -> String {
    page.id(&format!("id_{field}_errors")).map_or_else(String::new, module_test::Element::words)
}

/// The messages that the next page shows.
async fn messages(browser: &Browser<'_>) -> Vec<String> {
    let page = browser.get("/admin/").await.page();
    let is_message = |element: &&module_test::Element| {
        element.attribute("class").is_some_and(|class| class.starts_with("message message-"))
    };
    page.elements.iter().filter(is_message).map(module_test::Element::words).collect()
}

/// An element of a page by its name.
fn input<'a>(page: &'a Document, name: &str) -> &'a module_test::Element {
    let mut elements = page.elements.iter();
    elements.find(|element| element.attribute("name") == Some(name)).unwrap_or_else(|| {
        panic!("no input {name}");
    })
}
