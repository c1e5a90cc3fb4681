//! Errors of `#[derive(Choices)]`.

use module_api::model::Choices;

#[derive(Choices)]
struct Struct {
    open: bool,
}

#[derive(Choices)]
enum Nothing {}

#[derive(Choices)]
enum WithFields {
    Open(i32),
    Closed,
}

#[derive(Choices)]
enum Mixed {
    Open = 1,
    Closed,
}

#[derive(Choices)]
enum SameValue {
    InProgress,
    #[choice(value = "in_progress")]
    Running,
}

#[derive(Choices)]
enum NumberAndText {
    #[choice(value = "open")]
    Open = 1,
}

#[derive(Choices)]
enum Attributes {
    #[choice(lable = "Open")]
    Open,
    #[choice(label = 7)]
    Closed,
}

fn main() {}
