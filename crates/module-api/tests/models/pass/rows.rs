//! Structs that are read from rows, in all forms.

#![deny(warnings)]

mod letting {
    use module_api::model::{ForeignKey, Model, Projection};

    #[derive(Model)]
    #[model(label = "lettings.address")]
    pub struct Address {
        pub id: i64,
        #[model(max_length = 64, unique)]
        pub city: String,
    }

    #[derive(Model)]
    #[model(label = "lettings.letting")]
    pub struct Letting {
        pub id: i64,
        #[model(max_length = 256)]
        pub title: String,
        #[model(on_delete = set_null, blank)]
        pub address: Option<ForeignKey<Address>>,
        pub r#type: i32,
    }

    #[derive(Projection)]
    #[projection(model = self::Letting)]
    pub struct Listed {
        pub title: String,
        pub r#type: i32,
        #[projection(column = Letting::ADDRESS.to(&Address::CITY))]
        pub city: Option<String>,
        #[projection(column = Letting::TITLE, with = str_len)]
        pub length: usize,
    }

    #[allow(clippy::needless_pass_by_value, reason = "the column's value is given to it")]
    fn str_len(text: String) -> usize {
        text.len()
    }
}

// Without the trait in scope, and with names that mean something else here.
type String = ();
struct Ok;
struct Result;

#[derive(module_api::db::FromRow)]
pub struct Pair(pub i64, pub Option<bool>);

#[derive(module_api::db::FromRow)]
pub struct Row {
    pub row: i64,
    #[row(column = "SELECT", with = i64::abs)]
    pub r#type: i64,
    #[row(flatten)]
    pub pair: Pair,
}

fn main() {
    let nothing: String = ();
    let _ = (Ok, Result, nothing);
    let _ = |listed: letting::Listed| (listed.title, listed.r#type, listed.city, listed.length);
}
