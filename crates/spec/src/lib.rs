//! The language of platform.yaml and app.yaml: typed, spanned, with overrides resolved.
