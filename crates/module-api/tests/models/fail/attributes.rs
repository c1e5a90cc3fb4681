//! Errors of the derive: attributes.

use module_api::model::Model;

#[derive(Model)]
#[model(label = "app.unknown", tabel = "app", verbose = "x", zzz)]
struct Unknown {
    id: i64,
}

#[derive(Model)]
#[model(label = "app.fields")]
struct Fields {
    id: i64,
    #[model(max_lenght = 8)]
    title: String,
    #[model(null)]
    number: i32,
    #[model(primary_key)]
    key: i64,
    #[model(auto_now_add)]
    created: i64,
    #[model(db_column = "x", db_index)]
    named: i64,
    #[model(min_value = 3)]
    least: i64,
    #[model(ordering = ["id"])]
    ordered: i64,
}

#[derive(Model)]
#[model(label = "app.twice", label = "app.twice")]
#[model(table = "a")]
#[model(table = "b")]
struct Twice {
    id: i64,
}

#[derive(Model)]
#[model(label = "app.twice_in_field")]
struct TwiceInField {
    id: i64,
    #[model(blank, blank)]
    #[model(min = 1, min = 2)]
    number: i32,
}

#[derive(Model)]
#[model(label = "app.syntax")]
struct Syntax {
    id: i64,
    #[model]
    bare: i32,
    #[model(min(3))]
    parentheses: i32,
    #[model(min = 3 max = 4)]
    comma: i32,
    #[model(min = )]
    nothing: i32,
    #[model("min")]
    text: i32,
    #[model(blank = true)]
    flag: i32,
    #[model(validate = "path")]
    rule: i32,
}

fn main() {}
