//! Diagnostics: a stable code, the span in the user's file, and a hint.
