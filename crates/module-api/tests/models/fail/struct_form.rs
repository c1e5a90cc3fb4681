//! Errors of the derive: struct form.

use module_api::model::Model;

#[derive(Model)]
#[model(label = "app.kind")]
enum Kind {
    Small,
}

#[derive(Model)]
#[model(label = "app.point")]
struct Point(i64, i32);

#[derive(Model)]
#[model(label = "app.nothing")]
struct Nothing;

#[derive(Model)]
#[model(label = "app.holder")]
struct Holder<T> {
    id: i64,
    value: T,
}

#[derive(Model)]
#[model(label = "app.borrowed")]
struct Borrowed<'a> {
    id: i64,
    text: &'a str,
}

fn main() {}
