//! Places: paths beside the file, container images, web addresses.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::{Kind, Name, text_value};

/// A path relative to the application file; it never leaves that file's folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalPath(Arc<str>);

impl LocalPath {
    /// The text as written, with forward slashes.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LocalPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for LocalPath {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        if text.starts_with('/') || text.starts_with('~') || text.contains(':') {
            return Err("it must be relative to the application file".into());
        }
        if text.contains('\\') {
            return Err("folders are separated by `/`".into());
        }
        if text.split('/').any(|part| part == "..") {
            return Err("it may not leave the folder of the application file".into());
        }
        if text.is_empty() || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(String::new());
        }
        Ok(Self(text.into()))
    }
}

pub(crate) static LOCAL_PATH: Kind = Kind {
    name: "local-path",
    noun: "a path beside the application file",
    hint: "A path starts at the folder of the application file and stays in it: `./web`.",
    pattern: "^(?!/)(?!.*\\.\\.)[^\\s:\\\\]+$",
    check: |text| text.parse::<LocalPath>().map(|_| ()),
    number: false,
};
text_value!(LocalPath, "local-path");

/// A container image: the name of a service, whose image is taken, or a reference into a registry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ImageReference {
    /// A plain word is a service of this application.
    Service(Name),
    /// Anything with a slash, a colon or a dot is a reference such as `public.ecr.aws/nginx/nginx:1.29`.
    Registry(Arc<str>),
}

impl fmt::Display for ImageReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ImageReference::Service(name) => name.fmt(f),
            ImageReference::Registry(text) => f.write_str(text),
        }
    }
}

impl FromStr for ImageReference {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        if !text.contains(['/', ':', '.', '@']) {
            return text.parse().map(Self::Service);
        }
        let fits = |c: char| c.is_ascii_alphanumeric() || "._-/:@".contains(c);
        if text.len() > 512
            || !text.chars().all(fits)
            || !text.starts_with(|c: char| c.is_ascii_alphanumeric())
            || text.ends_with([':', '/', '@'])
        {
            return Err(String::new());
        }
        Ok(Self::Registry(text.into()))
    }
}

pub(crate) static IMAGE_REFERENCE: Kind = Kind {
    name: "image",
    noun: "a container image",
    hint: "An image is the name of a service, or a reference with registry and tag: `public.ecr.aws/nginx/nginx:1.29`.",
    pattern: "^[A-Za-z0-9][A-Za-z0-9._/:@-]*$",
    check: |text| text.parse::<ImageReference>().map(|_| ()),
    number: false,
};
text_value!(ImageReference, "image");

/// A path of a web address: `/ready`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UrlPath(Arc<str>);

impl UrlPath {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UrlPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for UrlPath {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        if !text.starts_with('/') {
            return Err("it must start with a slash".into());
        }
        if text.len() > 1024 || text.chars().any(|c| c.is_whitespace() || c.is_control() || "?#".contains(c)) {
            return Err("it may not hold spaces, `?` or `#`".into());
        }
        Ok(Self(text.into()))
    }
}

pub(crate) static URL_PATH: Kind = Kind {
    name: "url-path",
    noun: "a path of a web address",
    hint: "A path starts with a slash: `/ready`.",
    pattern: "^/[^\\s?#]*$",
    check: |text| text.parse::<UrlPath>().map(|_| ()),
    number: false,
};
text_value!(UrlPath, "url-path");

/// A web address by TLS: `https://id.acme.example`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HttpsUrl(Arc<str>);

impl HttpsUrl {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HttpsUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for HttpsUrl {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let rest = text.strip_prefix("https://").ok_or("it must start with `https://`")?;
        let host = rest.split(['/', ':']).next().unwrap_or_default();
        if host.is_empty() || text.contains('@') || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(String::new());
        }
        Ok(Self(text.into()))
    }
}

pub(crate) static HTTPS_URL: Kind = Kind {
    name: "https-url",
    noun: "a web address",
    hint: "A web address starts with `https://` and carries no user or password: `https://id.acme.example`.",
    pattern: "^https://[^\\s@]+$",
    check: |text| text.parse::<HttpsUrl>().map(|_| ()),
    number: false,
};
text_value!(HttpsUrl, "https-url");

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn paths_stay_in_their_folder() {
        for good in ["./web", "fn/receipt", "./fares/install.sh", "."] {
            assert_eq!(good.parse::<LocalPath>().unwrap().as_str(), good);
        }
        for bad in ["", "/etc/passwd", "../x", "./a/../../b", "~/x", "C:\\x", "a b", "https://x.example"] {
            assert!(bad.parse::<LocalPath>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_word_is_a_service() {
        assert!(matches!("api".parse().unwrap(), ImageReference::Service(_)));
        assert!(matches!("public.ecr.aws/nginx/nginx:1.29".parse().unwrap(), ImageReference::Registry(_)));
        for bad in ["", "Api", "nginx:", "a b:c", "-x/y"] {
            assert!(bad.parse::<ImageReference>().is_err(), "{bad}");
        }
    }

    #[test]
    fn web_addresses() {
        assert!("/ready".parse::<UrlPath>().is_ok());
        assert!("ready".parse::<UrlPath>().is_err());
        assert!("https://id.acme.example".parse::<HttpsUrl>().is_ok());
        for bad in ["http://id.acme.example", "https://", "https://user:pass@id.acme.example", "https:// x"] {
            assert!(bad.parse::<HttpsUrl>().is_err(), "{bad}");
        }
    }
}
