//! Errors of the derive: label.

use module_api::model::Model;

#[derive(Model)]
struct Missing {
    id: i64,
}

#[derive(Model)]
#[model(label = "letting")]
struct OnePart {
    id: i64,
}

#[derive(Model)]
#[model(label = "lettings.Letting")]
struct Capital {
    id: i64,
}

#[derive(Model)]
#[model(label = "a.b.c")]
struct ThreeParts {
    id: i64,
}

#[derive(Model)]
#[model(label = letting)]
struct NoText {
    id: i64,
}

#[derive(Model)]
#[model(label)]
struct NoValue {
    id: i64,
}

fn main() {}
