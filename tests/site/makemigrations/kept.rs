//! Properties that a rebuilt table keeps.

use host::makemigrations::Request;
use module_api::model::{ForeignKey, Model};
use site_tests::{DatabaseKind, on_both_databases};

use super::harness::{MODULE, Models, Shop, item, losing, some};

on_both_databases!(
    what_was_made_by_hand_is_kept,
    what_needs_a_dropped_column_is_left_to_a_person,
    rows_that_lead_to_a_changed_table_still_do,
    a_number_that_was_given_is_not_given_again,
);

item!(first, {
    #[model(max_length = 9)]
    name: String,
    number: i32,
    #[model(max_length = 9)]
    extra: String,
    #[model(on_delete = cascade)]
    parent: Option<ForeignKey<Item>>,
});
item!(second, {
    #[model(max_length = 9)]
    name: String,
    number: i64,
    #[model(max_length = 9)]
    extra: String,
    #[model(on_delete = cascade)]
    parent: Option<ForeignKey<Item>>,
    #[model(default = false)]
    flag: bool,
});
item!(third, {
    #[model(max_length = 9)]
    name: String,
    number: i64,
    #[model(on_delete = cascade)]
    parent: Option<ForeignKey<Item>>,
    #[model(default = false)]
    flag: bool,
});

const SQLITE: &str = "
    -- unmanaged: shop_log
    CREATE TABLE shop_log (text varchar(99));
    DROP TABLE shop_item;
    CREATE TABLE shop_item (
        id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
        name varchar(9) NOT NULL DEFAULT ('no' || 'ne') COLLATE NOCASE,
        number integer NOT NULL CONSTRAINT \"it's small\" CHECK (number < 100),
        extra varchar(9) NOT NULL DEFAULT 'e',
        parent_id bigint NULL REFERENCES shop_item (id) ON DELETE CASCADE
            DEFERRABLE INITIALLY DEFERRED,
        CHECK (name <> ';')
    );
    CREATE INDEX shop_item_parent ON shop_item (parent_id);
    CREATE UNIQUE INDEX shop_some ON shop_item (number) WHERE number > 50;
    CREATE INDEX shop_lower ON shop_item (lower(name));
    CREATE TRIGGER shop_logs AFTER INSERT ON shop_item BEGIN
        INSERT INTO shop_log VALUES ('new; ' || new.name);
    END;
    CREATE TRIGGER shop_elsewhere AFTER DELETE ON shop_log BEGIN
        UPDATE shop_item SET name = 'deleted';
    END;
    CREATE VIEW shop_seen AS SELECT name FROM shop_item;";

const POSTGRES: &str = "
    -- unmanaged: shop_log
    CREATE TABLE shop_log (text varchar(99));
    ALTER TABLE shop_item ALTER COLUMN name SET DEFAULT 'none';
    ALTER TABLE shop_item ADD CONSTRAINT \"it's small\" CHECK (number < 100);
    ALTER TABLE shop_item ALTER COLUMN extra SET DEFAULT 'e';
    ALTER TABLE shop_item ADD CHECK (name <> ';');
    CREATE UNIQUE INDEX shop_some ON shop_item (number) WHERE number > 50;
    CREATE INDEX shop_lower ON shop_item (lower(name));
    CREATE FUNCTION shop_log() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN INSERT INTO shop_log VALUES ('new; ' || new.name); RETURN new; END; $$;
    CREATE TRIGGER shop_logs AFTER INSERT ON shop_item
        FOR EACH ROW EXECUTE FUNCTION shop_log();
    CREATE VIEW shop_seen AS SELECT name FROM shop_item;";

async fn by_hand(kind: DatabaseKind) -> Shop {
    let mut shop = Shop::with(kind, first::MODELS).await;
    let files = [("sqlite", SQLITE), ("postgres", POSTGRES)];
    let files = files.map(|(word, sql)| (format!("0002_by_hand.{word}.sql"), sql.to_owned()));
    shop.add("0002_by_hand", &files);
    shop.workshop.run(&["migrate"]);
    assert_eq!(shop.propose(first::MODELS, &Request::default()).await.unwrap(), []);
    shop.execute(&["INSERT INTO shop_item (number) VALUES (1), (60)"]).await;
    shop
}

async fn what_was_made_by_hand_is_kept(kind: DatabaseKind) {
    let mut shop = by_hand(kind).await;
    let before = shop.shape().await;
    let proposal = shop.apply(second::MODELS, &Request::default()).await;
    assert_eq!(proposal.no_way_down, None);
    for round in 0..2 {
        assert_eq!(shop.items("name").await, some(&["none", "none"]));
        shop.refuses("INSERT INTO shop_item (number, flag) VALUES (100, FALSE)").await;
        shop.refuses("INSERT INTO shop_item (number, flag) VALUES (60, FALSE)").await;
        let semicolon = "INSERT INTO shop_item (name, number, flag) VALUES (';', 2, FALSE)";
        shop.refuses(semicolon).await;
        let log = "SELECT text AS value FROM shop_log";
        assert_eq!(shop.workshop.values::<String>(log).await, ["new; none"; 2]);
        let seen = "SELECT name AS value FROM shop_seen";
        assert_eq!(shop.workshop.values::<String>(seen).await, ["none"; 2]);
        if kind == DatabaseKind::Sqlite {
            let same = "SELECT id AS value FROM shop_item WHERE name = 'NONE'";
            assert_eq!(shop.workshop.values::<i64>(same).await.len(), 2);
            let shape = shop.shape().await;
            for line in [
                "shop_elsewhere is a trigger on shop_log",
                "shop_item.parent_id -> shop_item.id CASCADE deferred",
            ] {
                assert!(shape.iter().any(|found| found == line), "{shape:#?}");
            }
            let made = "SELECT sql AS value FROM sqlite_master WHERE name = 'shop_item'";
            let made = shop.workshop.values::<String>(made).await;
            assert!(made[0].contains("CONSTRAINT \"it's small\" CHECK"), "{made:?}");
        }
        if round == 0 {
            shop.workshop.run(&["migrate", MODULE, "0002_by_hand"]);
            assert_eq!(shop.shape().await, before);
            shop.workshop.run(&["migrate"]);
        }
    }
}

item!(nameless, {
    number: i32,
    #[model(max_length = 9)]
    extra: String,
    #[model(on_delete = cascade)]
    parent: Option<ForeignKey<Item>>,
});

async fn what_needs_a_dropped_column_is_left_to_a_person(kind: DatabaseKind) {
    let mut shop = by_hand(kind).await;
    let refusal = shop.refusal(nameless::MODELS, &losing()).await;
    assert!(refusal.contains("by hand") && refusal.contains("name"), "{refusal}");
    // What nothing needs, can go.
    shop.apply(second::MODELS, &Request::default()).await;
    shop.apply(third::MODELS, &losing()).await;
    assert_eq!(shop.items("number").await, some(&["1", "60"]));
}

#[derive(Model)]
#[model(label = "shop.part")]
struct PartOfFirst {
    id: i64,
    #[model(on_delete = cascade)]
    item: ForeignKey<first::Item>,
    #[model(on_delete = protect, one_to_one)]
    other: ForeignKey<first::Item>,
}

#[derive(Model)]
#[model(label = "shop.part")]
struct PartOfSecond {
    id: i64,
    #[model(on_delete = cascade)]
    item: ForeignKey<second::Item>,
    #[model(on_delete = protect, one_to_one)]
    other: ForeignKey<second::Item>,
}

const FIRST: Models = &[first::Item::INFO, PartOfFirst::INFO];
const SECOND: Models = &[second::Item::INFO, PartOfSecond::INFO];

async fn rows_that_lead_to_a_changed_table_still_do(kind: DatabaseKind) {
    let mut shop = Shop::with(kind, FIRST).await;
    shop.execute(&[
        "INSERT INTO shop_item (id, name, number, extra, parent_id) VALUES \
         (4, 'a', 1, '', 4), (9, 'b', 2, '', 4)",
        "INSERT INTO shop_part (item_id, other_id) VALUES (4, 9), (9, 4)",
    ])
    .await;
    shop.step(SECOND, &Request::default()).await;
    let items = "SELECT item_id AS value FROM shop_part ORDER BY id";
    assert_eq!(shop.workshop.values::<i64>(items).await, [4, 9]);
    assert_eq!(shop.items("parent_id").await, some(&["4", "4"]));
    shop.step(FIRST, &losing()).await;
    assert_eq!(shop.items("name").await, some(&["a", "b"]));
    if kind == DatabaseKind::Sqlite {
        let made = "SELECT sql AS value FROM sqlite_master WHERE name = 'shop_part'";
        let made = shop.workshop.values::<String>(made).await;
        assert!(made[0].contains("REFERENCES \"shop_item\" (\"id\")"), "{made:?}");
    }
}

async fn a_number_that_was_given_is_not_given_again(kind: DatabaseKind) {
    let mut shop = Shop::with(kind, first::MODELS).await;
    let insert = "INSERT INTO shop_item (name, number, extra) VALUES ('a', 1, '')";
    shop.execute(&[insert, insert, insert, "DELETE FROM shop_item WHERE id > 1"]).await;
    shop.apply(second::MODELS, &Request::default()).await;
    let next = "INSERT INTO shop_item (name, number, extra, flag) VALUES ('b', 1, '', FALSE)";
    shop.execute(&[next]).await;
    assert_eq!(shop.items("id").await, some(&["1", "4"]));
    // Also when no row is left.
    shop.execute(&["DELETE FROM shop_item"]).await;
    shop.apply(first::MODELS, &losing()).await;
    shop.execute(&[insert]).await;
    assert_eq!(shop.items("id").await, some(&["5"]));
}
