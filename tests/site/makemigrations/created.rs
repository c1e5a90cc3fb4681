//! New tables, and the foreign keys between them.

use std::net::IpAddr;

use host::makemigrations::Request;
use module_api::db::{Decimal, Uuid};
use module_api::model::{Choices, ForeignKey, Json, ManyToMany, Model};
use module_api::time::{Date, Duration, Time, UtcDateTime};
use site_tests::{DatabaseKind, on_both_databases};

use super::harness::{MODULE, Models, Shop, losing, some};

on_both_databases!(
    tables_are_made_with_every_kind_of_field,
    tables_that_lead_to_each_other_are_made_and_dropped_again,
    names_may_be_as_long_as_postgresql_takes_them,
    columns_of_djangos_further_kinds_are_made_and_changed,
);

#[derive(Model)]
#[model(
    label = "shop.every",
    unique_together = [["short", "number"], ["number"]],
    indexes = [["moment", "short"], ["long"]]
)]
struct Every {
    id: i64,
    #[model(max_length = 10)]
    short: String,
    #[model(exact_length = 2, unique)]
    exact: String,
    #[model(email, blank)]
    email: String,
    #[model(long_text)]
    long: String,
    number: i32,
    small: i16,
    big: i64,
    #[model(positive)]
    count: i32,
    #[model(positive)]
    small_count: i16,
    #[model(positive)]
    big_count: Option<i64>,
    flag: bool,
    moment: UtcDateTime,
    #[model(index, column = "select")]
    maybe: Option<UtcDateTime>,
    #[model(choices = [("a", "A")], max_length = 1, default = "a")]
    choice: String,
    #[model(on_delete = cascade)]
    parent: Option<ForeignKey<Every>>,
    #[model(on_delete = protect, one_to_one)]
    other: ForeignKey<Other>,
    others: ManyToMany<Other>,
    friends: ManyToMany<Every>,
}

#[derive(Model)]
#[model(label = "shop.other")]
struct Other {
    id: i64,
    #[model(on_delete = set_null)]
    every: Option<ForeignKey<Every>>,
}

const EVERY: Models = &[Every::INFO, Other::INFO];

async fn tables_are_made_with_every_kind_of_field(kind: DatabaseKind) {
    let mut shop = Shop::on(kind).await;
    let proposal = shop.step(EVERY, &Request::default()).await;
    assert_eq!(proposal.name, "0001_initial");
    assert_eq!(proposal.no_way_down, None);
    let expected: &[&str] = match kind {
        DatabaseKind::Sqlite => &[
            "shop_every.big: bigint NOT NULL numbered",
            "shop_every.big_count: bigint unsigned >= 0 numbered",
            "shop_every.choice: varchar(1) NOT NULL numbered",
            "shop_every.count: integer unsigned NOT NULL >= 0 numbered",
            "shop_every.email: varchar(254) NOT NULL numbered",
            "shop_every.exact: varchar(2) NOT NULL numbered",
            "shop_every.flag: bool NOT NULL numbered",
            "shop_every.id: INTEGER NOT NULL KEY numbered",
            "shop_every.long: TEXT NOT NULL numbered",
            "shop_every.select: datetime numbered",
            "shop_every.moment: datetime NOT NULL numbered",
            "shop_every.number: INTEGER NOT NULL numbered",
            "shop_every.small: smallint NOT NULL numbered",
            "shop_every.small_count: smallint unsigned NOT NULL >= 0 numbered",
            "shop_every.other_id -> shop_other.id NO ACTION deferred",
            "shop_every.parent_id -> shop_every.id NO ACTION deferred",
            "shop_every index (long)",
            "shop_every index (select)",
            "shop_every index (moment, short)",
            "shop_every index (parent_id)",
            "shop_every unique (exact)",
            "shop_every unique (number)",
            "shop_every unique (other_id)",
            "shop_every unique (short, number)",
            "shop_every_friends unique (from_every_id, to_every_id)",
            "shop_every_others.every_id -> shop_every.id NO ACTION deferred",
            "shop_every_others.other_id -> shop_other.id NO ACTION deferred",
            "shop_other.every_id -> shop_every.id NO ACTION deferred",
            "shop_other index (every_id)",
        ],
        DatabaseKind::Postgres => &[
            "shop_every.big: bigint NOT NULL",
            "shop_every.big_count: bigint",
            "shop_every.count: integer NOT NULL",
            "shop_every CHECK ((big_count >= 0))",
            "shop_every CHECK ((count >= 0))",
            "shop_every CHECK ((small_count >= 0))",
            "shop_every.small: smallint NOT NULL",
            "shop_every.small_count: smallint NOT NULL",
            "shop_every.exact: character varying(2) NOT NULL",
            "shop_every.flag: boolean NOT NULL",
            "shop_every FOREIGN KEY (other_id) REFERENCES shop_other(id) DEFERRABLE INITIALLY \
             DEFERRED",
            "shop_every FOREIGN KEY (parent_id) REFERENCES shop_every(id) DEFERRABLE INITIALLY \
             DEFERRED",
            "shop_every.id: bigint NOT NULL numbered",
            "shop_every.long: text NOT NULL",
            "shop_every.select: timestamp with time zone",
            "shop_every PRIMARY KEY (id)",
            "shop_every UNIQUE (exact)",
            "shop_every UNIQUE (number)",
            "shop_every UNIQUE (other_id)",
            "shop_every UNIQUE (short, number)",
            "shop_every_friends UNIQUE (from_every_id, to_every_id)",
            "shop_other FOREIGN KEY (every_id) REFERENCES shop_every(id) DEFERRABLE INITIALLY \
             DEFERRED",
        ],
    };
    let shape = shop.shape().await;
    for line in expected {
        let found = shape.iter().any(|found| found == line);
        assert!(found, "{line} is not among {shape:#?}");
    }
    // Rows may lead to each other before both are there, within a transaction.
    shop.execute(&[
        "INSERT INTO shop_every VALUES (1, 's', 'ex', '', 'l', 1, 5, 2, 0, 6, NULL, FALSE, \
         '2020-01-02 03:04:05', NULL, 'a', 1, 7)",
        "INSERT INTO shop_other VALUES (7, 1)",
        "INSERT INTO shop_every_others (every_id, other_id) VALUES (1, 7)",
        "INSERT INTO shop_every_friends (from_every_id, to_every_id) VALUES (1, 1)",
    ])
    .await;
    shop.refuses("INSERT INTO shop_other (every_id) VALUES (99)").await;
    shop.workshop.run(&["migrate", MODULE, "zero"]);
    let none: [String; 0] = [];
    assert_eq!(shop.shape().await, none);
}

async fn tables_that_lead_to_each_other_are_made_and_dropped_again(kind: DatabaseKind) {
    super::harness::item!(plain, { flag: bool, });
    let mut shop = Shop::with(kind, plain::MODELS).await;
    shop.execute(&["INSERT INTO shop_item (flag) VALUES (TRUE)"]).await;
    let proposal = shop.step(MORE, &Request::default()).await;
    assert_eq!(proposal.name, "0002_every_every_friends_other_every_others");
    let refusal = shop.refusal(plain::MODELS, &Request::default()).await;
    for table in ["shop_every", "shop_other", "shop_every_others", "shop_every_friends"] {
        assert!(refusal.contains(&format!("the table `{table}` is dropped")), "{refusal}");
    }
    let proposal = shop.step(plain::MODELS, &losing()).await;
    assert_eq!(proposal.no_way_down, None);
    assert_eq!(shop.items("flag = TRUE").await.len(), 1);
    assert_eq!(shop.items("id").await, some(&["1"]));
}

#[derive(Model)]
#[model(label = "shop.item")]
struct PlainItem {
    id: i64,
    flag: bool,
}

const MORE: Models = &[PlainItem::INFO, Every::INFO, Other::INFO];

/// Names of 63 bytes, which begin alike.
macro_rules! long_names {
    ($name:ident, $($attribute:meta),*) => {
        #[derive(Model)]
        #[model(
            label = "shop.item",
            table = "shop_a_table_whose_name_has_sixty_three_bytes_which_is_the_most",
            $($attribute,)*
        )]
        struct $name {
            id: i64,
            #[model(positive, unique)]
            a_column_whose_name_has_sixty_three_bytes_which_is_the_most_one: i32,
            #[model(positive, unique)]
            a_column_whose_name_has_sixty_three_bytes_which_is_the_most_two: i32,
            #[model(on_delete = cascade)]
            parent_of_a_column_whose_name_has_sixty_bytes_or_a_bit_more: Option<ForeignKey<$name>>,
            #[model(on_delete = cascade)]
            source_of_a_column_whose_name_has_sixty_bytes_or_a_bit_more: Option<ForeignKey<$name>>,
        }
    };
}

long_names!(
    Long,
    unique_together = [[
        "a_column_whose_name_has_sixty_three_bytes_which_is_the_most_one",
        "a_column_whose_name_has_sixty_three_bytes_which_is_the_most_two"
    ]]
);
long_names!(
    LongIndexed,
    indexes = [[
        "a_column_whose_name_has_sixty_three_bytes_which_is_the_most_one",
        "a_column_whose_name_has_sixty_three_bytes_which_is_the_most_two"
    ]]
);

async fn names_may_be_as_long_as_postgresql_takes_them(kind: DatabaseKind) {
    let mut shop = Shop::with(kind, &[Long::INFO]).await;
    let proposal = shop.step(&[LongIndexed::INFO], &Request::default()).await;
    assert!(proposal.name.len() <= 65, "{}", proposal.name);
    shop.step(&[Long::INFO], &Request::default()).await;
}

#[derive(Choices)]
enum Status {
    Open,
    #[choice(value = "shut")]
    Closed,
}

/// An item with a field of each further kind, whose prices have so many digits.
macro_rules! further {
    ($name:ident, $digits:literal, $places:literal, { $($field:tt)* }) => {
        #[derive(Model)]
        #[model(label = "shop.item")]
        struct $name {
            id: i64,
            date: Date,
            time: Time,
            duration: Duration,
            #[model(max_digits = $digits, decimal_places = $places)]
            price: Decimal,
            ratio: Option<f64>,
            #[model(unique)]
            uuid: Uuid,
            data: Json<Vec<String>>,
            #[model(url)]
            url: String,
            #[model(slug)]
            slug: String,
            address: Option<IpAddr>,
            content: Vec<u8>,
            #[model(choices)]
            status: Status,
            $($field)*
        }
    };
}

further!(Further, 8, 2, {});
further!(Longer, 10, 3, {});
further!(More, 8, 2, {
    #[model(auto_now)]
    second_date: Date,
    #[model(default = now)]
    second_time: Time,
    #[model(default = 3600)]
    second_duration: Duration,
    #[model(max_digits = 4, decimal_places = 1, default = -0.5)]
    second_price: Decimal,
    #[model(default = 1.5)]
    second_ratio: f64,
    #[model(default = random)]
    second_uuid: Uuid,
    #[model(default = "[]")]
    second_data: Json<Vec<String>>,
    #[model(default = "::1")]
    second_address: IpAddr,
    #[model(choices, default = Status::Closed)]
    second_status: Status,
});

async fn columns_of_djangos_further_kinds_are_made_and_changed(kind: DatabaseKind) {
    let mut shop = Shop::on(kind).await;
    shop.step(&[Further::INFO], &Request::default()).await;
    let expected: &[&str] = match kind {
        DatabaseKind::Sqlite => &[
            "shop_item.address: char(39) numbered",
            "shop_item.data: TEXT NOT NULL numbered",
            "shop_item.price: decimal(8, 2) NOT NULL numbered",
            "shop_item.ratio: REAL numbered",
            "shop_item.slug: varchar(50) NOT NULL numbered",
            "shop_item.uuid: char(32) NOT NULL numbered",
            "shop_item index (slug)",
        ],
        DatabaseKind::Postgres => &[
            "shop_item.address: inet",
            "shop_item.content: bytea NOT NULL",
            "shop_item.data: jsonb NOT NULL",
            "shop_item.date: date NOT NULL",
            "shop_item.duration: interval NOT NULL",
            "shop_item.price: numeric(8,2) NOT NULL",
            "shop_item.ratio: double precision",
            "shop_item.status: character varying(4) NOT NULL",
            "shop_item.time: time without time zone NOT NULL",
            "shop_item.url: character varying(200) NOT NULL",
            "shop_item.uuid: uuid NOT NULL",
        ],
    };
    let shape = shop.shape().await;
    for line in expected {
        assert!(shape.iter().any(|found| found == line), "{line} is not among {shape:#?}");
    }
    let row = "INSERT INTO shop_item (date, time, duration, price, uuid, data, url, slug, content, \
               status) VALUES ('2024-02-29', '09:41:00', ";
    let rest = "12.5, '00112233445566778899aabbccddeeff', '[]', 'http://a.bc', 'a', '', 'open')";
    let duration = match kind {
        DatabaseKind::Sqlite => "3600000000, ",
        DatabaseKind::Postgres => "'1 hour', ",
    };
    shop.execute(&[&format!("{row}{duration}{rest}")]).await;
    if kind == DatabaseKind::Sqlite {
        shop.refuses("UPDATE shop_item SET data = 'x'").await;
    }
    shop.step(&[More::INFO], &Request::default()).await;
    let one = |value: &str| some(&[value]);
    assert_eq!(shop.items("second_price").await, one("-0.5"));
    assert_eq!(shop.items("second_ratio").await, one("1.5"));
    assert_eq!(shop.items("second_data").await, one("[]"));
    assert_eq!(shop.items("second_status").await, one("shut"));
    assert_eq!(shop.items("second_date").await[0].as_ref().unwrap().len(), "2024-02-29".len());
    assert_eq!(shop.items("price").await[0].as_ref().unwrap().parse(), Ok(Decimal::new(125, 1)));
    let proposal = shop.step(&[Longer::INFO], &losing()).await;
    assert!(proposal.summary.contains(&"Alter field price on item".to_owned()), "{proposal:?}");
    let refusal = shop.refusal(&[Further::INFO], &Request::default()).await;
    assert!(refusal.contains("the column `price` of `shop_item` gets another type"), "{refusal}");
}
