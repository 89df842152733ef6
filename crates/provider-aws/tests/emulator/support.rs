//! The emulator, one for the process, and the life of a resource as one helper.
//!
//! Invariant: the emulator ends with the process however that ends, since it watches a pipe that the process holds.

use std::collections::BTreeMap;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::Value;
use strata_aws::AwsResource;
use strata_graph::{Address, Document, PhysicalId, Scope, Text, TypeContract, TypeName};
use strata_provider::provider::{ADDRESS_TAG, PLATFORM_TAG};
use strata_provider::{ErrorKind, Observation, Placement, Provider, ProviderError, Readiness, Request};
use strata_provider_aws::{AwsProvider, Credentials, Settings};

/// The name of the platform in every test.
pub const PLATFORM: &str = "acme";
/// The region of every test.
pub const REGION: &str = "us-east-1";

/// Ends itself when standard input closes, which the operating system does when we end.
const WATCHED: &str = "
import os, sys, threading
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
from moto.server import main
main(sys.argv[1:])
";

struct Emulator {
    url: String,
    // Held for its pipe.
    _child: Child,
}

/// The `python` beside the emulator's own program.
fn python() -> PathBuf {
    let program = match std::env::var_os("STRATA_TEST_MOTO") {
        Some(path) => PathBuf::from(path),
        None => {
            let tool = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/tools/environment");
            let made = Command::new(&tool).arg("moto").stderr(Stdio::inherit()).output().unwrap();
            assert!(made.status.success(), "{} moto failed", tool.display());
            Path::new(String::from_utf8(made.stdout).unwrap().trim()).join("bin/moto_server")
        }
    };
    program.with_file_name("python")
}

fn start() -> Emulator {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut child = Command::new(python())
        .args(["-c", WATCHED, "-H", "127.0.0.1", "-p", &port.to_string()])
        .env("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
        .env("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
        .env("MOTO_ACM_VALIDATION_WAIT", "0")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(std::env::var_os("STRATA_TEST_MOTO_LOG").map_or_else(Stdio::null, |path| std::fs::File::create(path).unwrap().into()))
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(child.try_wait().unwrap().is_none(), "the emulator ended at its start");
        assert!(begun.elapsed() < Duration::from_secs(120), "the emulator does not answer");
        std::thread::sleep(Duration::from_millis(100));
    }
    Emulator { url: format!("http://127.0.0.1:{port}"), _child: child }
}

/// Settings that lead to the emulator.
pub fn emulator() -> Settings {
    static EMULATOR: OnceLock<Emulator> = OnceLock::new();
    Settings {
        endpoint_url: Some(EMULATOR.get_or_init(start).url.clone()),
        emulator: true,
        credentials: Credentials::Emulator,
        artifacts: crate::data::artifacts(),
    }
}

/// An account of one test's own.
pub struct Bench {
    provider: std::sync::Arc<AwsProvider>,
    placement: Placement,
}

/// A resource that stands.
#[derive(Debug, Clone)]
pub struct Made<R> {
    /// Its address.
    pub address: Address,
    /// What AWS calls it.
    pub id: PhysicalId,
    /// What it is, ownership tags among its tags.
    pub resource: R,
    /// What it gives.
    pub outputs: BTreeMap<String, String>,
}

impl<R> Made<R> {
    /// An output.
    pub fn output(&self, name: &str) -> Text {
        let value = self.outputs.get(name);
        value.unwrap_or_else(|| panic!("{} has no output {name}", self.address)).as_str().into()
    }
}

fn owned<R: AwsResource>(address: &Address, mut resource: R) -> R {
    if let Some(tags) = resource.tags_mut() {
        tags.insert(ADDRESS_TAG.to_owned(), address.to_string().into());
        tags.insert(PLATFORM_TAG.to_owned(), PLATFORM.into());
    }
    resource
}

fn remove(value: &mut Value, path: &str) {
    match (value, path.split_once('.')) {
        (Value::Object(map), None) => {
            map.remove(path);
        }
        (Value::Object(map), Some((first, rest))) => {
            if let Some(inner) = map.get_mut(first) {
                remove(inner, rest);
            }
        }
        (Value::Array(items), _) => items.iter_mut().for_each(|item| remove(item, path)),
        _ => {}
    }
}

fn sort(value: &mut Value, path: &str) {
    match (value, path.split_once('.')) {
        (Value::Array(items), _) => items.iter_mut().for_each(|item| sort(item, path)),
        (Value::Object(map), None) => {
            if let Some(Value::Array(items)) = map.get_mut(path) {
                items.sort_by_key(ToString::to_string);
            }
        }
        (Value::Object(map), Some((first, rest))) => {
            if let Some(inner) = map.get_mut(first) {
                sort(inner, rest);
            }
        }
        _ => {}
    }
}

/// What plan and engine compare: without what no call returns, lists without order sorted.
pub fn normal(document: &Document, contract: &TypeContract) -> Value {
    let mut value = Value::Object((*document.0).clone());
    for path in contract.unobservable {
        remove(&mut value, path);
    }
    for path in contract.unordered {
        sort(&mut value, path);
    }
    value
}

impl Bench {
    /// A bench in an account of its own, by a number of at most eight digits that no other test uses.
    pub fn new(number: u32) -> Self {
        let account_id = format!("7777{number:08}");
        Self {
            provider: std::sync::Arc::new(AwsProvider::new(emulator())),
            placement: Placement {
                account: "test".to_owned(),
                role: Some(format!("arn:aws:iam::{account_id}:role/strata")),
                account_id,
                region: REGION.to_owned(),
            },
        }
    }

    /// A bench that speaks to a recording server.
    pub fn recorded(recorder: &crate::recorder::Recorder) -> Self {
        Self {
            provider: std::sync::Arc::new(recorder.provider()),
            placement: Placement {
                account: "test".to_owned(),
                account_id: crate::recorder::ACCOUNT.to_owned(),
                role: None,
                region: REGION.to_owned(),
            },
        }
    }

    /// The account's twelve digits.
    pub fn account_id(&self) -> &str {
        &self.placement.account_id
    }

    /// The clients, for a change behind our back.
    pub async fn cloud(&self) -> std::sync::Arc<strata_provider_aws::Cloud> {
        self.provider.cloud(&self.placement).await.unwrap()
    }

    /// An address of a type's kind.
    pub fn address<R: AwsResource>(&self, name: &str) -> Address {
        Address::new(Scope::Network("test".into()), R::CONTRACT.kind, name)
    }

    /// One observation.
    pub async fn observe<R: AwsResource>(
        &self,
        address: &Address,
        id: Option<&PhysicalId>,
        resource: &R,
    ) -> Result<Option<Observation>, ProviderError> {
        let (type_name, properties) = (TypeName(R::CONTRACT.type_name.into()), Document::of(resource).unwrap());
        self.provider.observe(&self.request(address, &type_name, id, &properties)).await
    }

    fn request<'a>(
        &'a self,
        address: &'a Address,
        type_name: &'a TypeName,
        id: Option<&'a PhysicalId>,
        properties: &'a Document,
    ) -> Request<'a> {
        Request { placement: &self.placement, platform: PLATFORM, address, type_name, id, properties }
    }

    /// Observes until it is ready.
    async fn ready<R: AwsResource>(&self, address: &Address, id: &PhysicalId, resource: &R) -> Observation {
        let begun = Instant::now();
        loop {
            let seen = self.observe(address, Some(id), resource).await.unwrap();
            let seen = seen.unwrap_or_else(|| panic!("{address} ({id:?}) is not there"));
            if seen.readiness == Readiness::Ready {
                return seen;
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "{address} stays {:?}", seen.readiness);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// The creating call alone, with ownership tags.
    pub async fn only_create<R: AwsResource>(&self, name: &str, resource: R) -> Result<PhysicalId, ProviderError> {
        let address = self.address::<R>(name);
        let resource = owned(&address, resource);
        let (type_name, properties) = (TypeName(R::CONTRACT.type_name.into()), Document::of(&resource).unwrap());
        self.provider.create(&self.request(&address, &type_name, None, &properties), &format!("token-{name}")).await
    }

    /// The changing call alone.
    pub async fn only_update<R: AwsResource>(&self, made: &Made<R>, observed: &R) -> Result<(), ProviderError> {
        let (type_name, properties) = (TypeName(R::CONTRACT.type_name.into()), Document::of(&made.resource).unwrap());
        let request = self.request(&made.address, &type_name, Some(&made.id), &properties);
        self.provider.update(&request, &Document::of(observed).unwrap()).await
    }

    /// The removing call alone.
    pub async fn only_delete<R: AwsResource>(&self, made: &Made<R>) -> Result<(), ProviderError> {
        let (type_name, properties) = (TypeName(R::CONTRACT.type_name.into()), Document::of(&made.resource).unwrap());
        self.provider.delete(&self.request(&made.address, &type_name, Some(&made.id), &properties)).await
    }

    /// The answer to a creation that is tried again while it fails in passing, as the engine does: an emulator that breaks down and one
    /// that lacks the operation look the same at first.
    pub async fn create_at_last<R: AwsResource + Clone>(&self, name: &str, resource: R) -> Result<PhysicalId, ProviderError> {
        at_last(|| self.only_create(name, resource.clone())).await
    }

    /// The same of a removal.
    pub async fn delete_at_last<R: AwsResource>(&self, made: &Made<R>) -> Result<(), ProviderError> {
        at_last(|| self.only_delete(made)).await
    }

    /// Makes a resource by the real engine, whose first call is throttled and whose process dies when the second was carried out; sees that
    /// the next run makes nothing twice, that it is what was asked for, and that it is found without its id.
    pub async fn create<R: AwsResource>(&self, name: &str, resource: R) -> Made<R> {
        let address = self.address::<R>(name);
        let before = self.observe(&address, None, &owned(&address, resource.clone())).await.unwrap();
        assert_eq!(before, None, "{address} is there before it was made");
        let resource = owned(&address, resource);
        let id = crate::engine::survives(&self.provider, &self.placement, &address, &resource).await;
        let seen = self.ready(&address, &id, &resource).await;
        self.same(&address, &seen, &resource);
        let found = self.observe(&address, None, &resource).await.unwrap();
        let found = found.unwrap_or_else(|| panic!("{address} is not found without its id"));
        assert_eq!(found.id, id, "{address} is found as something else without its id");
        self.same(&address, &found, &resource);
        let outputs: Vec<&str> = R::CONTRACT.outputs.iter().map(|output| output.name).collect();
        for name in &outputs {
            let sometimes = strata_aws::contracts().may_lack(R::CONTRACT.type_name, name);
            assert!(sometimes || seen.outputs.contains_key(*name), "{address} lacks the output {name}");
        }
        for name in seen.outputs.keys() {
            assert!(outputs.contains(&name.as_str()), "{address} gives {name}, which its contract does not name");
        }
        Made { address, id, resource, outputs: seen.outputs }
    }

    fn same<R: AwsResource>(&self, address: &Address, seen: &Observation, resource: &R) {
        let desired = normal(&Document::of(resource).unwrap(), R::CONTRACT);
        let observed = normal(&seen.properties, R::CONTRACT);
        assert_eq!(
            serde_json::to_string_pretty(&observed).unwrap(),
            serde_json::to_string_pretty(&desired).unwrap(),
            "{address}: observed (left) is not desired (right)"
        );
    }

    /// Changes a resource and sees that it is what was asked for, also when the same change is sent again because its answer was lost.
    pub async fn update<R: AwsResource>(&self, made: &mut Made<R>, change: impl FnOnce(&mut R)) {
        let before: R = self.ready(&made.address, &made.id, &made.resource).await.properties.read().unwrap();
        change(&mut made.resource);
        assert_ne!(before, made.resource, "{} is not changed", made.address);
        self.only_update(made, &before).await.unwrap_or_else(|error| panic!("{}: {error}", made.address));
        let seen = self.ready(&made.address, &made.id, &made.resource).await;
        self.same(&made.address, &seen, &made.resource);
        self.only_update(made, &before).await.unwrap_or_else(|error| panic!("{} again: {error}", made.address));
        let seen = self.ready(&made.address, &made.id, &made.resource).await;
        self.same(&made.address, &seen, &made.resource);
        made.outputs = seen.outputs;
    }

    /// Removes a resource, sees that it is gone, and that removing it again is no failure.
    pub async fn delete<R: AwsResource>(&self, made: Made<R>) {
        self.only_delete(&made).await.unwrap_or_else(|error| panic!("{}: {error}", made.address));
        let begun = Instant::now();
        while let Some(seen) = self.observe(&made.address, Some(&made.id), &made.resource).await.unwrap() {
            // What can be called back for days shows until then: on its way out is all that there is to see.
            if R::CONTRACT.is_recallable() && seen.readiness == Readiness::Deleting {
                break;
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "{} does not go: {seen:?}", made.address);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert_eq!(self.observe(&made.address, None, &made.resource).await.unwrap(), None, "{} is still found", made.address);
        self.only_delete(&made).await.unwrap_or_else(|error| panic!("{} again: {error}", made.address));
    }
}

async fn at_last<T, F: Future<Output = Result<T, ProviderError>>>(mut call: impl FnMut() -> F) -> Result<T, ProviderError> {
    for _ in 0..8 {
        match call().await {
            Err(error) if error.kind == ErrorKind::Transient => {}
            other => return other,
        }
    }
    call().await
}
