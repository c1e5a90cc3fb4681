//! Errors of the derive: text.

use module_api::model::Model;

#[derive(Model)]
#[model(label = "app.text")]
struct Text {
    id: i64,
    unlimited: String,
    perhaps: Option<String>,
    #[model(long_text, max_length = 10)]
    long: String,
    #[model(email, long_text)]
    email: String,
    #[model(exact_length = 2, max_length = 3, min_length = 1)]
    exact: String,
    #[model(max_length = 0)]
    none: String,
    #[model(max_length = 99999999)]
    huge: String,
    #[model(max_length = "64")]
    quoted: String,
    #[model(max_length)]
    open: String,
    #[model(max_length = 2, min_length = 3)]
    crossed: String,
    #[model(max_length = 8, positive)]
    positive: String,
    #[model(max_length = 8, min = 3)]
    min: String,
    #[model(max_length = 8, unique, index)]
    twice: String,
}

fn main() {}
