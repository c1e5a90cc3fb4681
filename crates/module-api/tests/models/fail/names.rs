//! Errors of the derive: names.

use module_api::model::{ForeignKey, Model};

#[derive(Model)]
#[model(
    label = "app.other",
    ordering = ["titel"],
    unique_together = [["title", "nothing"]],
    indexes = [["letting_id"]],
    natural_key = ["title", "title"],
    display = "{name} {title.first}"
)]
struct Other {
    id: i64,
    #[model(max_length = 8)]
    title: String,
    #[model(on_delete = cascade)]
    letting: ForeignKey<Other>,
}

#[derive(Model)]
#[model(label = "app.shapes", ordering = "id", unique_together = ["id"], indexes = [[]], display = "{id")]
struct Shapes {
    id: i64,
}

#[derive(Model)]
#[model(label = "app.twice", ordering = ["id", "-id"], natural_key = [id], display = "}")]
struct Twice {
    id: i64,
}

fn main() {}
