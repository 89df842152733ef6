//! How people are reached: addresses of mail and telephone numbers, as AWS takes them in an account's contacts.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::{Kind, text_value};

/// An address of mail.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MailAddress(Arc<str>);

impl MailAddress {
    /// The text as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for MailAddress {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        // AWS: Account Management API reference, `PutAlternateContact`.
        const MOST: usize = 254;
        let Some((who, domain)) = text.split_once('@') else { return Err("it has no `@`".into()) };
        let word =
            |text: &str, more: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || more.contains(c));
        if !word(who, "+=.#|!&-") || !word(domain, ".-") || !domain.contains('.') || domain.ends_with('.') || domain.ends_with('-') {
            return Err(String::new());
        }
        if text.len() > MOST {
            return Err(format!("it has more than {MOST} characters"));
        }
        Ok(Self(text.into()))
    }
}

pub(crate) static MAIL_ADDRESS: Kind = Kind {
    name: "mail-address",
    noun: "an address of mail",
    hint: "An address of mail has a name, `@` and a domain: `security@acme.example`.",
    pattern: "^[A-Za-z0-9_+=.#|!&-]+@[A-Za-z0-9_.-]+\\.[A-Za-z0-9_]+$",
    check: |text| text.parse::<MailAddress>().map(|_| ()),
    number: false,
};
text_value!(MailAddress, "mail-address");

/// A telephone number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Telephone(Arc<str>);

impl Telephone {
    /// The text as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Telephone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Telephone {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        // AWS: Account Management API reference, `PutAlternateContact`.
        const MOST: usize = 25;
        if !text.chars().all(|c| c.is_ascii_digit() || " ()+-".contains(c)) || !text.bytes().any(|b| b.is_ascii_digit()) {
            return Err(String::new());
        }
        if text.len() > MOST {
            return Err(format!("it has more than {MOST} characters"));
        }
        Ok(Self(text.into()))
    }
}

pub(crate) static TELEPHONE: Kind = Kind {
    name: "telephone",
    noun: "a telephone number",
    hint: "A telephone number has digits, blanks, `+`, `-` and brackets, and stands in quotes: \"+1 555 0100\".",
    pattern: "^[0-9 ()+-]{1,25}$",
    check: |text| text.parse::<Telephone>().map(|_| ()),
    number: false,
};
text_value!(Telephone, "telephone");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_aws_refuses_is_refused() {
        for good in ["security@acme.example", "a.b+c@x-y.co.uk"] {
            assert!(good.parse::<MailAddress>().is_ok(), "{good}");
        }
        for bad in ["security", "@acme.example", "a@b", "a b@c.d", "a@c.", "a@b@c.d", ""] {
            assert!(bad.parse::<MailAddress>().is_err(), "{bad}");
        }
        for good in ["+1 555 0100", "(030) 123-456"] {
            assert!(good.parse::<Telephone>().is_ok(), "{good}");
        }
        for bad in ["call me", "", "+", "12345678901234567890123456", "555.0100"] {
            assert!(bad.parse::<Telephone>().is_err(), "{bad}");
        }
    }
}
