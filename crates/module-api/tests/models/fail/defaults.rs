//! Errors of the derive: defaults.

use module_api::model::Model;
use module_api::time::UtcDateTime;

#[derive(Model)]
#[model(label = "app.defaults")]
struct Defaults {
    id: i64,
    #[model(default = "1")]
    number: i32,
    #[model(default = 1)]
    truth: bool,
    #[model(max_length = 8, default = 8)]
    text: String,
    #[model(max_length = 3, default = "four")]
    long: String,
    #[model(exact_length = 2, default = "x")]
    short: String,
    #[model(max_length = 2, choices = [("a", "A"), ("b", "B")], default = "c")]
    chosen: String,
    #[model(min = 3, default = 2)]
    small: i32,
    #[model(max = 3, default = 4)]
    large: i32,
    #[model(positive, default = -4)]
    negative: i64,
    #[model(default = 3000000000)]
    wide: i32,
    #[model(default = -32769)]
    narrow: i16,
    #[model(default = now)]
    now: i64,
    #[model(default = "2020-01-01")]
    since: UtcDateTime,
    #[model(default = 1.5)]
    fraction: i32,
    #[model(default)]
    open: i32,
}

fn main() {}
