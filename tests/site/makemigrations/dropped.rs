//! Columns and tables that no longer have a model.

use host::makemigrations::{MakeMigrationsError, Request};
use module_api::model::{ForeignKey, Model};
use site_tests::{DatabaseKind, on_both_databases};

use super::harness::{Models, Shop, item, losing, some};

on_both_databases!(
    a_dropped_column_is_asked_about_and_others_keep_their_values,
    tables_in_a_circle_are_dropped_with_what_leads_to_them,
    a_dropped_table_that_was_made_by_hand_has_no_way_down,
);

item!(full, {
    #[model(max_length = 9)]
    kept: String,
    #[model(max_length = 9, unique)]
    gone: String,
    number: Option<i32>,
    #[model(on_delete = cascade)]
    parent: Option<ForeignKey<Item>>,
});
item!(half, {
    #[model(max_length = 9)]
    kept: String,
    #[model(max_length = 9, unique)]
    gone: String,
});
item!(bare, {
    #[model(max_length = 9)]
    kept: String,
});

async fn a_dropped_column_is_asked_about_and_others_keep_their_values(kind: DatabaseKind) {
    let mut shop = Shop::with(kind, full::MODELS).await;
    shop.execute(&[
        "INSERT INTO shop_item (kept, gone, number) VALUES ('a', 'b', 1), ('c', 'd', 2)",
        "UPDATE shop_item SET parent_id = 1",
    ])
    .await;
    let error = shop.propose(half::MODELS, &Request::default()).await.unwrap_err();
    let MakeMigrationsError::LosesData(losses) = &error else { panic!("{error:?}") };
    assert_eq!(
        *losses,
        [
            "the column `number` of `shop_item` is dropped",
            "the column `parent_id` of `shop_item` is dropped",
        ]
    );
    assert!(error.to_string().contains("--allow-data-loss"));
    let proposal = shop.step(half::MODELS, &losing()).await;
    assert_eq!(proposal.name, "0002_remove_item_number_remove_item_parent_id");
    // Columns that may be empty come back empty.
    assert_eq!(proposal.no_way_down, None);
    assert_eq!(shop.items("gone").await, some(&["b", "d"]));

    let proposal = shop.step(bare::MODELS, &losing()).await;
    let why = "nobody knows the values that `shop_item.gone` had";
    assert_eq!(proposal.no_way_down.as_deref(), Some(why));
    assert_eq!(shop.items("kept").await, some(&["a", "c"]));
}

#[derive(Model)]
#[model(label = "shop.hen")]
struct Hen {
    id: i64,
    #[model(on_delete = set_null)]
    egg: Option<ForeignKey<Egg>>,
}

#[derive(Model)]
#[model(label = "shop.egg")]
struct Egg {
    id: i64,
    #[model(on_delete = cascade)]
    hen: ForeignKey<Hen>,
}

item!(leading, {
    #[model(max_length = 9)]
    kept: String,
    #[model(on_delete = cascade)]
    hen: Option<ForeignKey<super::Hen>>,
});

const CIRCLE: Models = &[Hen::INFO, Egg::INFO, leading::Item::INFO];

async fn tables_in_a_circle_are_dropped_with_what_leads_to_them(kind: DatabaseKind) {
    let mut shop = Shop::with(kind, CIRCLE).await;
    shop.execute(&[
        "INSERT INTO shop_hen (id, egg_id) VALUES (1, 1)",
        "INSERT INTO shop_egg (id, hen_id) VALUES (1, 1)",
        "INSERT INTO shop_item (kept, hen_id) VALUES ('a', 1)",
    ])
    .await;
    let refusal = shop.refusal(bare::MODELS, &Request::default()).await;
    assert!(refusal.contains("the table `shop_egg` is dropped"), "{refusal}");
    let proposal = shop.step(bare::MODELS, &losing()).await;
    assert_eq!(proposal.no_way_down, None);
    assert!(proposal.summary.contains(&"Delete model shop_hen".to_owned()), "{proposal:?}");
    assert_eq!(shop.items("kept").await, some(&["a"]));
    shop.step(CIRCLE, &Request::default()).await;
}

async fn a_dropped_table_that_was_made_by_hand_has_no_way_down(kind: DatabaseKind) {
    let mut shop = Shop::with(kind, bare::MODELS).await;
    shop.by_hand(
        "0002_by_hand",
        "CREATE TABLE shop_checked (id integer PRIMARY KEY, n integer CHECK (n < 9));\n\
         CREATE TABLE shop_note (name varchar(9) NOT NULL PRIMARY KEY);",
    );
    let proposal = shop.step(bare::MODELS, &losing()).await;
    let why = proposal.no_way_down.unwrap();
    for table in ["shop_checked", "shop_note"] {
        assert!(why.contains(&format!("`{table}` has more")), "{why}");
    }
}
