//! Range requests (RFC 9110, 14).

/// The result of a `Range` header for a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ranged {
    /// The whole file: there is no header, or it is ignored.
    Whole,
    /// The bytes from the first offset up to, not including, the second.
    Part(usize, usize),
    /// No byte of the file.
    Unsatisfiable,
}

/// Parses `bytes=…`. Multiple ranges are ignored, as the standard allows.
pub(crate) fn parse(header: Option<&str>, length: usize) -> Ranged {
    let spec = header.and_then(|header| header.trim().strip_prefix("bytes="));
    let Some((first, last)) = spec.and_then(|spec| spec.split_once('-')) else {
        return Ranged::Whole;
    };
    let number = |text: &str| {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| text.parse().unwrap_or(usize::MAX))
    };
    let (from, to) = match (number(first.trim()), number(last.trim())) {
        (Some(first), None) if last.trim().is_empty() => (first, length),
        (Some(first), Some(last)) if first <= last => (first, last.saturating_add(1).min(length)),
        (None, Some(suffix)) if first.trim().is_empty() => (length.saturating_sub(suffix), length),
        _ => return Ranged::Whole,
    };
    if from < to { Ranged::Part(from, to) } else { Ranged::Unsatisfiable }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_range_is_read_as_the_standard_says() {
        let of_ten = |header| parse(Some(header), 10);
        assert_eq!(of_ten("bytes=0-4"), Ranged::Part(0, 5));
        assert_eq!(of_ten("bytes=4-"), Ranged::Part(4, 10));
        assert_eq!(of_ten("bytes=-3"), Ranged::Part(7, 10));
        assert_eq!(of_ten("bytes=-30"), Ranged::Part(0, 10));
        assert_eq!(of_ten("bytes=8-99999999999999999999999"), Ranged::Part(8, 10));
        assert_eq!(of_ten("bytes=10-"), Ranged::Unsatisfiable);
        assert_eq!(of_ten("bytes=10-12"), Ranged::Unsatisfiable);
        assert_eq!(of_ten("bytes=-0"), Ranged::Unsatisfiable);
        assert_eq!(parse(None, 10), Ranged::Whole);
        for ignored in
            ["bytes=4-2", "bytes=a-b", "bytes=0-1,3-4", "lines=1-2", "bytes=-", "bytes=1"]
        {
            assert_eq!(of_ten(ignored), Ranged::Whole, "{ignored}");
        }
    }

    proptest! {
        #[test]
        fn a_part_is_within_the_file_whatever_is_asked_for(
            header in "(bytes=)?([0-9]{1,22}|-|,| |\\PC){0,6}",
            length in 0..100_usize,
        ) {
            if let Ranged::Part(from, to) = parse(Some(&header), length) {
                prop_assert!(from < to && to <= length, "{}..{} of {}", from, to, length);
            }
        }

        #[test]
        fn a_part_is_what_was_asked_for(first: u8, last: u8, length in 0..300_usize) {
            let (from, to) = (usize::from(first), usize::from(last));
            let expected = if from > to {
                Ranged::Whole
            } else if from >= length {
                Ranged::Unsatisfiable
            } else {
                Ranged::Part(from, length.min(to + 1))
            };
            prop_assert_eq!(parse(Some(&format!("bytes={first}-{last}")), length), expected);
            let suffix = match to.min(length) {
                0 => Ranged::Unsatisfiable,
                count => Ranged::Part(length - count, length),
            };
            prop_assert_eq!(parse(Some(&format!("bytes=-{last}")), length), suffix);
        }
    }
}
