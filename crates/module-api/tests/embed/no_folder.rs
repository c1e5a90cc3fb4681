//! The argument is not the name of a folder.

fn main() {
    let _ = module_api::embed!(templates);
}
