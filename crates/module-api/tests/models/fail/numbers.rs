//! Errors of the derive: numbers.

use module_api::model::Model;

#[derive(Model)]
#[model(label = "app.numbers")]
struct Numbers {
    id: i64,
    #[model(max_length = 3)]
    length: i32,
    #[model(exact_length = 3)]
    exact: i64,
    #[model(email)]
    email: i32,
    #[model(long_text)]
    long: bool,
    #[model(min = 3, max = 2)]
    crossed: i32,
    #[model(positive, min = -1)]
    below: i32,
    #[model(max = 3000000000)]
    wide: i32,
    #[model(max = 40000)]
    narrow: i16,
    #[model(max = 99999999999999999999)]
    wider: i64,
    #[model(min = "0")]
    quoted: i32,
    #[model(positive = true)]
    valued: i32,
    #[model(one_to_one)]
    plain: i64,
    #[model(on_delete = cascade)]
    deleted: i64,
    #[model(min = 0)]
    truth: bool,
}

fn main() {}
