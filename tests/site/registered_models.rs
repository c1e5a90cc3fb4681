//! Checks of admin registrations before the site starts.

use module_api::admin::{Inline, ListColumn, ModelAdmin};
use module_api::model::{ForeignKey, Model};
use module_api::{Module, Problem};
use site_tests::{DatabaseKind, LocalModule, TestSite};

#[derive(Model)]
#[model(label = "shop.item", display = "{name}")]
struct Item {
    id: i64,
    #[model(max_length = 20)]
    name: String,
}

#[derive(Model)]
#[model(label = "shop.offer", display = "{item}")]
struct Offer {
    id: i64,
    #[model(on_delete = cascade)]
    item: ForeignKey<Item>,
}

const SHOP: LocalModule =
    LocalModule { models: &[Item::INFO, Offer::INFO], ..LocalModule::named("shop") };

fn problems_of(modules: &[&'static dyn Module]) -> Vec<Problem> {
    let plan = TestSite::on(DatabaseKind::Sqlite).modules(modules).plan();
    plan.map_or_else(|problems| problems, |plan| plan.warnings)
}

#[test]
fn a_model_that_two_modules_register_names_both() {
    static FIRST: LocalModule = LocalModule { admin: || vec![ModelAdmin::of::<Item>()], ..SHOP };
    static SECOND: LocalModule =
        LocalModule { admin: || vec![ModelAdmin::of::<Item>()], ..LocalModule::named("other") };
    let problems = problems_of(&[&FIRST, &SECOND]);
    let [problem] = problems.as_slice() else { panic!("{problems:?}") };
    assert_eq!(problem.id, "admin.E001");
    assert_eq!(problem.modules, ["other", "shop"]);
}

#[test]
fn a_model_that_no_module_brings_is_named() {
    static STRANGE: LocalModule =
        LocalModule { admin: || vec![ModelAdmin::of::<Item>()], ..LocalModule::named("strange") };
    let problems = problems_of(&[&STRANGE]);
    assert_eq!(problems[0].id, "admin.E002");
    assert!(problems[0].message.contains("`shop.item`"), "{}", problems[0]);
}

#[test]
fn every_name_that_is_no_field_is_named_with_those_there_are() {
    fn wrong() -> Vec<ModelAdmin> {
        vec![
            ModelAdmin::of::<Offer>()
                .list_display([
                    "__str__".into(),
                    "itme".into(),
                    ListColumn::function("Length", |_| String::new()),
                ])
                .list_display_links(["nothing"])
                .search_fields(["^item__nam", "item"])
                .list_filter(["item__id", "colour"])
                .ordering(["-item__price"])
                .date_hierarchy("item__name")
                .read_only(["price"])
                .inline(Inline::tabular::<Item>("item"))
                .inline(Inline::target::<Item>("item")),
        ]
    }
    static SHOP_WRONG: LocalModule = LocalModule { admin: wrong, ..SHOP };
    let problems = problems_of(&[&SHOP_WRONG]);
    assert!(problems.iter().all(|problem| problem.id == "admin.E003"), "{problems:#?}");
    let messages: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
    for expected in [
        "list_display names `itme`: `shop.offer` has no field `itme`, but id, item",
        "list_display_links names `nothing`, which is no column",
        "search_fields names `item__nam`: `shop.item` has no field `nam`, but id, name",
        "search_fields names `item`, which is a foreign key",
        "list_filter names `colour`",
        "ordering names `item__price`",
        "date_hierarchy names `item__name`, which is no moment",
        "read_only names `price`, which no field of its own is",
        "`item` of `shop.item` is no foreign key to `shop.offer`",
        "`item` of `shop.offer` is no one-to-one to `shop.item`",
    ] {
        assert!(
            messages.iter().any(|message| message.contains(expected)),
            "{expected}: {messages:#?}"
        );
    }
    assert_eq!(problems.len(), 10);
}

#[test]
fn what_is_chosen_by_search_has_to_be_searchable() {
    static UNSEARCHED: LocalModule = LocalModule {
        admin: || vec![ModelAdmin::of::<Item>(), ModelAdmin::of::<Offer>().autocomplete(["item"])],
        ..SHOP
    };
    static SEARCHED: LocalModule = LocalModule {
        admin: || {
            vec![
                ModelAdmin::of::<Item>().search_fields(["name"]),
                ModelAdmin::of::<Offer>().autocomplete(["item"]),
            ]
        },
        ..SHOP
    };
    assert_eq!(problems_of(&[&UNSEARCHED])[0].id, "admin.E004");
    let problems = problems_of(&[&SEARCHED]);
    assert!(problems.iter().all(|problem| !problem.id.starts_with("admin.")), "{problems:?}");
}
