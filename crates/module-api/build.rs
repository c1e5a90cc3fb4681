//! An empty build script: Cargo requires one wherever `links` is set.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
}
