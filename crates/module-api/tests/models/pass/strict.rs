//! Generated code gives no warning, whatever lints the program enables.

#![deny(warnings, missing_docs, unreachable_pub, unused_qualifications)]
#![forbid(unsafe_code)]

/// Public and private ones.
pub mod models {
    use module_api::model::{ForeignKey, ManyToMany, Model};

    /// A model whose fields are public.
    #[derive(Debug, Model)]
    #[model(label = "strict.open", display = "{title}")]
    pub struct Open {
        /// The primary key.
        pub id: i64,
        /// The title.
        #[model(max_length = 8)]
        pub title: String,
        /// One that only this crate sees.
        #[model(on_delete = set_null)]
        pub(crate) closed: Option<ForeignKey<Closed>>,
        /// Others like it.
        pub others: ManyToMany<Self>,
    }

    /// One that only this crate sees.
    #[derive(Model)]
    #[model(label = "strict.closed", display = "{other.title}")]
    pub(crate) struct Closed {
        pub(crate) id: i64,
        #[model(on_delete = cascade, one_to_one)]
        other: ForeignKey<Open>,
        r#type: bool,
    }
}

use models::Closed;
use module_api::model::Model as _;

fn main() {
    assert_eq!(Closed::INFO.label, "strict.closed");
    assert_eq!(models::Open::CLOSED.field().column, "closed_id");
}
