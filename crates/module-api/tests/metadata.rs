//! Metadata that `#[derive(Model)]` generates, and how it reads rows.

#![warn(missing_docs, unreachable_pub)]
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

use module_api::PageNumber;
use module_api::db::{DatabaseOptions, Db, DbError, DbPool, FromRow, Row, Value, query};
use module_api::model::{
    Choice, ChoiceValue, DefaultValue, DisplayPart, FieldInfo, FieldKind, ForeignKey, ManyToMany,
    Model, ModelInfo, Models, OnDelete, Ordering, Projection,
};
use module_api::rocket::tokio;
use module_api::time::UtcDateTime;

fn no_shouting(text: &str) -> Result<(), String> {
    if text.contains('!') { Err("Do not shout.".to_owned()) } else { Ok(()) }
}

mod rules {
    pub(super) fn short_words(text: &str) -> Result<(), String> {
        let long = text.split(' ').any(|word| word.len() > 12);
        if long { Err("Use short words.".to_owned()) } else { Ok(()) }
    }
}

fn even(number: i32) -> Result<(), String> {
    if number % 2 == 0 { Ok(()) } else { Err("Only even numbers.".to_owned()) }
}

fn before_2100(moment: UtcDateTime) -> Result<(), String> {
    if moment.year() < 2100 { Ok(()) } else { Err("That is too far.".to_owned()) }
}

#[derive(Debug, Model)]
#[model(label = "places.group")]
struct Group {
    id: i64,
    #[model(max_length = 150, unique)]
    name: String,
}

#[derive(Debug, Model)]
#[model(
    label = "places.address",
    table = "old_address",
    verbose_name = "Adresse",
    verbose_name_plural = "Adresses",
    ordering = ["city", "-number"],
    display = "{number} {city} {{{note}}}",
    unique_together = [["number", "city"], ["city", "note"]],
    indexes = [["city"], ["city", "number"]],
    natural_key = ["number", "city"],
)]
struct Address {
    #[model(column = "key", help_text = "Given by the database.")]
    id: i64,
    #[model(positive, max = 9998, validate = even)]
    number: i32,
    #[model(
        column = "town",
        max_length = 64,
        min_length = 2,
        verbose_name = "town",
        help_text = "Where it is.",
        index,
        validate = no_shouting,
        validate = rules::short_words
    )]
    city: String,
    #[model(exact_length = 2, choices = [("CA", "California"), ("NY", "New York")], default = "CA")]
    state: String,
    #[model(long_text, blank)]
    note: Option<String>,
}

#[derive(Debug, Model)]
#[model(label = "places.holiday_home", display = "{title}, {address.city}")]
struct HolidayHome {
    id: i64,
    #[model(max_length = 256)]
    title: String,
    #[model(one_to_one, on_delete = protect)]
    address: ForeignKey<Address>,
    #[model(on_delete = set_null, blank, verbose_name = "main house")]
    parent: Option<ForeignKey<Self>>,
    #[model(on_delete = cascade, column = "owner_group")]
    owner: ForeignKey<Group>,
    #[model(email, unique)]
    contact: Option<String>,
    #[model(email, max_length = 75)]
    second_contact: String,
    #[model(default = true)]
    open: bool,
    #[model(min = -5, max = 5, default = -1, choices = [(-1, "cold"), (1, "warm")])]
    climate: i64,
    #[model(default = now, validate = before_2100)]
    since: UtcDateTime,
    #[model(blank, help_text = "Who may come.", verbose_name = "guests")]
    groups: ManyToMany<Group>,
    #[model(table = "like_it", source_column = "home", target_column = "likes")]
    similar: ManyToMany<HolidayHome>,
    near: ManyToMany<Self>,
    r#type: Option<i32>,
    #[model(positive, default = 3)]
    floors: i16,
}

fn field(model: &'static ModelInfo, name: &str) -> &'static FieldInfo {
    model.field(name).unwrap_or_else(|| panic!("no field {name}"))
}

#[test]
fn the_model_is_as_its_attributes_say() {
    let info = Address::INFO;
    assert_eq!(info.label, "places.address");
    assert_eq!((info.app(), info.name()), ("places", "address"));
    assert_eq!(info.table, "old_address");
    assert_eq!((info.verbose_name, info.verbose_name_plural), ("Adresse", "Adresses"));
    let part = |field, descending| Ordering { field, descending };
    assert_eq!(info.ordering, [part("city", false), part("number", true)]);
    assert_eq!(
        info.display,
        [
            DisplayPart::Field(&["number"]),
            DisplayPart::Text(" "),
            DisplayPart::Field(&["city"]),
            DisplayPart::Text(" {"),
            DisplayPart::Field(&["note"]),
            DisplayPart::Text("}"),
        ]
    );
    assert_eq!(info.unique_together, [["number", "city"], ["city", "note"]]);
    assert_eq!(info.indexes, [&["city"] as &[&str], &["city", "number"]]);
    assert_eq!(info.natural_key, ["number", "city"]);
    assert_eq!(
        Address::GET,
        r#"SELECT "key", "number", "town", "state", "note" FROM "old_address" WHERE "key" = $1"#
    );
}

#[test]
fn what_is_not_said_follows_from_the_names_as_in_django() {
    let info = HolidayHome::INFO;
    assert_eq!(info.table, "places_holiday_home");
    assert_eq!((info.verbose_name, info.verbose_name_plural), ("holiday home", "holiday homes"));
    assert!(info.ordering.is_empty() && info.unique_together.is_empty());
    assert!(info.indexes.is_empty() && info.natural_key.is_empty());
    assert_eq!(field(info, "second_contact").verbose_name, "second contact");
    assert_eq!(field(info, "second_contact").column, "second_contact");
    assert_eq!(field(info, "address").column, "address_id");
    assert_eq!(field(info, "type").column, "type");
    assert_eq!(
        Group::INFO.display,
        [DisplayPart::Text("Group object ("), DisplayPart::Field(&["id"]), DisplayPart::Text(")")]
    );
}

#[test]
fn the_primary_key_is_as_django_has_it() {
    let id = Address::INFO.primary_key();
    assert!(matches!(id.kind, FieldKind::Id));
    assert_eq!((id.name, id.column, id.verbose_name), ("id", "key", "ID"));
    assert_eq!(id.help_text, "Given by the database.");
    assert!(id.unique && id.blank && !id.null && !id.index);
}

#[test]
fn the_kinds_follow_from_types_and_attributes() {
    let kind = |name| &field(HolidayHome::INFO, name).kind;
    assert!(matches!(kind("title"), FieldKind::Char { max_length: 256 }));
    assert!(matches!(kind("contact"), FieldKind::Email { max_length: 254 }));
    assert!(matches!(kind("second_contact"), FieldKind::Email { max_length: 75 }));
    assert!(matches!(kind("open"), FieldKind::Bool));
    assert!(matches!(kind("climate"), FieldKind::BigInteger));
    assert!(matches!(kind("type"), FieldKind::Integer));
    assert!(matches!(kind("floors"), FieldKind::SmallInteger));
    assert!(matches!(kind("since"), FieldKind::DateTime));
    assert!(matches!(field(Address::INFO, "state").kind, FieldKind::Char { max_length: 2 }));
    assert!(matches!(field(Address::INFO, "note").kind, FieldKind::Text));
}

#[test]
fn the_flags_are_those_that_were_written() {
    let home = |name| field(HolidayHome::INFO, name);
    assert!(home("contact").null && !home("contact").blank && home("contact").unique);
    assert!(home("parent").null && home("parent").blank && !home("parent").unique);
    assert!(home("address").unique && !home("address").null);
    assert!(home("parent").index && !home("address").index, "what is unique has its index by that");
    let address = |name| field(Address::INFO, name);
    assert!(address("city").index && !address("city").unique && !address("city").blank);
    assert!(address("note").blank && address("note").null && !address("note").index);
    assert!(address("number").positive && !address("state").positive);
    assert_eq!(address("city").verbose_name, "town");
    assert_eq!(address("city").help_text, "Where it is.");
    assert_eq!(address("number").help_text, "");
}

#[test]
fn limits_choices_and_defaults_are_those_that_were_written() {
    let number = field(Address::INFO, "number");
    assert_eq!((number.min_value, number.max_value), (None, Some(9998)));
    assert_eq!(field(Address::INFO, "city").min_length, Some(2));
    let state = field(Address::INFO, "state");
    assert_eq!((state.min_length, state.max_length()), (Some(2), Some(2)));
    let choice = |value, label| Choice { value: ChoiceValue::Text(value), label };
    assert_eq!(state.choices, [choice("CA", "California"), choice("NY", "New York")]);
    assert_eq!(state.default, Some(DefaultValue::Text("CA")));
    let climate = field(HolidayHome::INFO, "climate");
    assert_eq!((climate.min_value, climate.max_value), (Some(-5), Some(5)));
    let choice = |value, label| Choice { value: ChoiceValue::Int(value), label };
    assert_eq!(climate.choices, [choice(-1, "cold"), choice(1, "warm")]);
    assert_eq!(climate.default, Some(DefaultValue::Int(-1)));
    assert_eq!(field(HolidayHome::INFO, "open").default, Some(DefaultValue::Bool(true)));
    assert_eq!(field(HolidayHome::INFO, "since").default, Some(DefaultValue::Now));
    assert_eq!(field(HolidayHome::INFO, "title").default, None);
}

#[test]
fn a_foreign_key_knows_where_it_leads_and_what_a_deletion_means() {
    let key = |name| field(HolidayHome::INFO, name).foreign_key().unwrap();
    assert!((key("address").target)().is(Address::INFO));
    assert!((key("parent").target)().is(HolidayHome::INFO));
    assert!(key("address").one_to_one && !key("parent").one_to_one);
    assert_eq!(key("address").on_delete, OnDelete::Protect);
    assert_eq!(key("parent").on_delete, OnDelete::SetNull);
    assert_eq!(key("owner").on_delete, OnDelete::Cascade);
    assert_eq!(field(HolidayHome::INFO, "owner").column, "owner_group");
}

#[test]
fn a_many_to_many_field_is_a_table_between_as_in_django() {
    let [groups, similar, near] = HolidayHome::INFO.many_to_many else { panic!("three of them") };
    assert_eq!((groups.name, groups.verbose_name), ("groups", "guests"));
    assert_eq!(groups.help_text, "Who may come.");
    assert!(groups.blank && !similar.blank && (groups.target)().is(Group::INFO));
    assert_eq!(groups.table, "places_holiday_home_groups");
    assert_eq!((groups.source_column, groups.target_column), ("holiday_home_id", "group_id"));
    assert_eq!(similar.table, "like_it");
    assert_eq!((similar.source_column, similar.target_column), ("home", "likes"));
    assert_eq!(near.source_column, "from_holiday_home_id");
    assert_eq!(near.target_column, "to_holiday_home_id");
    assert_eq!(HolidayHome::GROUPS.info().name, "groups");
    assert_eq!(HolidayHome::NEAR.info().name, "near");
}

#[test]
fn each_field_has_its_constant() {
    assert_eq!(Address::ID.field().column, "key");
    assert_eq!(Address::CITY.field().name, "city");
    assert_eq!(Address::NOTE.field().name, "note");
    // After three fields that are no columns.
    assert_eq!(HolidayHome::TYPE.field().name, "type");
}

fn address() -> Address {
    let city = "San Luis Obispo".to_owned();
    Address { id: 7, number: 12, city, state: "CA".to_owned(), note: None }
}

#[test]
fn the_values_are_those_of_the_columns_in_their_order() {
    let [id, number, city, state, note] = &address().values()[..] else { panic!("five columns") };
    assert_eq!((id, number), (&Value::from(7_i64), &Value::from(12)));
    assert_eq!((city.as_text(), state.as_text()), (Some("San Luis Obispo"), Some("CA")));
    assert_eq!(*note, Value::Text(None));
}

#[test]
fn an_object_shows_as_its_display_says_with_nothing_for_null() {
    assert_eq!(address().to_string(), "12 San Luis Obispo {}");
    let noted = Address { note: Some("near the sea".to_owned()), ..address() };
    assert_eq!(noted.to_string(), "12 San Luis Obispo {near the sea}");
}

#[test]
fn rules_of_the_modules_own_are_asked_all_of_them() {
    assert_eq!(address().validate(), Ok(()));
    let city = "Llanfairpwllgwyngyll!".to_owned();
    let errors = Address { number: 13, city, ..address() }.validate().unwrap_err();
    assert_eq!(errors.field("number"), ["Only even numbers."]);
    assert_eq!(errors.field("city"), ["Do not shout.", "Use short words."]);
    let since = field(HolidayHome::INFO, "since");
    let late = UtcDateTime::from_unix_timestamp(5_000_000_000).unwrap();
    assert_eq!(since.validate(&Value::from(late)), ["That is too far."]);
}

/// A database in memory with one address.
async fn database() -> Db {
    let options = serde_json::json!({ "url": "sqlite::memory:" });
    let options: DatabaseOptions = serde_json::from_value(options).unwrap();
    let pool = DbPool::open(options.location().unwrap(), &options).await.unwrap();
    let models = Models::new([Group::INFO, Address::INFO, HolidayHome::INFO]);
    let db = Db::new(pool, models.into());
    let mut transaction = db.begin().await.unwrap();
    // Not in the order of the fields.
    let table = "CREATE TABLE old_address (note text, state text, town text, number integer, \
                 key integer PRIMARY KEY)";
    query(table).execute(&mut transaction).await.unwrap();
    address().insert(&mut transaction).await.unwrap();
    transaction.commit().await.unwrap();
    db
}

#[tokio::test]
async fn a_row_is_read_by_the_names_of_its_columns_wherever_they_are() {
    let db = database().await;
    let mut transaction = db.begin().await.unwrap();
    let rows: Vec<Address> = query("SELECT 'before', old_address.*, 'after' FROM old_address")
        .fetch_all(&mut transaction)
        .await
        .unwrap();
    let [row] = &rows[..] else { panic!("one row") };
    assert_eq!(row.values(), address().values());
}

/// An address from the third column on.
struct Third(Address);

impl FromRow for Third {
    fn from_row(row: &Row<'_>) -> Result<Self, DbError> {
        Address::read(row, 2).map(Self)
    }
}

#[tokio::test]
async fn a_row_is_read_by_the_places_of_its_columns() {
    let db = database().await;
    let mut transaction = db.begin().await.unwrap();
    let found = Address::get(7, &mut transaction).await.unwrap().unwrap();
    assert_eq!(found.values(), address().values());
    assert!(Address::get(8, &mut transaction).await.unwrap().is_none());
    let sql = "SELECT 1, 2, key, number, town, state, note FROM old_address";
    let Third(row) = query(sql).fetch_one(&mut transaction).await.unwrap();
    assert_eq!(row.values(), address().values());
}

#[tokio::test]
async fn a_new_row_has_its_key_after_the_insert_and_is_found_by_a_condition() {
    let db = database().await;
    let mut transaction = db.begin().await.unwrap();
    let mut new = Address { id: 0, number: 14, ..address() };
    new.insert(&mut transaction).await.unwrap();
    assert_eq!(new.id(), 8);
    let found = Address::objects()
        .filter(Address::NUMBER.gt(12).and(Address::NOTE.is_null()))
        .all(&mut transaction)
        .await
        .unwrap();
    assert_eq!(found.iter().map(|row| row.id).collect::<Vec<_>>(), [8]);
}

#[derive(Debug, PartialEq, Eq, Projection)]
#[projection(model = HolidayHome)]
struct Listed {
    title: String,
    #[projection(column = HolidayHome::ADDRESS.to(&Address::NOTE), with = length)]
    note: usize,
    #[projection(column = HolidayHome::PARENT.to(&HolidayHome::TITLE))]
    parent: Option<String>,
}

fn length(note: Option<String>) -> usize {
    note.map_or(0, |note| note.len())
}

#[tokio::test]
async fn a_projection_reads_columns_of_the_model_and_of_those_that_it_leads_to() {
    let db = database().await;
    let mut transaction = db.begin().await.unwrap();
    // No more columns than the projection needs.
    let tables = "CREATE TABLE places_holiday_home (id integer, title text, address_id integer, \
                  parent_id integer)";
    query(tables).execute(&mut transaction).await.unwrap();
    let rows = "INSERT INTO places_holiday_home VALUES (1, 'Main', 7, NULL), (2, 'Hut', 7, 1)";
    query(rows).execute(&mut transaction).await.unwrap();
    let all = HolidayHome::objects().project::<Listed>().all(&mut transaction).await.unwrap();
    let expected = [("Main", None), ("Hut", Some("Main"))].map(|(title, parent)| Listed {
        title: title.to_owned(),
        note: 0,
        parent: parent.map(str::to_owned),
    });
    assert_eq!(all, expected);
    let page = PageNumber::new(9);
    let (last, pagination) =
        HolidayHome::objects().project::<Listed>().page(page, 1, &mut transaction).await.unwrap();
    assert_eq!((&last[..], pagination.number), (&expected[1..], 2));
}

#[tokio::test]
async fn a_column_that_is_missing_is_named() {
    let db = database().await;
    let mut transaction = db.begin().await.unwrap();
    let error = query("SELECT key, number FROM old_address")
        .fetch_one::<Address>(&mut transaction)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("town"), "{error}");
}
