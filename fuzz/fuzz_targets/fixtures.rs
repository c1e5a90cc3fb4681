//! Fixtures: any bytes are split into elements, or refused.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    fixtures::fuzzing::elements(bytes);
});
