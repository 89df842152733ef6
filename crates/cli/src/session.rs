//! What commands share: where the state is, which cloud is spoken to.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use strata_engine::{Engine, Limits, Patience};
use strata_graph::Scope;
use strata_plan::ScopeState;
use strata_provider_aws::client::Artifacts;
use strata_provider_aws::{AwsProvider, Credentials, Settings};
use strata_store::{SqliteStore, Starter, Store};

use crate::arguments::Arguments;
use crate::failure::Failure;
use crate::sandbox;

/// Where the state is and which cloud is spoken to.
#[derive(Debug)]
pub struct Session {
    folder: PathBuf,
    endpoint: Option<String>,
    sandbox: bool,
}

impl Session {
    /// The session of the arguments. Starts nothing.
    pub fn new(arguments: &Arguments) -> Self {
        let folder = arguments.state.clone().unwrap_or_else(|| PathBuf::from(".strata"));
        // Another cloud is another state, whoever asks.
        let folder = if arguments.sandbox { folder.join("sandbox") } else { folder };
        Self { folder, endpoint: arguments.endpoint_url.clone(), sandbox: arguments.sandbox }
    }

    /// Whether an emulator is spoken to.
    pub fn emulator(&self) -> bool {
        self.sandbox || self.endpoint.is_some()
    }

    /// The folder of the state.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The states, without making a folder where there is none.
    pub async fn states(&self) -> Result<BTreeMap<Scope, ScopeState>, Failure> {
        if !self.folder.join("state.db").exists() {
            return Ok(BTreeMap::new());
        }
        let states = self.store().await?.scopes().await?;
        Ok(states.into_iter().map(|state| (state.scope.clone(), state)).collect())
    }

    /// The store.
    pub async fn store(&self) -> Result<SqliteStore, Failure> {
        Ok(SqliteStore::open(&self.folder).await?)
    }

    /// The AWS provider; starts the sandbox where it is asked for and does not run.
    pub fn provider(&self, artifacts: BTreeMap<String, Arc<[u8]>>) -> Result<AwsProvider, Failure> {
        let endpoint_url = if self.sandbox { Some(sandbox::ensure()?.url()) } else { self.endpoint.clone() };
        let named = std::env::var_os("AWS_ACCESS_KEY_ID").is_some() || std::env::var_os("AWS_PROFILE").is_some();
        Ok(AwsProvider::new(Settings {
            emulator: endpoint_url.is_some(),
            // An emulator checks no credentials, and must never see real ones; another endpoint gets them only if named.
            credentials: if self.sandbox || (endpoint_url.is_some() && !named) { Credentials::Emulator } else { Credentials::DefaultChain },
            endpoint_url,
            artifacts: Artifacts::new(artifacts),
        }))
    }

    /// The engine over this session's store and provider.
    pub async fn engine(
        &self,
        artifacts: BTreeMap<String, Arc<[u8]>>,
        parallel: usize,
    ) -> Result<(Engine, Arc<SqliteStore>, Arc<AwsProvider>), Failure> {
        let provider = Arc::new(self.provider(artifacts)?);
        let store = Arc::new(self.store().await?);
        let (limits, patience) =
            if self.emulator() { (Limits::emulator(parallel), Patience::EMULATOR) } else { (Limits::cloud(parallel), Patience::CLOUD) };
        let shared: Arc<dyn Store> = store.clone();
        Ok((Engine::new(provider.clone(), shared, strata_aws::contracts(), limits, patience), store, provider))
    }

    /// Who runs this.
    pub fn starter(approval: Option<String>) -> Starter {
        let user = std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_else(|_| "unknown".to_owned());
        let host = std::fs::read_to_string("/etc/hostname").map(|name| name.trim().to_owned()).unwrap_or_else(|_| "unknown".to_owned());
        Starter { user, host, process: std::process::id(), approval }
    }

    /// The options that lead another command to the same state and cloud.
    pub fn options(&self, arguments: &Arguments) -> String {
        let mut text = String::new();
        for file in &arguments.files {
            text.push_str(&format!(" -f {}", file.display()));
        }
        if let Some(waivers) = &arguments.waivers {
            text.push_str(&format!(" --waivers {}", waivers.display()));
        }
        if let Some(rules) = &arguments.rules {
            text.push_str(&format!(" --rules {}", rules.display()));
        }
        if let Some(state) = &arguments.state {
            text.push_str(&format!(" --state {}", state.display()));
        }
        if self.sandbox {
            text.push_str(" --sandbox");
        }
        if let Some(url) = &self.endpoint {
            text.push_str(&format!(" --endpoint-url {url}"));
        }
        text
    }
}
