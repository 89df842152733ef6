//! Rules, standards, verdicts.
