//! Errors of the derive: clashes.

use module_api::model::{ForeignKey, Model};

#[derive(Model)]
#[model(label = "app.clashes")]
struct Clashes {
    id: i64,
    #[model(on_delete = cascade)]
    other: ForeignKey<Clashes>,
    other_id: i64,
    #[model(column = "other_id")]
    third: i64,
    info: bool,
    get: bool,
    #[allow(non_snake_case, reason = "it is what is tried")]
    Title: bool,
}

fn main() {}
