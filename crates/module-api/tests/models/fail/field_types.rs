//! Errors of the derive: field types.

use module_api::model::Model;

type Name = String;

#[derive(Model)]
#[model(label = "app.types")]
struct Types {
    id: i64,
    count: u32,
    small: u8,
    size: usize,
    middle: u16,
    short: i8,
    price: f32,
    letter: char,
    borrowed: &'static str,
    tags: Vec<String>,
    since: std::time::SystemTime,
    boxed: Box<i32>,
    name: Name,
    pair: (i32, i32),
    twice: Option<Option<i32>>,
    unsigned: Option<u64>,
}

fn main() {}
