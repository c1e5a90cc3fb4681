//! Compiler errors of the derive: normal forms.

use module_api::model::Model;

fn small(text: &str) -> String {
    text.to_lowercase()
}

#[derive(Model)]
#[model(label = "app.letting", found_by_natural_key)]
struct Letting {
    id: i64,
    #[model(normalize = small)]
    number: i32,
    #[model(max_length = 8, normalize)]
    title: String,
}

fn main() {}
