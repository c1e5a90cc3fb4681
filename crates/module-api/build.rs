//! Nothing to build: Cargo asks for a build script wherever `links` is set.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
}
