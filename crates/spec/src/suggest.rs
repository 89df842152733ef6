//! "Did you mean": the nearest of the words that would have been right.

/// The candidate nearest to `word`, if it is near enough to be a likely slip (Damerau-Levenshtein distance of at most a
/// third of the word's length, at least one). The first wins a tie, so the order of candidates decides.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (word.chars().count() / 3).max(1);
    let lower = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// "`a`, `b` or `c`".
pub(crate) fn list<S: AsRef<str>>(words: impl IntoIterator<Item = S>) -> String {
    join(words, "or")
}

fn join<S: AsRef<str>>(words: impl IntoIterator<Item = S>, last_word: &str) -> String {
    let quoted: Vec<String> = words.into_iter().map(|word| format!("`{}`", word.as_ref())).collect();
    match quoted.split_last() {
        None => "nothing".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} {last_word} {last}", rest.join(", ")),
    }
}

/// The hint for a wrong word: the nearest if there is one, and all that are allowed while they are few.
pub(crate) fn hint(word: &str, allowed: &[&str], what: &str) -> String {
    let near = nearest(word, allowed.iter().copied()).map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
    if allowed.is_empty() {
        return format!("none is declared{}{what}", if what.is_empty() { "" } else { " " });
    }
    if !near.is_empty() && allowed.len() > 16 {
        return near.trim_end().to_owned();
    }
    format!("{near}{what} {}", join(allowed, "and")).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words() {
        assert_eq!(nearest("servces", ["services", "resources"]), Some("services"));
        assert_eq!(nearest("Web", ["web"]), Some("web"));
        assert_eq!(nearest("banana", ["services", "resources"]), None);
        assert_eq!(list(["a", "b", "c"]), "`a`, `b` or `c`");
        assert_eq!(list(["a"]), "`a`");
        assert_eq!(hint("raed", &["read", "write"], "the verbs are"), "did you mean `read`? the verbs are `read` and `write`");
    }
}
