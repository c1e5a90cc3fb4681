//! Errors of the derive: primary key.

use module_api::model::Model;

#[derive(Model)]
#[model(label = "app.none")]
struct None {
    #[model(max_length = 8)]
    title: String,
}

#[derive(Model)]
#[model(label = "app.empty")]
struct Empty {}

#[derive(Model)]
#[model(label = "app.later")]
struct Later {
    number: i32,
    id: i64,
}

#[derive(Model)]
#[model(label = "app.narrow")]
struct Narrow {
    id: i32,
}

#[derive(Model)]
#[model(label = "app.perhaps")]
struct Perhaps {
    id: Option<i64>,
}

#[derive(Model)]
#[model(label = "app.decorated")]
struct Decorated {
    #[model(unique, positive)]
    id: i64,
}

fn main() {}
