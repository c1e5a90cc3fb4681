//! Errors of the derive: foreign keys.

use module_api::model::{ForeignKey, Model};

#[derive(Model)]
#[model(label = "app.other")]
struct Other {
    id: i64,
}

#[derive(Model)]
#[model(label = "app.keys")]
struct Keys {
    id: i64,
    silent: ForeignKey<Other>,
    #[model(on_delete = set_null)]
    freed: ForeignKey<Other>,
    #[model(on_delete = restrict)]
    restricted: ForeignKey<Other>,
    #[model(on_delete = "cascade")]
    quoted: ForeignKey<Other>,
    #[model(on_delete = cascade, unique)]
    unique: ForeignKey<Other>,
    #[model(on_delete = cascade, index)]
    indexed: ForeignKey<Other>,
    #[model(on_delete = cascade, default = 1)]
    preset: ForeignKey<Other>,
    #[model(on_delete = cascade)]
    nowhere: ForeignKey,
    #[model(on_delete = cascade, max_length = 3)]
    long: ForeignKey<Other>,
    #[model(on_delete = cascade, choices = [(1, "one")])]
    chosen: ForeignKey<Other>,
}

fn main() {}
