//! A module with objects that refer to each other in all ways, for deletions; and its users.

use accounts::NewUser;
use module_api::ModuleFuture;
use module_api::admin::{Change, ModelAdmin};
use module_api::auth::{Action, User};
use module_api::db::{DbError, FromRow, Transaction, query};
use module_api::model::{ForeignKey, ManyToMany, Model, ModelInfo, Record};
use module_test::{Answer, Browser, DatabaseKind, Document, LocalModule, TestSite};

#[derive(Debug, Clone, Model)]
#[model(label = "archive.shelf", display = "{name}", verbose_name_plural = "shelves")]
pub(crate) struct Shelf {
    pub(crate) id: i64,
    #[model(max_length = 300)]
    pub(crate) name: String,
    pub(crate) topics: ManyToMany<Topic>,
}

#[derive(Debug, Clone, Model)]
#[model(label = "archive.topic", display = "{name}")]
pub(crate) struct Topic {
    pub(crate) id: i64,
    #[model(max_length = 20)]
    pub(crate) name: String,
}

#[derive(Debug, Clone, Model)]
#[model(label = "archive.folder", display = "{name}")]
pub(crate) struct Folder {
    pub(crate) id: i64,
    #[model(max_length = 300)]
    pub(crate) name: String,
    #[model(on_delete = cascade)]
    pub(crate) shelf: ForeignKey<Shelf>,
}

/// It is not registered.
#[derive(Debug, Clone, Model)]
#[model(label = "archive.sheet", display = "Sheet {number}")]
pub(crate) struct Sheet {
    pub(crate) id: i64,
    pub(crate) number: i16,
    #[model(on_delete = cascade)]
    pub(crate) folder: ForeignKey<Folder>,
}

#[derive(Debug, Clone, Model)]
#[model(label = "archive.loan", display = "{reader}")]
pub(crate) struct Loan {
    pub(crate) id: i64,
    #[model(max_length = 20)]
    pub(crate) reader: String,
    #[model(on_delete = protect, verbose_name = "lent folder")]
    pub(crate) folder: ForeignKey<Folder>,
}

#[derive(Debug, Clone, Model)]
#[model(label = "archive.note", display = "{text}")]
pub(crate) struct Note {
    pub(crate) id: i64,
    #[model(max_length = 20)]
    pub(crate) text: String,
    #[model(on_delete = set_null, verbose_name = "noted shelf")]
    pub(crate) shelf: Option<ForeignKey<Shelf>>,
}

pub(crate) static ARCHIVE: LocalModule = LocalModule {
    models: &[Shelf::INFO, Topic::INFO, Folder::INFO, Sheet::INFO, Loan::INFO, Note::INFO],
    migrations: &[
        ("0001_initial.sqlite.sql", SQLITE.as_bytes()),
        ("0001_initial.postgres.sql", POSTGRES.as_bytes()),
    ],
    admin: || {
        vec![
            ModelAdmin::of::<Shelf>().confirm(ask_about_treasures),
            ModelAdmin::of::<Topic>(),
            ModelAdmin::of::<Folder>().rule(folders),
            ModelAdmin::of::<Loan>(),
            ModelAdmin::of::<Note>(),
        ]
    },
    ..LocalModule::named("archive")
};

/// By the permissions; but `Sealed` is deleted by superusers alone.
fn folders(
    user: &User,
    action: Action,
    model: &'static ModelInfo,
    folder: Option<&Record>,
) -> bool {
    let is_sealed = folder.is_some_and(|folder| folder.get("name").as_text() == Some("Sealed"));
    user.may(action, model) && (user.is_superuser || action != Action::Delete || !is_sealed)
}

/// Asks before shelves with treasures are deleted, naming them.
fn ask_about_treasures<'a>(
    change: Change<'a>,
    _: &'a mut Transaction,
) -> ModuleFuture<'a, Option<String>, DbError> {
    Box::pin(async move {
        let names = change.before.iter().map(|shelf| shelf.get("name").to_string());
        let names: Vec<String> = names.filter(|name| name.starts_with("Treasure")).collect();
        let is_asked = change.after.is_none() && !names.is_empty();
        Ok(is_asked.then(|| format!("Really {}?", names.join(" and "))))
    })
}

macro_rules! tables {
    ($key:literal) => {
        concat!(
            "CREATE TABLE archive_shelf (id ",
            $key,
            ", name varchar(300) NOT NULL);\n\
             CREATE TABLE archive_topic (id ",
            $key,
            ", name varchar(20) NOT NULL);\n\
             CREATE TABLE archive_shelf_topics (id ",
            $key,
            ", shelf_id bigint NOT NULL REFERENCES archive_shelf (id) \
             DEFERRABLE INITIALLY DEFERRED, topic_id bigint NOT NULL \
             REFERENCES archive_topic (id) DEFERRABLE INITIALLY DEFERRED, \
             UNIQUE (shelf_id, topic_id));\n\
             CREATE TABLE archive_folder (id ",
            $key,
            ", name varchar(300) NOT NULL, shelf_id bigint NOT NULL \
             REFERENCES archive_shelf (id) DEFERRABLE INITIALLY DEFERRED);\n\
             CREATE TABLE archive_sheet (id ",
            $key,
            ", number smallint NOT NULL, folder_id bigint NOT NULL \
             REFERENCES archive_folder (id) DEFERRABLE INITIALLY DEFERRED);\n\
             CREATE TABLE archive_loan (id ",
            $key,
            ", reader varchar(20) NOT NULL, folder_id bigint NOT NULL \
             REFERENCES archive_folder (id) DEFERRABLE INITIALLY DEFERRED);\n\
             CREATE TABLE archive_note (id ",
            $key,
            ", text varchar(20) NOT NULL, shelf_id bigint NULL \
             REFERENCES archive_shelf (id) DEFERRABLE INITIALLY DEFERRED);\n\
             CREATE TABLE archive_unknown (id ",
            $key,
            ", shelf_id bigint NOT NULL REFERENCES archive_shelf (id) \
             DEFERRABLE INITIALLY DEFERRED);"
        )
    };
}

const SQLITE: &str = tables!("integer NOT NULL PRIMARY KEY AUTOINCREMENT");
const POSTGRES: &str = tables!("bigint PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY");

pub(crate) const PASSWORD: &str = "a kettle sings at noon";

/// The site with the archive beside its own modules.
pub(crate) async fn archive(on: DatabaseKind) -> TestSite {
    TestSite::on(on).and_modules(&[&ARCHIVE]).start().await
}

/// Runs a statement on the site's database.
pub(crate) async fn execute(site: &TestSite, sql: &'static str) -> u64 {
    let mut transaction = site.db().begin().await.unwrap();
    let rows = query(sql).execute(&mut transaction).await.unwrap();
    transaction.commit().await.unwrap();
    rows
}

/// How many rows a query counts, which calls that `value`.
pub(crate) async fn count(site: &TestSite, sql: &'static str) -> i64 {
    let mut db = site.db().acquire().await.unwrap();
    let (count,) = query(sql).fetch_one::<(i64,)>(&mut db).await.unwrap();
    count
}

/// Adds a row.
pub(crate) async fn add<M: Model>(site: &TestSite, mut row: M) -> i64 {
    let mut transaction = site.db().begin().await.unwrap();
    row.insert(&mut transaction).await.unwrap();
    transaction.commit().await.unwrap();
    row.id()
}

/// Adds a shelf.
pub(crate) async fn add_shelf(site: &TestSite, name: &str) -> i64 {
    add(site, Shelf { id: 0, name: name.to_owned(), topics: ManyToMany::default() }).await
}

/// Adds a folder on a shelf.
pub(crate) async fn add_folder(site: &TestSite, name: &str, shelf: i64) -> i64 {
    add(site, Folder { id: 0, name: name.to_owned(), shelf: ForeignKey::to(shelf) }).await
}

/// The browser of a superuser, `boss`.
pub(crate) async fn superuser(site: &TestSite) -> Browser<'_> {
    NewUser::named("boss", PASSWORD).superuser().add_to(site.db()).await.unwrap();
    site.sign_in("boss", PASSWORD).await
}

/// The browser of a member of the staff, `clerk`, with these permissions and no others.
pub(crate) async fn staff<'a>(site: &'a TestSite, permissions: &[&str]) -> Browser<'a> {
    let user = NewUser::named("clerk", PASSWORD).staff().add_to(site.db()).await.unwrap();
    let mut transaction = site.db().begin().await.unwrap();
    for permission in permissions {
        let rows = query(
            "INSERT INTO auth_user_user_permissions (user_id, permission_id) \
             SELECT $1, id FROM auth_permission WHERE codename = $2",
        );
        let rows = rows.bind(user).bind(*permission).execute(&mut transaction).await.unwrap();
        assert_eq!(rows, 1, "there is a permission {permission}");
    }
    transaction.commit().await.unwrap();
    site.sign_in("clerk", PASSWORD).await
}

/// The page that a form is answered with.
#[track_caller]
pub(crate) fn page(answer: &Answer) -> Document {
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.page()
}

/// The value of a page's field of that name, if there is one.
pub(crate) fn value_of(page: &Document, name: &str) -> Option<String> {
    let field = page.all("input").find(|input| input.attribute("name") == Some(name))?;
    field.attribute("value").map(str::to_owned)
}

/// Sends the form of a page that asks before something is deleted, with yes to what it asks.
pub(crate) async fn confirm(browser: &Browser<'_>, address: &str, page: &Document) -> Answer {
    let value = |name| value_of(page, name).unwrap_or_default();
    let (fingerprint, confirmed) = (value("_fingerprint"), value("_confirmed"));
    let fields = [("post", "yes"), ("_fingerprint", &fingerprint), ("_confirmed", &confirmed)];
    browser.post(address, &fields).await
}

/// Looks at what deleting means, and does it.
pub(crate) async fn delete(browser: &Browser<'_>, address: &str) -> Answer {
    let asked = page(&browser.get(address).await);
    confirm(browser, address, &asked).await
}

/// The messages on the next page of the admin.
pub(crate) async fn messages(browser: &Browser<'_>) -> Vec<String> {
    let page = page(&browser.get("/admin/").await);
    let is_message = |element: &&module_test::Element| {
        element.attribute("class").is_some_and(|class| class.starts_with("message message-"))
    };
    page.all("li").filter(is_message).map(module_test::Element::words).collect()
}

/// An entry of the log, as the table has it.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(crate) struct Logged {
    #[row(column = "username")]
    pub(crate) user: String,
    pub(crate) model: String,
    pub(crate) object_id: String,
    #[row(column = "object_repr")]
    pub(crate) object: String,
    #[row(column = "action_flag")]
    pub(crate) flag: i16,
    #[row(column = "change_message")]
    pub(crate) message: String,
}

/// All entries of the log, in the order in which they were written.
pub(crate) async fn log(site: &TestSite) -> Vec<Logged> {
    let mut db = site.db().acquire().await.unwrap();
    let entries = query(
        "SELECT username, app_label || '.' || model AS model, object_id, object_repr, \
         action_flag, change_message FROM django_admin_log entry \
         JOIN auth_user ON auth_user.id = user_id \
         JOIN django_content_type ON django_content_type.id = content_type_id ORDER BY entry.id",
    );
    entries.fetch_all(&mut db).await.unwrap()
}
