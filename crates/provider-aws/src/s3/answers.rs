//! Answers of an emulator in S3's own names.
//!
//! S3 names the outermost element of an answer after what is in it (`VersioningConfiguration`); moto names it after the operation
//! (`GetBucketVersioningResponse`). Python's SDK reads either, Rust's only S3's. Invariant: the real cloud's answers never pass
//! through here; the client is made with this only where the settings name an emulator.

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;

/// What moto says and what S3 says, for the operations that we call.
const NAMES: &[(&str, &str)] = &[
    ("DeleteObjectsResponse", "DeleteResult"),
    ("GetBucketLifecycleConfigurationResponse", "LifecycleConfiguration"),
    ("GetBucketLoggingResponse", "BucketLoggingStatus"),
    ("GetBucketNotificationConfigurationResponse", "NotificationConfiguration"),
    ("GetBucketNotificationResponse", "NotificationConfiguration"),
    ("GetBucketTaggingResponse", "Tagging"),
    ("GetBucketVersioningResponse", "VersioningConfiguration"),
    ("ListObjectVersionsResponse", "ListVersionsResult"),
];

/// An HTTP client whose answers bear S3's names.
#[derive(Debug)]
pub(crate) struct Renaming(pub(crate) SharedHttpClient);

#[derive(Debug)]
struct RenamingConnector(SharedHttpConnector);

impl HttpClient for Renaming {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(RenamingConnector(self.0.http_connector(settings, components)))
    }
}

impl HttpConnector for RenamingConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let answer = self.0.call(request);
        HttpConnectorFuture::new(async move {
            let mut answer = answer.await?;
            let xml = answer.headers().get("content-type").is_some_and(|kind| kind.contains("xml"));
            if xml {
                let body = ByteStream::new(answer.take_body()).collect().await;
                let body = body.map_err(|error| ConnectorError::io(error.into()))?.into_bytes();
                let renamed = std::str::from_utf8(&body).ok().and_then(renamed);
                *answer.body_mut() = renamed.map_or_else(|| SdkBody::from(body.clone()), SdkBody::from);
                answer.headers_mut().remove("content-length");
            }
            Ok(answer)
        })
    }
}

/// The answer with its outermost element renamed, where it is one of moto's.
fn renamed(xml: &str) -> Option<String> {
    NAMES.iter().find_map(|(theirs, name)| {
        let open = format!("<{theirs}");
        let start = xml.find(&open).filter(|start| *start < 200)?;
        let rest = &xml[start + open.len()..];
        // Not the beginning of a longer name.
        if rest.starts_with(|next: char| next.is_ascii_alphanumeric()) {
            return None;
        }
        let rest = rest.replacen(&format!("</{theirs}>"), &format!("</{name}>"), 1);
        Some(format!("{}<{name}{rest}", &xml[..start]))
    })
}

#[cfg(test)]
mod tests {
    use super::renamed;

    #[test]
    fn the_outermost_element_gets_its_name() {
        let theirs =
            "<?xml version=\"1.0\"?>\n<GetBucketVersioningResponse xmlns=\"x\"><Status>Enabled</Status></GetBucketVersioningResponse>";
        let ours = "<?xml version=\"1.0\"?>\n<VersioningConfiguration xmlns=\"x\"><Status>Enabled</Status></VersioningConfiguration>";
        assert_eq!(renamed(theirs).as_deref(), Some(ours));
        assert_eq!(renamed("<GetBucketVersioningResponse/>").as_deref(), Some("<VersioningConfiguration/>"));
        assert_eq!(renamed("<Tagging><TagSet/></Tagging>"), None);
    }
}
