//! The models of a plan.

use module_api::model::{FieldInfo, FieldKind, ManyToManyInfo, ModelInfo};

use crate::support::{Small, only_problem, plan};

const ID: FieldInfo =
    FieldInfo { blank: true, unique: true, ..FieldInfo::new("id", FieldKind::Id) };

const fn model(label: &'static str, table: &'static str) -> ModelInfo {
    ModelInfo {
        label,
        path: "things::Thing",
        table,
        verbose_name: "thing",
        verbose_name_plural: "things",
        fields: &[ID],
        many_to_many: &[],
        many_through: &[],
        ordering: &[],
        display: &[],
        unique_together: &[],
        indexes: &[],
        natural_key: &[],
        found_by_natural_key: false,
        constraints: &[],
        rules: &[],
    }
}

static BOOK: ModelInfo = model("library.book", "library_book");
static SAME_LABEL: ModelInfo = model("library.Book", "shop_book");
static SAME_TABLE: ModelInfo = model("shop.book", "library_book");
static BETWEEN: ModelInfo = ModelInfo {
    many_to_many: &[ManyToManyInfo {
        name: "books",
        verbose_name: "books",
        help_text: "",
        blank: true,
        target: || &BOOK,
        table: "library_book",
        source_column: "shelf_id",
        target_column: "book_id",
        through: None,
    }],
    ..model("shop.shelf", "shop_shelf")
};

fn module(name: &'static str, model: &'static ModelInfo) -> Small {
    Small { models: Box::leak(Box::new([model])), ..Small::new(name) }
}

#[test]
fn a_label_of_two_modules_names_both() {
    let modules = [module("library", &BOOK), module("shop", &SAME_LABEL)];
    let problem = only_problem(&modules, "");
    assert_eq!(problem.id, "models.E001");
    assert_eq!(problem.modules, ["library", "shop"]);
    assert_eq!(problem.message, "`library` and `shop` both have a model `library.Book`");
}

#[test]
fn a_table_of_two_models_names_both() {
    for (other, label) in [(&SAME_TABLE, "shop.book"), (&BETWEEN, "shop.shelf")] {
        let problem = only_problem(&[module("library", &BOOK), module("shop", other)], "");
        assert_eq!(problem.id, "models.E002");
        assert_eq!(problem.modules, ["library", "shop"]);
        assert_eq!(
            problem.message,
            format!(
                "the models `library.book` of `library` and `{label}` of `shop` both have the \
                 table `library_book`"
            )
        );
    }
}

#[test]
fn a_module_that_is_switched_off_brings_no_models() {
    let modules = [module("library", &BOOK), module("shop", &SAME_LABEL)];
    assert!(plan(&modules, "[default.modules.shop]\nenabled = false").is_ok());
}
