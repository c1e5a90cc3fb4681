//! Changed columns, with their indexes and constraints.

use host::makemigrations::Request;
use module_api::model::{ForeignKey, Model};
use site_tests::{DatabaseKind, on_both_databases};

use super::harness::{MODULE, Models, Shop, item, losing, some};

on_both_databases!(
    columns_get_other_types_and_keep_their_values,
    types_that_may_lose_something_are_asked_about,
    what_has_no_conversion_is_left_to_a_person,
    text_that_is_too_long_is_never_cut_off,
    constraints_and_indexes_come_and_go,
    a_foreign_key_leads_to_another_table,
    fields_are_unique_or_indexed_together,
);

item!(narrow, {
    #[model(max_length = 10)]
    length: String,
    #[model(max_length = 10)]
    text: String,
    number: i32,
    small: i16,
    flag: bool,
    digits: i32,
    moment: UtcDateTime,
});

item!(wide, {
    #[model(max_length = 99)]
    length: String,
    #[model(long_text)]
    text: String,
    number: i64,
    small: i32,
    flag: i16,
    #[model(max_length = 20)]
    digits: String,
    #[model(long_text)]
    moment: String,
});

const ROWS: &str = "INSERT INTO shop_item (length, text, number, small, flag, digits, moment) VALUES \
                    ('ten', 'größer', 2147483647, 32767, TRUE, 12, '2020-01-02 03:04:05'), \
                    ('', 'it''s', -3, -9, FALSE, -4, '2021-01-02 03:04:05')";

async fn columns_get_other_types_and_keep_their_values(kind: DatabaseKind) {
    let mut shop = Shop::with(kind, narrow::MODELS).await;
    shop.execute(&[ROWS]).await;
    // What becomes a moment again, has no way down without a person.
    let proposal = shop.step(wide::MODELS, &Request::default()).await;
    assert_eq!(proposal.no_way_down, None);
    assert_eq!(shop.items("length").await, some(&["ten", ""]));
    assert_eq!(shop.items("text").await, some(&["größer", "it's"]));
    assert_eq!(shop.items("number").await, some(&["2147483647", "-3"]));
    assert_eq!(shop.items("small").await, some(&["32767", "-9"]));
    assert_eq!(shop.items("flag").await, some(&["1", "0"]));
    assert_eq!(shop.items("digits").await, some(&["12", "-4"]));
    let moments = shop.items("moment").await;
    assert!(moments[0].as_ref().unwrap().starts_with("2020-01-02 03:04:05"), "{moments:?}");
}

async fn types_that_may_lose_something_are_asked_about(kind: DatabaseKind) {
    let mut shop = Shop::with(kind, narrow::MODELS).await;
    shop.execute(&[ROWS]).await;
    shop.apply(wide::MODELS, &Request::default()).await;
    let refusal = shop.refusal(narrow::MODELS, &Request::default()).await;
    for column in ["flag", "digits", "moment"] {
        assert!(refusal.contains(&format!("the column `{column}` of `shop_item`")), "{refusal}");
    }
    for column in ["length", "text", "number", "small"] {
        assert!(!refusal.contains(&format!("`{column}`")), "{refusal}");
    }
    shop.step(narrow::MODELS, &losing()).await;
    assert_eq!(shop.items("digits").await, some(&["12", "-4"]));
    assert_eq!(shop.items("small").await, some(&["32767", "-9"]));
    let flags = shop.items("CASE WHEN flag THEN 'yes' ELSE 'no' END").await;
    assert_eq!(flags, some(&["yes", "no"]));

    // What is no number is never taken for one.
    shop.apply(wide::MODELS, &Request::default()).await;
    shop.execute(&["UPDATE shop_item SET digits = 'a dozen' WHERE id = 1"]).await;
    let [proposal] =
        <[_; 1]>::try_from(shop.propose(narrow::MODELS, &losing()).await.unwrap()).unwrap();
    shop.add(&proposal.name, &proposal.files);
    shop.workshop.fails(1, &["migrate"]);
    assert_eq!(shop.items("digits").await, some(&["a dozen", "-4"]));
}

item!(counted, { value: i32, });
item!(dated, { value: UtcDateTime, });

async fn what_has_no_conversion_is_left_to_a_person(kind: DatabaseKind) {
    let shop = Shop::with(kind, counted::MODELS).await;
    let refusal = shop.refusal(dated::MODELS, &losing()).await;
    assert!(refusal.contains("by hand") && refusal.contains("`value`"), "{refusal}");
}

item!(long, {
    #[model(max_length = 10)]
    text: String,
});
item!(short, {
    #[model(max_length = 5)]
    text: String,
});

async fn text_that_is_too_long_is_never_cut_off(kind: DatabaseKind) {
    let mut shop = Shop::with(kind, long::MODELS).await;
    shop.execute(&["INSERT INTO shop_item (text) VALUES ('123456')"]).await;
    let [proposal] =
        <[_; 1]>::try_from(shop.propose(short::MODELS, &Request::default()).await.unwrap())
            .unwrap();
    shop.add(&proposal.name, &proposal.files);
    match kind {
        DatabaseKind::Sqlite => drop(shop.workshop.run(&["migrate"])),
        DatabaseKind::Postgres => {
            let error = shop.workshop.fails(1, &["migrate"]);
            assert!(error.contains("too long for type character varying(5)"), "{error}");
        }
    }
    assert_eq!(shop.items("text").await, some(&["123456"]));
    shop.execute(&["UPDATE shop_item SET text = '12345'"]).await;
    shop.workshop.run(&["migrate"]);
    shop.step(long::MODELS, &Request::default()).await;
    shop.step(short::MODELS, &Request::default()).await;
    assert_eq!(shop.items("text").await, some(&["12345"]));
}

item!(bare, {
    number: i32,
    code: i32,
    #[model(max_length = 9)]
    text: String,
    #[model(on_delete = cascade)]
    parent: Option<ForeignKey<Item>>,
});
item!(indexed, {
    #[model(positive)]
    number: i32,
    #[model(unique)]
    code: i32,
    #[model(max_length = 9, index)]
    text: String,
    #[model(on_delete = cascade, one_to_one)]
    parent: Option<ForeignKey<Item>>,
});

async fn constraints_and_indexes_come_and_go(kind: DatabaseKind) {
    let mut shop = Shop::with(kind, bare::MODELS).await;
    shop.execute(&["INSERT INTO shop_item (number, code, text, parent_id) VALUES \
                    (1, 2, 'x', NULL), (1, 3, 'x', 1)"])
        .await;
    for _ in 0..2 {
        shop.step(indexed::MODELS, &Request::default()).await;
        for wrong in ["number = -1", "code = 2"] {
            shop.refuses(&format!("UPDATE shop_item SET {wrong}")).await;
        }
        shop.step(bare::MODELS, &Request::default()).await;
        shop.execute(&["UPDATE shop_item SET number = -1, code = 2"]).await;
        shop.execute(&["UPDATE shop_item SET number = 1, code = id"]).await;
    }
    assert_eq!(shop.items("code").await, some(&["1", "2"]));
    assert_eq!(shop.items("parent_id").await, [None, Some("1".to_owned())]);
    // A row that breaks the new constraint stops the migration.
    shop.execute(&["UPDATE shop_item SET number = -1"]).await;
    let [proposal] =
        <[_; 1]>::try_from(shop.propose(indexed::MODELS, &Request::default()).await.unwrap())
            .unwrap();
    shop.add(&proposal.name, &proposal.files);
    let before = shop.shape().await;
    shop.workshop.fails(1, &["migrate", MODULE]);
    assert_eq!(shop.shape().await, before);
}

#[derive(Model)]
#[model(label = "shop.person")]
struct Person {
    id: i64,
}

#[derive(Model)]
#[model(label = "shop.company")]
struct Company {
    id: i64,
}

item!(personal, {
    #[model(on_delete = cascade)]
    owner: ForeignKey<super::Person>,
});
item!(commercial, {
    #[model(on_delete = cascade)]
    owner: ForeignKey<super::Company>,
});
item!(unowned, {
    #[model(column = "owner_id")]
    owner: i64,
});

const PERSONAL: Models = &[Person::INFO, Company::INFO, personal::Item::INFO];
const COMMERCIAL: Models = &[Person::INFO, Company::INFO, commercial::Item::INFO];
const UNOWNED: Models = &[Person::INFO, Company::INFO, unowned::Item::INFO];

async fn a_foreign_key_leads_to_another_table(kind: DatabaseKind) {
    let mut shop = Shop::with(kind, PERSONAL).await;
    shop.execute(&[
        "INSERT INTO shop_person (id) VALUES (5)",
        "INSERT INTO shop_company (id) VALUES (5)",
        "INSERT INTO shop_item (owner_id) VALUES (5)",
    ])
    .await;
    shop.step(COMMERCIAL, &Request::default()).await;
    shop.step(UNOWNED, &Request::default()).await;
    shop.step(PERSONAL, &Request::default()).await;
    assert_eq!(shop.items("owner_id").await, some(&["5"]));
    // A row that leads nowhere stops it.
    shop.execute(&["DELETE FROM shop_company"]).await;
    let [proposal] =
        <[_; 1]>::try_from(shop.propose(COMMERCIAL, &Request::default()).await.unwrap()).unwrap();
    shop.add(&proposal.name, &proposal.files);
    shop.workshop.fails(1, &["migrate"]);
    assert_eq!(shop.items("owner_id").await, some(&["5"]));
}

macro_rules! together {
    ($name:ident, $($attribute:meta),*) => {
        #[derive(Model)]
        #[model(label = "shop.item", $($attribute),*)]
        struct $name {
            id: i64,
            a: i32,
            b: i32,
            #[model(on_delete = cascade)]
            parent: Option<ForeignKey<$name>>,
        }
    };
}

together!(Apart, ordering = ["a"]);
together!(Together, unique_together = [["a", "b"], ["parent", "a"]], indexes = [["b", "a"]]);
together!(Otherwise, unique_together = [["b", "a"]], indexes = [["a", "b"], ["b"]]);

async fn fields_are_unique_or_indexed_together(kind: DatabaseKind) {
    let mut shop = Shop::with(kind, &[Apart::INFO]).await;
    shop.execute(&["INSERT INTO shop_item (a, b) VALUES (1, 1), (1, 2)"]).await;
    let proposal = shop.step(&[Together::INFO], &Request::default()).await;
    assert_eq!(proposal.name, "0002_item_indexes");
    assert!(proposal.summary.contains(&"Create unique index over a, b on item".to_owned()));
    shop.step(&[Otherwise::INFO], &Request::default()).await;
    shop.step(&[Together::INFO], &Request::default()).await;
    shop.step(&[Apart::INFO], &Request::default()).await;
    shop.execute(&["UPDATE shop_item SET b = 1"]).await;
    assert_eq!(shop.items("a").await, some(&["1", "1"]));
}
