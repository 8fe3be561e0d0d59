//! Header fields with one legal value.

use crate::ConsensusError;

/// The field must not be there.
pub(crate) fn absent<T: std::fmt::Display>(
    field: &'static str,
    found: Option<&T>,
) -> Result<(), ConsensusError> {
    found.map_or(Ok(()), |found| {
        Err(ConsensusError::FixedField {
            field,
            expected: "absent".to_owned(),
            found: found.to_string(),
        })
    })
}

/// The field must be there with this value.
pub(crate) fn fixed_option<T: PartialEq + std::fmt::Display>(
    field: &'static str,
    found: Option<&T>,
    expected: &T,
) -> Result<(), ConsensusError> {
    match found {
        Some(found) => fixed(field, found, expected),
        None => Err(ConsensusError::FixedField {
            field,
            expected: expected.to_string(),
            found: "absent".to_owned(),
        }),
    }
}

/// The field must have this value.
pub(crate) fn fixed<T: PartialEq + std::fmt::Display>(
    field: &'static str,
    found: &T,
    expected: &T,
) -> Result<(), ConsensusError> {
    if found == expected {
        return Ok(());
    }
    Err(ConsensusError::FixedField {
        field,
        expected: expected.to_string(),
        found: found.to_string(),
    })
}

/// The field must be there.
pub(crate) fn present<T>(field: &'static str, found: Option<&T>) -> Result<(), ConsensusError> {
    if found.is_some() {
        return Ok(());
    }
    Err(ConsensusError::FixedField {
        field,
        expected: "present".to_owned(),
        found: "absent".to_owned(),
    })
}
