//! The memory of hashes, reused.

use super::super::hash_memory::HashMemory;
use super::super::{Algorithm, Verification, encode, verify};

#[test]
fn the_memory_of_a_hash_is_the_next_ones() {
    let memory = HashMemory::default();
    let address = |blocks| memory.with(blocks, |blocks| blocks.as_ptr().addr()).unwrap();
    let first = address(8);
    assert_eq!(address(8), first);
    assert_eq!(address(4), first, "of a larger one");
    let (outer, inner) = memory.with(8, |outer| (outer.as_ptr().addr(), address(8))).unwrap();
    assert_eq!(outer, first);
    assert_ne!(inner, first, "two at once");
}

#[test]
fn memory_is_larger_where_a_hash_needs_more() {
    let memory = HashMemory::default();
    for blocks in [4, 8, 200_000, 8, 19_456] {
        assert_eq!(memory.with(blocks, |memory| memory.len()).unwrap(), blocks);
    }
}

#[test]
fn the_memory_is_shared_while_somebody_holds_it() {
    let first = HashMemory::shared();
    assert!(std::sync::Arc::ptr_eq(&first, &HashMemory::shared()));
}

#[test]
fn a_hash_in_reused_memory_is_the_same() {
    let encoded = encode("kettle", Algorithm::Argon2).unwrap();
    let _shared = HashMemory::shared();
    encode("stone", Algorithm::Argon2).unwrap();
    assert_eq!(verify("kettle", &encoded, Algorithm::Argon2), Ok(Verification::Right));
    assert_eq!(verify("stone", &encoded, Algorithm::Argon2), Ok(Verification::Wrong));
}
