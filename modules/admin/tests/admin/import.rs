//! Objects of a model are imported from a file, after a preview.

use module_test::{Answer, Browser, Document, TestSite};
use site_rows::Address;
mod bad_files;
mod binary;
mod conflicts;
mod csv;
mod json;
mod rights;
mod round_trip;

use module_api::db::{Value, query};
use module_api::model::{ModelInfo, Models, Path, Records};

use crate::desk::upload;

const LETTINGS: &str = "/admin/lettings/letting/import/";
const ADDRESSES: &str = "/admin/lettings/address/import/";

/// The preview as text: the counts, the rows and the problems.
#[derive(Debug)]
struct Preview {
    /// New, changed, as they are, with errors.
    counts: [usize; 4],
    /// The rows of the table, their cells joined.
    rows: Vec<String>,
    problems: Vec<String>,
    page: Document,
    confirmation: Option<Vec<(String, String)>>,
}

impl Preview {
    fn of(answer: &Answer) -> Self {
        assert_eq!(answer.status, 200, "{}", answer.text());
        let page = answer.page();
        assert!(page.heading().ends_with(": preview"), "{}", page.main());
        let counts: Vec<usize> = page
            .all("dd")
            .map(|count| count.words().parse().expect("a count is a number"))
            .collect();
        let rows: Vec<String> = page.all("tr").skip(1).map(module_test::Element::words).collect();
        let listed = page.id("problems").map(|list| list.text.clone()).unwrap_or_default();
        let lines = listed.lines().map(str::trim).filter(|line| !line.is_empty());
        let problems = lines.map(str::to_owned).collect();
        let hidden = |name: &str| {
            let mut inputs = page.all("input");
            let input = inputs.find(|input| input.attribute("name") == Some(name))?;
            Some((name.to_owned(), input.attribute("value")?.to_owned()))
        };
        let confirmation = ["name", "fingerprint", "content"].into_iter().map(hidden).collect();
        let counts = counts.try_into().expect("there are four counts");
        Self { counts, rows, problems, page, confirmation }
    }

    /// Confirms what it shows.
    async fn confirm(&self, browser: &Browser<'_>, address: &str) -> Answer {
        let fields = self.confirmation.as_ref().expect("it can be confirmed");
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        browser.post(address, &fields).await
    }
}

async fn preview(
    browser: &Browser<'_>,
    address: &str,
    name: &str,
    content: impl AsRef<[u8]>,
) -> Preview {
    Preview::of(&upload(browser, address, name, content.as_ref()).await)
}

/// The message about a file that was refused as a whole.
async fn refusal(
    browser: &Browser<'_>,
    address: &str,
    name: &str,
    content: impl AsRef<[u8]>,
) -> String {
    let answer = upload(browser, address, name, content.as_ref()).await;
    let page = answer.page();
    assert!(!page.heading().ends_with("preview"), "{}", page.main());
    page.id("file-error").unwrap_or_else(|| panic!("{}", page.main())).words()
}

/// Imports a file that is good; the message afterwards.
async fn import(browser: &Browser<'_>, address: &str, name: &str, content: &str) -> String {
    let preview = preview(browser, address, name, content).await;
    let answer = preview.confirm(browser, address).await;
    assert_eq!(answer.status, 303, "{}", answer.page().main());
    assert_eq!(answer.location(), address.trim_end_matches("import/"));
    // The list is another helper's page; any shows the message.
    let page = browser.get("/admin/").await.page();
    let message = page.all("li").find(|item| {
        item.attribute("class").is_some_and(|class| class.contains("message-success"))
    });
    message.expect("it says what was done").words()
}

/// All objects of a model by their primary keys, the values of these fields joined.
async fn stored(site: &TestSite, label: &str, fields: &[&str]) -> Vec<String> {
    let model: &'static ModelInfo = Models::of(site.db()).get(label).unwrap();
    let key = Path::parse(model, "pk").unwrap();
    let mut db = site.db().acquire().await.unwrap();
    let records = Records::of(model).order_by(key, false).fetch(&mut db).await.unwrap();
    let text = |record: &module_api::model::Record| {
        let values = fields.iter().map(|field| match record.get(field) {
            Value::Text(None) | Value::Int(None) => "NULL".to_owned(),
            other => other.to_string(),
        });
        values.collect::<Vec<_>>().join("|")
    };
    records.iter().map(text).collect()
}

async fn titles(site: &TestSite) -> Vec<String> {
    stored(site, "lettings.letting", &["title", "address"]).await
}

/// An entry of the log: what was done, the object, the message.
type Entry = (i64, String, String);

async fn log_of(site: &TestSite) -> Vec<Entry> {
    let mut db = site.db().acquire().await.unwrap();
    query("SELECT action_flag, object_id, change_message FROM django_admin_log ORDER BY id")
        .fetch_all(&mut db)
        .await
        .unwrap()
}

/// Adds addresses without lettings; their primary keys.
async fn add_addresses(site: &TestSite, count: usize) -> Vec<i64> {
    let mut ids = Vec::new();
    let mut transaction = site.db().begin().await.unwrap();
    for number in 1..=count {
        let at = Address::SOMEWHERE;
        let (id,): (i64,) = query(
            "INSERT INTO lettings_address (number, street, city, state, zip_code, \
             country_iso_code) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id AS value",
        )
        .bind(i64::try_from(number).unwrap())
        .bind(at.street)
        .bind(at.city)
        .bind(at.state)
        .bind(at.zip_code)
        .bind(at.country_iso_code)
        .fetch_one(&mut transaction)
        .await
        .unwrap();
        ids.push(id);
    }
    transaction.commit().await.unwrap();
    ids
}
