//! Models of existing tables, as `inspectdb` wrote them.
//!
//! Comments name what no attribute describes. Where a database leaves it to Django what
//! becomes of a row when the one it refers to is deleted, `on_delete` is `protect`: correct it.

use module_api::model::{ForeignKey, Model};
use module_api::time::UtcDateTime;

#[derive(Debug, Clone, Model)]
#[model(label = "polls.choice")]
pub struct Choice {
    pub id: i64,
    #[model(on_delete = protect)]
    pub question: ForeignKey<Question>,
    #[model(max_length = 200)]
    pub choice_text: String,
    pub votes: i32,
}

#[derive(Debug, Clone, Model)]
#[model(label = "polls.question")]
pub struct Question {
    pub id: i64,
    #[model(max_length = 200)]
    pub question_text: String,
    pub pub_date: UtcDateTime,
}
