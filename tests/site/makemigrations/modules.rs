//! The tables of a module, and migrations that depend on those of other modules.

use host::makemigrations::{MakeMigrationsError, Proposal, Request, propose};
use module_api::model::Model;
use site_tests::LocalModule;

use super::harness::{item, losing, plan_of};

#[derive(Model)]
#[model(label = "base.thing")]
struct Thing {
    id: i64,
}

#[derive(Model)]
#[model(label = "base.later")]
struct Later {
    id: i64,
}

item!(alone, { flag: bool, });
item!(leading, {
    flag: bool,
    #[model(on_delete = cascade)]
    thing: Option<ForeignKey<super::Thing>>,
    #[model(on_delete = cascade)]
    later: Option<ForeignKey<super::Later>>,
});

const THING: &[(&str, &[u8])] = &[(
    "0001_initial.sql",
    b"CREATE TABLE \"base_thing\" (\"id\" integer NOT NULL PRIMARY KEY AUTOINCREMENT);",
)];
const ITEM: &[(&str, &[u8])] = &[(
    "0001_initial.sql",
    b"CREATE TABLE shop_item (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, flag bool NOT NULL);",
)];

const BETWEEN: &[(&str, &[u8])] =
    &[("0001_initial.sql", b"CREATE TABLE shop_item_friends (id integer PRIMARY KEY);")];

const UNSAID: &[(&str, &[u8])] =
    &[ITEM[0], ("0002_more.sql", b"CREATE TABLE shop_log (text text);")];

fn shop() -> LocalModule {
    LocalModule { requires: &["base"], ..LocalModule::named("shop") }
}

fn first_lines(proposal: &Proposal) -> Vec<&str> {
    let (_, sql) = &proposal.files[0];
    sql.lines().take_while(|line| line.starts_with("--")).collect()
}

async fn refusal(modules: Vec<LocalModule>) -> MakeMigrationsError {
    propose(&plan_of(modules), &losing()).await.unwrap_err()
}

#[rocket::async_test]
async fn a_migration_depends_on_those_that_make_what_it_leads_to() {
    let base = LocalModule {
        models: &[Thing::INFO, Later::INFO],
        migrations: THING,
        ..LocalModule::named("base")
    };
    let shop = LocalModule { models: leading::MODELS, migrations: ITEM, ..shop() };
    let proposals = propose(&plan_of(vec![base, shop]), &Request::default()).await.unwrap();
    let names: Vec<(&str, &str)> =
        proposals.iter().map(|proposal| (proposal.module, &*proposal.name)).collect();
    assert_eq!(names, [("base", "0002_later"), ("shop", "0002_item_thing_item_later")]);
    assert_eq!(
        first_lines(&proposals[1]),
        [
            "-- depends: base 0001_initial",
            "-- depends: base 0002_later",
            "-- Add field thing to item",
            "-- Add field later to item",
        ]
    );
    // Of one module alone, the other's table would not be there.
    let base = LocalModule {
        models: &[Thing::INFO, Later::INFO],
        migrations: THING,
        ..LocalModule::named("base")
    };
    let shop = LocalModule { models: leading::MODELS, migrations: ITEM, ..self::shop() };
    let request = Request { modules: vec!["shop".to_owned()], ..Request::default() };
    let error = propose(&plan_of(vec![base, shop]), &request).await.unwrap_err();
    let said = error.to_string();
    assert!(said.contains("`base_later`") && said.contains("makemigrations"), "{said}");
}

#[rocket::async_test]
async fn the_first_migration_says_nothing_that_goes_without_saying() {
    let base = LocalModule { models: &[Thing::INFO, Later::INFO], ..LocalModule::named("base") };
    let shop = LocalModule { models: leading::MODELS, ..shop() };
    let proposals = propose(&plan_of(vec![base, shop]), &Request::default()).await.unwrap();
    assert_eq!(first_lines(&proposals[1]), ["-- Create model item"]);
}

#[rocket::async_test]
async fn what_leads_to_a_dropped_table_goes_before_it() {
    const BASE: &[(&str, &[u8])] = &[(
        "0001_initial.sql",
        b"CREATE TABLE base_thing (id integer NOT NULL PRIMARY KEY AUTOINCREMENT);\n\
          CREATE TABLE base_later (id integer NOT NULL PRIMARY KEY AUTOINCREMENT);",
    )];
    const SHOP: &[(&str, &[u8])] = &[(
        "0001_initial.sql",
        b"CREATE TABLE shop_item (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, flag bool NOT \
          NULL, later_id bigint NULL REFERENCES base_later (id) DEFERRABLE INITIALLY DEFERRED);\n\
          CREATE INDEX shop_item_later ON shop_item (later_id);",
    )];
    let base =
        LocalModule { models: &[Thing::INFO], migrations: BASE, ..LocalModule::named("base") };
    let shop = LocalModule { models: alone::MODELS, migrations: SHOP, ..shop() };
    let proposals = propose(&plan_of(vec![base, shop]), &losing()).await.unwrap();
    assert_eq!(proposals[0].name, "0002_delete_base_later");
    assert_eq!(first_lines(&proposals[1])[0], "-- before: base 0002_delete_base_later");
}

#[rocket::async_test]
async fn a_table_that_another_module_makes_is_named() {
    let base = LocalModule { migrations: ITEM, ..LocalModule::named("base") };
    let shop = LocalModule { models: alone::MODELS, ..shop() };
    let error = refusal(vec![base, shop]).await.to_string();
    assert_eq!(error, "the table `shop_item` of `shop.item` is made by the migrations of `base`");

    // Also one that is a field.
    let base = LocalModule { migrations: BETWEEN, ..LocalModule::named("base") };
    let shop = LocalModule { models: friendly::MODELS, ..self::shop() };
    let error = refusal(vec![base, shop]).await.to_string();
    assert!(error.starts_with("the table `shop_item_friends` of `shop.item`"), "{error}");
}

item!(friendly, { friends: ManyToMany<Item>, });

#[rocket::async_test]
async fn tables_that_no_model_describes_are_left_alone_if_that_is_said() {
    const MORE: &[(&str, &[u8])] = &[
        ITEM[0],
        ("0002_more.sql", b"-- unmanaged: shop_log shop_old\nCREATE TABLE shop_log (text text);"),
        ("0003_more.sql", b"CREATE TABLE shop_old (text text);"),
    ];
    let plan = |migrations, models| {
        plan_of(vec![LocalModule { migrations, models, ..LocalModule::named("shop") }])
    };
    assert_eq!(propose(&plan(MORE, alone::MODELS), &Request::default()).await.unwrap(), []);
    // A module without models has nothing to say.
    assert_eq!(propose(&plan(UNSAID, &[]), &Request::default()).await.unwrap(), []);
    let error = propose(&plan(UNSAID, alone::MODELS), &Request::default()).await.unwrap_err();
    assert!(error.to_string().contains("the table `shop_log` is dropped"), "{error}");
}

#[rocket::async_test]
async fn a_table_that_cannot_be_built_again_is_left_to_a_person() {
    const COMPUTED: &[(&str, &[u8])] = &[(
        "0001_initial.sql",
        b"CREATE TABLE shop_item (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, flag bool, \
          twice integer GENERATED ALWAYS AS (id * 2));",
    )];
    let shop = LocalModule { models: alone::MODELS, migrations: COMPUTED, ..shop() };
    let base = LocalModule::named("base");
    let request = Request { fillings: vec![("shop.item.flag".into(), "true".into())], ..losing() };
    let error = propose(&plan_of(vec![base, shop]), &request).await.unwrap_err().to_string();
    assert!(error.contains("by hand") && error.contains("\"twice\" is computed"), "{error}");
}

#[rocket::async_test]
async fn a_migration_that_cannot_be_run_is_named() {
    const BROKEN: &[(&str, &[u8])] = &[("0001_initial.sql", b"CREATE TABLE;")];
    let shop = LocalModule { models: alone::MODELS, migrations: BROKEN, ..shop() };
    let error = refusal(vec![LocalModule::named("base"), shop]).await;
    let said = module_api::with_causes(&error);
    assert!(said.contains("`0001_initial` of `shop`"), "{said}");
}
