//! New columns, and their values in existing rows.

use host::makemigrations::{MakeMigrationsError, Request};
use site_tests::{DatabaseKind, on_both_databases};

use super::harness::{Shop, item, some, with};

on_both_databases!(
    rows_that_are_there_get_the_defaults,
    a_new_column_without_a_default_needs_a_value,
    values_that_a_field_does_not_take_are_refused,
    given_values_are_taken_as_they_are_meant,
    a_column_that_must_no_longer_be_empty_gets_a_value,
);

item!(plain, {
    #[model(max_length = 20)]
    title: String,
});

item!(defaults, {
    #[model(max_length = 20)]
    title: String,
    number: Option<i32>,
    #[model(default = true)]
    flag: bool,
    #[model(default = -7)]
    count: i64,
    #[model(default = "it's; -- \"so\" \\ 'é'", max_length = 30)]
    text: String,
    #[model(default = now)]
    added: UtcDateTime,
    #[model(blank, max_length = 5)]
    blank: String,
    #[model(blank, long_text)]
    long: String,
    #[model(default = 5)]
    five: Option<i32>,
    #[model(positive)]
    positive: Option<i32>,
    #[model(unique, max_length = 9)]
    code: Option<String>,
    #[model(on_delete = cascade)]
    parent: Option<ForeignKey<Item>>,
});

async fn with_rows(kind: DatabaseKind) -> Shop {
    let shop = Shop::with(kind, plain::MODELS).await;
    shop.execute(&["INSERT INTO shop_item (title) VALUES ('one'), ('two')"]).await;
    shop
}

async fn rows_that_are_there_get_the_defaults(kind: DatabaseKind) {
    let mut shop = with_rows(kind).await;
    let proposal = shop.step(defaults::MODELS, &Request::default()).await;
    assert_eq!(proposal.summary[0], "Add field number to item");
    assert!(proposal.name.starts_with("0002_item_number_item_flag_"), "{}", proposal.name);
    assert!(proposal.name.ends_with("_and_more"), "{}", proposal.name);
    let twice = |text| some(&[text, text]);
    let empty = [None, None];
    assert_eq!(shop.items("title").await, some(&["one", "two"]));
    assert_eq!(shop.items("number").await, empty);
    assert_eq!(shop.items("CASE WHEN flag THEN 'yes' END").await, twice("yes"));
    assert_eq!(shop.items("count").await, twice("-7"));
    assert_eq!(shop.items("text").await, twice("it's; -- \"so\" \\ 'é'"));
    let is_now = "CASE WHEN added <= CURRENT_TIMESTAMP AND added > '2026-01-01' THEN 'now' END";
    assert_eq!(shop.items(is_now).await, twice("now"));
    assert_eq!(shop.items("blank").await, twice(""));
    assert_eq!(shop.items("long").await, twice(""));
    assert_eq!(shop.items("five").await, twice("5"));
    for column in ["positive", "code", "parent_id"] {
        assert_eq!(shop.items(column).await, empty);
    }
}

item!(numbered, {
    #[model(max_length = 20)]
    title: String,
    number: i32,
    #[model(unique)]
    code: i64,
});

async fn a_new_column_without_a_default_needs_a_value(kind: DatabaseKind) {
    let mut shop = with_rows(kind).await;
    let error = shop.propose(numbered::MODELS, &Request::default()).await.unwrap_err();
    let MakeMigrationsError::NeedsValue(needed) = &error else { panic!("{error:?}") };
    let fields: Vec<&str> = needed.iter().map(|need| &*need.field).collect();
    assert_eq!(fields, ["shop.item.number", "shop.item.code"]);
    let said = error.to_string();
    assert!(said.contains("--default shop.item.number=VALUE"), "{said}");

    let refusal = shop.refusal(numbered::MODELS, &with("shop.item.number", "3")).await;
    assert!(!refusal.contains("shop.item.number") && refusal.contains("shop.item.code"));
    let mut request = with("shop.item.number", "3");
    request.fillings.push(("shop.item.code".to_owned(), "4".to_owned()));
    // Two rows cannot have the same unique value.
    shop.execute(&["DELETE FROM shop_item WHERE title = 'two'"]).await;
    shop.step(numbered::MODELS, &request).await;
    assert_eq!(shop.items("number").await, some(&["3"]));
    assert_eq!(shop.items("code").await, some(&["4"]));
}

async fn values_that_a_field_does_not_take_are_refused(kind: DatabaseKind) {
    let shop = with_rows(kind).await;
    for (field, value, why) in [
        ("shop.item.number", "many", "--default shop.item.number"),
        ("shop.item.number", "", "--default shop.item.number"),
        ("shop.item.number", "3000000000", "--default shop.item.number"),
        ("shop.item.numbr", "3", "did you mean `shop.item.number`?"),
        ("shop.thing.number", "3", "there is no such field"),
    ] {
        let refusal = shop.refusal(numbered::MODELS, &with(field, value)).await;
        assert!(refusal.contains(why), "{field}={value}: {refusal}");
    }
    let request = Request { name: Some("No Name".to_owned()), ..Request::default() };
    assert!(shop.refusal(numbered::MODELS, &request).await.contains("`No Name` is no name"));
    let request = Request { modules: vec!["shp".to_owned()], ..Request::default() };
    assert!(shop.refusal(numbered::MODELS, &request).await.contains("did you mean `shop`?"));
}

item!(given, {
    #[model(max_length = 20)]
    title: String,
    moment: UtcDateTime,
    started: UtcDateTime,
    #[model(max_length = 20)]
    text: String,
    flag: bool,
    #[model(on_delete = cascade)]
    parent: ForeignKey<Item>,
});

async fn given_values_are_taken_as_they_are_meant(kind: DatabaseKind) {
    let mut shop = with_rows(kind).await;
    let fillings = [
        ("moment", "2020-06-14T09:41:15.5+02:00"),
        ("started", "now"),
        ("text", "l'été; DROP"),
        ("flag", "false"),
        ("parent", "2"),
    ];
    let fillings = fillings.map(|(field, value)| (format!("SHOP.Item.{field}"), value.to_owned()));
    let name = Some("more".to_owned());
    let request = Request { fillings: fillings.to_vec(), name, ..Request::default() };
    let proposal = shop.step(given::MODELS, &request).await;
    assert_eq!(proposal.name, "0002_more");
    // Half past seven in UTC, wherever the session is.
    let moment = match kind {
        DatabaseKind::Sqlite => "moment",
        DatabaseKind::Postgres => "moment AT TIME ZONE 'UTC'",
    };
    let found = shop.items(moment).await;
    assert!(found[0].as_ref().unwrap().starts_with("2020-06-14 07:41:15.5"), "{found:?}");
    assert_eq!(shop.items("text").await, some(&["l'été; DROP", "l'été; DROP"]));
    assert_eq!(shop.items("CASE WHEN flag THEN 'yes' ELSE 'no' END").await, some(&["no", "no"]));
    assert_eq!(shop.items("parent_id").await, some(&["2", "2"]));
}

item!(optional, {
    number: Option<i32>,
    #[model(max_length = 9)]
    text: Option<String>,
    #[model(on_delete = cascade)]
    parent: Option<ForeignKey<Item>>,
    #[model(on_delete = set_null)]
    source: Option<ForeignKey<Item>>,
});

item!(required, {
    #[model(default = 8)]
    number: i32,
    #[model(max_length = 9, blank)]
    text: String,
    #[model(on_delete = cascade)]
    parent: ForeignKey<Item>,
    #[model(on_delete = set_null)]
    source: Option<ForeignKey<Item>>,
});

async fn a_column_that_must_no_longer_be_empty_gets_a_value(kind: DatabaseKind) {
    let mut shop = Shop::with(kind, optional::MODELS).await;
    shop.execute(&["INSERT INTO shop_item (number, text, parent_id, source_id) VALUES \
         (NULL, NULL, NULL, NULL), (1, 'x', 1, 1)"])
        .await;
    let refusal = shop.refusal(required::MODELS, &Request::default()).await;
    assert!(refusal.contains("`shop.item.parent` could be NULL so far"), "{refusal}");
    assert!(!refusal.contains("shop.item.number"), "{refusal}");
    // On PostgreSQL, rows with deferred references are changed before the table is.
    let proposal = shop.step(required::MODELS, &with("shop.item.parent", "2")).await;
    assert_eq!(proposal.no_way_down, None);
    assert_eq!(shop.items("number").await, some(&["8", "1"]));
    assert_eq!(shop.items("text").await, some(&["", "x"]));
    assert_eq!(shop.items("parent_id").await, some(&["2", "1"]));
    assert_eq!(shop.items("source_id").await, [None, Some("1".to_owned())]);
    let proposal = shop.step(optional::MODELS, &Request::default()).await;
    let why = proposal.no_way_down.unwrap();
    assert!(why.contains("`shop_item.parent_id` may be NULL by then"), "{why}");
    assert_eq!(shop.items("number").await, some(&["8", "1"]));
}
