//! A module whose guests have fields of every kind, for lists and actions.

use accounts::NewUser;
use module_api::ModuleFuture;
use module_api::admin::{AdminAction, ListColumn, ModelAdmin};
use module_api::auth::{Action, User};
use module_api::db::{Transaction, Value, query};
use module_api::model::{ForeignKey, ManyToMany, Model, ModelInfo, Record, WriteError};
use module_api::time::UtcDateTime;
use module_test::{Answer, Browser, DatabaseKind, Document, LocalModule, TestSite};

#[derive(Debug, Clone, Model)]
#[model(label = "hotel.room", display = "Room {number}{suffix}")]
pub(crate) struct Room {
    pub(crate) id: i64,
    pub(crate) number: i32,
    #[model(max_length = 5, blank)]
    pub(crate) suffix: String,
}

#[derive(Debug, Clone, Model)]
#[model(label = "hotel.tag", display = "{name}")]
pub(crate) struct Tag {
    pub(crate) id: i64,
    #[model(max_length = 20)]
    pub(crate) name: String,
}

#[derive(Debug, Clone, Model)]
#[model(label = "hotel.guest", display = "{name}")]
pub(crate) struct Guest {
    pub(crate) id: i64,
    #[model(max_length = 60, blank)]
    pub(crate) name: String,
    #[model(choices = [(1, "Regular"), (2, "Important")], default = 1)]
    pub(crate) kind: i32,
    #[model(default = false, verbose_name = "member of the club")]
    pub(crate) is_member: bool,
    #[model(default = now)]
    pub(crate) arrived: UtcDateTime,
    #[model(blank)]
    pub(crate) left: Option<UtcDateTime>,
    #[model(on_delete = set_null, blank)]
    pub(crate) room: Option<ForeignKey<Room>>,
    #[model(max_length = 40, blank)]
    pub(crate) secret: String,
    #[model(max_length = 40, blank)]
    pub(crate) town: String,
    #[model(blank)]
    pub(crate) tags: ManyToMany<Tag>,
}

#[derive(Debug, Clone, Model)]
#[model(label = "hotel.bill", display = "Bill of {guest}")]
pub(crate) struct Bill {
    pub(crate) id: i64,
    #[model(on_delete = cascade)]
    pub(crate) guest: ForeignKey<Guest>,
}

impl Guest {
    /// A guest of whom only the name matters.
    pub(crate) fn named(name: &str) -> Self {
        Self {
            id: 0,
            name: name.to_owned(),
            kind: 1,
            is_member: false,
            arrived: moment("2024-05-01 12:00"),
            left: None,
            room: None,
            secret: String::new(),
            town: String::new(),
            tags: ManyToMany::default(),
        }
    }
}

/// A moment, as people write it.
pub(crate) fn moment(text: &str) -> UtcDateTime {
    let field = Guest::INFO.field("arrived").unwrap();
    match field.parse(text) {
        Ok(Value::DateTime(Some(moment))) => moment,
        other => panic!("{text}: {other:?}"),
    }
}

pub(crate) static HOTEL: LocalModule = LocalModule {
    models: &[Room::INFO, Tag::INFO, Guest::INFO, Bill::INFO],
    migrations: &[
        ("0001_initial.sqlite.sql", SQLITE.as_bytes()),
        ("0001_initial.postgres.sql", POSTGRES.as_bytes()),
    ],
    admin: || {
        vec![
            ModelAdmin::of::<Room>().page_size(5).list_display(["number", "__str__"]),
            ModelAdmin::of::<Bill>().list_display(["__str__", "guest", "guest__name"]),
            ModelAdmin::of::<Guest>()
                .list_display([
                    "name".into(),
                    "kind".into(),
                    "is_member".into(),
                    "arrived".into(),
                    "left".into(),
                    "room".into(),
                    "room__number".into(),
                    "secret".into(),
                    ListColumn::function("letters", |guest| {
                        guest.get("name").to_string().chars().count().to_string()
                    }),
                    ListColumn::Function {
                        heading: "initial",
                        text: |guest| guest.get("name").to_string().chars().take(1).collect(),
                        order_by: Some("name"),
                    },
                ])
                .list_display_links(["name", "letters"])
                .search_fields(["name", "^town", "=room__number", "secret"])
                .list_filter(["is_member", "kind", "room", "tags", "left", "town"])
                .date_hierarchy("arrived")
                .password("secret")
                .rule(guests)
                .action(AdminAction::new("check_out", "Check out selected guests", check_out))
                .action(AdminAction::new("fail", "Fail in the middle", fail))
                .action(AdminAction::new("clash", "Clash with others", clash))
                .action(
                    AdminAction::new("evict", "Evict selected guests", evict)
                        .requires(Action::Delete),
                ),
        ]
    },
    ..LocalModule::named("hotel")
};

/// By the permissions; but `Locked` is changed by superusers alone, and `Hidden` seen by them alone.
fn guests(user: &User, action: Action, model: &'static ModelInfo, record: Option<&Record>) -> bool {
    let name = record.map(|record| record.get("name").to_string());
    let is_free = match name.as_deref() {
        Some("Locked") => matches!(action, Action::View | Action::Add),
        Some("Hidden") => false,
        _ => true,
    };
    user.is_superuser || (is_free && user.may(action, model))
}

fn check_out<'a>(
    ids: &'a [i64],
    user: &'a User,
    transaction: &'a mut Transaction,
) -> ModuleFuture<'a, String, WriteError> {
    Box::pin(async move {
        let chosen = Guest::objects().filter(Guest::ID.is_in(ids.iter().copied()));
        let left = Guest::LEFT.set(moment("2024-06-01 10:00"));
        let rows = chosen.update([left], transaction).await?;
        Ok(format!("{} checked {rows} guests out.", user.username))
    })
}

fn fail<'a>(
    ids: &'a [i64],
    user: &'a User,
    transaction: &'a mut Transaction,
) -> ModuleFuture<'a, String, WriteError> {
    Box::pin(async move {
        check_out(ids, user, transaction).await?;
        let mut nobody = Guest::named("");
        nobody.kind = 7;
        nobody.insert(transaction).await?;
        Ok("It did not fail.".to_owned())
    })
}

/// Makes a room lead to nowhere, which the database refuses when the transaction ends.
fn clash<'a>(
    ids: &'a [i64],
    user: &'a User,
    transaction: &'a mut Transaction,
) -> ModuleFuture<'a, String, WriteError> {
    Box::pin(async move {
        check_out(ids, user, transaction).await?;
        query("UPDATE hotel_guest SET room_id = 12345").execute(transaction).await?;
        Ok("It did not clash.".to_owned())
    })
}

fn evict<'a>(
    ids: &'a [i64],
    _: &'a User,
    transaction: &'a mut Transaction,
) -> ModuleFuture<'a, String, WriteError> {
    Box::pin(async move {
        let chosen = Guest::objects().filter(Guest::ID.is_in(ids.iter().copied()));
        let deleted = chosen.delete(transaction).await?;
        Ok(format!("{} are gone.", deleted.total()))
    })
}

macro_rules! tables {
    ($key:literal, $moment:literal) => {
        concat!(
            "CREATE TABLE hotel_room (id ",
            $key,
            ", number integer NOT NULL, suffix varchar(5) NOT NULL);\n\
             CREATE TABLE hotel_tag (id ",
            $key,
            ", name varchar(20) NOT NULL);\n\
             CREATE TABLE hotel_guest (id ",
            $key,
            ", name varchar(60) NOT NULL, kind integer NOT NULL, is_member bool NOT NULL, \
             arrived ",
            $moment,
            " NOT NULL, \"left\" ",
            $moment,
            ", room_id integer REFERENCES hotel_room (id) DEFERRABLE INITIALLY DEFERRED, \
             secret varchar(40) NOT NULL, town varchar(40) NOT NULL);\n\
             CREATE INDEX hotel_guest_room_id ON hotel_guest (room_id);\n\
             CREATE TABLE hotel_guest_tags (id ",
            $key,
            ", guest_id integer NOT NULL REFERENCES hotel_guest (id) \
             DEFERRABLE INITIALLY DEFERRED, tag_id integer NOT NULL \
             REFERENCES hotel_tag (id) DEFERRABLE INITIALLY DEFERRED, UNIQUE (guest_id, tag_id));\n\
             CREATE TABLE hotel_bill (id ",
            $key,
            ", guest_id integer NOT NULL REFERENCES hotel_guest (id) \
             DEFERRABLE INITIALLY DEFERRED);"
        )
    };
}

const SQLITE: &str = tables!("integer NOT NULL PRIMARY KEY AUTOINCREMENT", "datetime");
const POSTGRES: &str =
    tables!("integer PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY", "timestamptz");

const PASSWORD: &str = "a kettle sings at noon";

/// The site with the hotel beside its own modules.
pub(crate) async fn hotel(on: DatabaseKind) -> TestSite {
    TestSite::on(on).and_modules(&[&HOTEL]).start().await
}

/// Adds guests, in this order.
pub(crate) async fn add_guests(
    site: &TestSite,
    guests: impl IntoIterator<Item = Guest>,
) -> Vec<i64> {
    let mut transaction = site.db().begin().await.unwrap();
    let mut ids = Vec::new();
    for mut guest in guests {
        guest.insert(&mut transaction).await.unwrap();
        ids.push(guest.id);
    }
    transaction.commit().await.unwrap();
    ids
}

/// Adds a room.
pub(crate) async fn add_room(site: &TestSite, number: i32) -> i64 {
    let mut transaction = site.db().begin().await.unwrap();
    let mut room = Room { id: 0, number, suffix: String::new() };
    room.insert(&mut transaction).await.unwrap();
    transaction.commit().await.unwrap();
    room.id
}

/// Adds a tag.
pub(crate) async fn add_tag(site: &TestSite, name: &str) -> i64 {
    let mut transaction = site.db().begin().await.unwrap();
    let mut tag = Tag { id: 0, name: name.to_owned() };
    tag.insert(&mut transaction).await.unwrap();
    transaction.commit().await.unwrap();
    tag.id
}

/// Gives a guest these tags.
pub(crate) async fn tag(site: &TestSite, guest: i64, tags: &[i64]) {
    let mut transaction = site.db().begin().await.unwrap();
    Guest::TAGS.set(guest, tags, &mut transaction).await.unwrap();
    transaction.commit().await.unwrap();
}

/// All guests, by their primary keys.
pub(crate) async fn all_guests(site: &TestSite) -> Vec<Guest> {
    let mut db = site.db().acquire().await.unwrap();
    Guest::objects().all(&mut db).await.unwrap()
}

/// The browser of a superuser.
pub(crate) async fn superuser(site: &TestSite) -> Browser<'_> {
    NewUser::named("boss", PASSWORD).superuser().add_to(site.db()).await.unwrap();
    site.sign_in("boss", PASSWORD).await
}

/// The browser of a member of the staff with these permissions and no others: `view_guest`.
pub(crate) async fn staff<'a>(site: &'a TestSite, permissions: &[&str]) -> Browser<'a> {
    let user = NewUser::named("clerk", PASSWORD).staff().add_to(site.db()).await.unwrap();
    let mut transaction = site.db().begin().await.unwrap();
    for permission in permissions {
        let rows = query(
            "INSERT INTO auth_user_user_permissions (user_id, permission_id) \
             SELECT $1, id FROM auth_permission WHERE codename = $2",
        )
        .bind(user)
        .bind(*permission)
        .execute(&mut transaction)
        .await
        .unwrap();
        assert_eq!(rows, 1, "there is a permission {permission}");
    }
    transaction.commit().await.unwrap();
    site.sign_in("clerk", PASSWORD).await
}

/// A page that is there.
pub(crate) async fn page(browser: &Browser<'_>, address: &str) -> Document {
    let answer = browser.get(address).await;
    assert_eq!(answer.status, 200, "{address}: {}", answer.text());
    answer.page()
}

/// The texts of a table's cells, row by row, without the heading and the boxes for selecting.
pub(crate) fn rows(page: &Document) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    for element in &page.elements {
        match element.name.as_str() {
            "tr" => rows.push(Vec::new()),
            "td" | "th" if element.attribute("class") != Some("select") => {
                rows.last_mut().expect("cells are in rows").push(element.words());
            }
            _ => {}
        }
    }
    if !rows.is_empty() {
        rows.remove(0);
    }
    rows
}

/// The texts of the first cells.
pub(crate) fn firsts(page: &Document) -> Vec<String> {
    rows(page).into_iter().map(|row| row.into_iter().next().expect("a row has cells")).collect()
}

/// The names of the guests in a list.
pub(crate) async fn names(browser: &Browser<'_>, query: &str) -> Vec<String> {
    firsts(&page(browser, &format!("/admin/hotel/guest/{query}")).await)
}

/// The messages on a page.
pub(crate) fn messages_on(page: &Document) -> Vec<String> {
    let is_message = |element: &&module_test::Element| {
        element.attribute("class").is_some_and(|class| class.starts_with("message message-"))
    };
    page.all("li").filter(is_message).map(module_test::Element::words).collect()
}

/// The messages on the page that comes next.
pub(crate) async fn messages(browser: &Browser<'_>, answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 303, "{}", answer.text());
    messages_on(&page(browser, answer.location()).await)
}
