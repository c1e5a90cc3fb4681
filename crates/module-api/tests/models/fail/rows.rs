//! Misuse of `#[derive(FromRow)]`.

use module_api::db::FromRow;

#[derive(FromRow)]
enum NoStruct {
    First,
}

#[derive(FromRow)]
struct NoFields;

#[derive(FromRow)]
struct Borrowed<'a> {
    title: &'a str,
}

#[derive(FromRow)]
struct Attributes {
    #[row(name = "title")]
    unknown: String,
    #[row(column = "a", column = "b")]
    twice: String,
    #[row(column)]
    without_value: String,
    #[row(column = title)]
    no_text: String,
    #[row(with = "function")]
    no_name: String,
    #[row(flatten, column = "title")]
    contrary: Whole,
}

#[derive(FromRow)]
struct Whole {
    id: i64,
}

#[derive(FromRow)]
struct Types {
    price: f32,
    #[row(flatten)]
    inner: String,
    #[row(with = is_set)]
    wrong_result: i64,
}

fn is_set(number: i64) -> bool {
    number != 0
}

fn main() {}
