//! What stands there is no name of a folder.

fn main() {
    let _ = module_api::embed!(templates);
}
