//! Errors of the derive: other type of that name.

use module_api::model::Model;

struct String;

#[derive(Model)]
#[model(label = "app.letting")]
struct Letting {
    id: i64,
    #[model(max_length = 8)]
    title: String,
}

fn main() {}
