//! The command line: commands, options and their help.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// One file in, a compliant cloud environment out.
#[derive(Debug, Parser)]
#[command(
    name = "strata",
    version,
    about = "One file in, a compliant cloud environment out",
    long_about = "Operations writes one platform.yaml, developers write one app.yaml; Strata plans, proves, builds, watches and exports the whole environment.",
    after_help = "Start with: strata init, strata check, strata plan --env dev, strata up --env dev --sandbox",
    max_term_width = 100
)]
pub struct Arguments {
    /// What to do
    #[command(subcommand)]
    pub command: Command,

    /// A specification file; give it once for each of the two [default: ./platform.yaml and ./app.yaml]
    #[arg(short = 'f', long = "file", global = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// The folder of the state [default: .strata, and .strata/sandbox with --sandbox]
    #[arg(long, global = true, value_name = "FOLDER", env = "STRATA_STATE")]
    pub state: Option<PathBuf>,

    /// Use the emulator on this machine (started when it is not running) instead of AWS
    #[arg(long, global = true, conflicts_with = "endpoint_url")]
    pub sandbox: bool,

    /// Use another endpoint than AWS's own, for other emulators
    #[arg(long, global = true, value_name = "URL")]
    pub endpoint_url: Option<String>,

    /// The folder of the waivers [default: waivers beside the platform file]
    #[arg(long, global = true, value_name = "FOLDER")]
    pub waivers: Option<PathBuf>,

    /// The folder of your own rules in Rego [default: rules beside the platform file]
    #[arg(long, global = true, value_name = "FOLDER")]
    pub rules: Option<PathBuf>,

    /// How to answer
    #[arg(long, global = true, value_enum)]
    pub format: Option<Format>,
}

/// How to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// For programs; carries a version
    Json,
    /// Static Analysis Results Interchange Format (check and comply only)
    Sarif,
    /// For a pull request (comply check only)
    Markdown,
    /// A page to read and to print (comply report only)
    Html,
    /// NIST's Open Security Controls Assessment Language (comply report only)
    Oscal,
    /// A table (comply report only)
    Csv,
    /// A picture (graph only)
    Svg,
    /// Graphviz (graph only)
    Dot,
    /// Mermaid, as Markdown pages show it (graph only)
    Mermaid,
}

/// Which scope.
#[derive(Debug, Clone, Default, Args)]
pub struct Target {
    /// The environment of the application
    #[arg(long, value_name = "ENVIRONMENT", conflicts_with_all = ["account", "network", "cluster"])]
    pub env: Option<String>,
    /// An account's baseline alone
    #[arg(long, value_name = "ACCOUNT", conflicts_with_all = ["network", "cluster"])]
    pub account: Option<String>,
    /// A network alone, with what it stands on
    #[arg(long, value_name = "NETWORK", conflicts_with = "cluster")]
    pub network: Option<String>,
    /// A cluster alone, with what it stands on
    #[arg(long, value_name = "CLUSTER")]
    pub cluster: Option<String>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write commented starter files; never overwrites
    Init {
        /// Which starter files
        #[arg(long, value_enum, default_value = "web")]
        template: Template,
        /// Into which folder
        #[arg(default_value = ".")]
        folder: PathBuf,
    },
    /// Check both files: every mistake at once, with its place and what to do
    Check {
        /// Also print the file of one environment with every value's origin
        #[arg(long, requires = "env")]
        resolved: bool,
        /// The environment to resolve
        #[arg(long, value_name = "ENVIRONMENT")]
        env: Option<String>,
    },
    /// Show what `up` would do and why; changes nothing
    Plan {
        #[command(flatten)]
        target: Target,
        /// Write the plan to a file that `up` runs as it is
        #[arg(short = 'o', long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Build or change an environment: the plan, a question, then progress
    Up {
        #[command(flatten)]
        target: Target,
        /// A plan file written by `plan -o`
        #[arg(value_name = "PLAN")]
        plan: Option<PathBuf>,
        #[command(flatten)]
        consent: Consent,
        /// Delete this data too, where the files no longer ask for it or make anew what holds it (names, comma-separated)
        #[arg(long, value_name = "NAMES", value_delimiter = ',')]
        delete_data: Vec<String>,
        #[command(flatten)]
        pace: Pace,
    },
    /// Put a new image of a service into an environment: a plan like any other
    Deploy {
        /// The environment
        #[arg(long, value_name = "ENVIRONMENT")]
        env: String,
        /// SERVICE=IMAGE, for example web=111111111111.dkr.ecr.us-east-1.amazonaws.com/ticketing/dev/web:1.4.2
        #[arg(required = true, value_name = "SERVICE=IMAGE", value_parser = service_image)]
        images: Vec<(String, String)>,
        #[command(flatten)]
        consent: Consent,
        #[command(flatten)]
        pace: Pace,
    },
    /// Remove an environment in reverse order; what holds data stays unless it is named
    Down {
        #[command(flatten)]
        target: Target,
        /// The data to delete with it (names, comma-separated)
        #[arg(long, value_name = "NAMES", value_delimiter = ',')]
        delete_data: Vec<String>,
        /// Remove also the scopes that nothing stands on any more
        #[arg(long)]
        with_foundations: bool,
        #[command(flatten)]
        consent: Consent,
        #[command(flatten)]
        pace: Pace,
    },
    /// Show what stands, what waits for whom, and where to reach it
    Status {
        #[command(flatten)]
        target: Target,
    },
    /// Compare the cloud with the state, field by field, and list what carries our tags and is not in it; exit code 1 when there is either
    Drift {
        #[command(flatten)]
        target: Target,
        /// Set right what drifted and can be changed in place, where the files say `drift: correct`; elsewhere it is asked for
        #[arg(long)]
        correct: bool,
        #[command(flatten)]
        consent: Consent,
        #[command(flatten)]
        pace: Pace,
    },
    /// Judge by the standards: the plan, or the live cloud
    Comply {
        #[command(subcommand)]
        command: ComplyCommand,
    },
    /// Take something that stands into the state as a resource of the files; the next plan shows what differs
    Adopt {
        /// The address, or its end: queue.bookings
        address: String,
        /// What AWS calls it: an identifier, a name or an ARN, as the type has it
        id: String,
        #[command(flatten)]
        target: Target,
        #[command(flatten)]
        consent: Consent,
    },
    /// Take a resource off the record and leave it as it stands
    Forget {
        /// The whole address
        address: String,
        #[command(flatten)]
        consent: Consent,
    },
    /// Say why a resource exists, what it stands on and what the controls say of it
    Explain {
        /// The address, or its end: db_instance.db
        address: String,
        #[command(flatten)]
        target: Target,
    },
    /// Draw the resources and what stands on what
    Graph {
        #[command(flatten)]
        target: Target,
    },
    /// List the runs, newest first
    History {
        /// How many
        #[arg(long, default_value_t = 20, value_name = "NUMBER")]
        limit: u32,
    },
    /// List the runs, or show what became of each step of one
    Runs {
        /// The run: run-7
        #[arg(value_name = "RUN")]
        run: Option<String>,
        /// How many
        #[arg(long, default_value_t = 20, value_name = "NUMBER")]
        limit: u32,
    },
    /// Go on with a run that did not end well; asks only for what its approved plan did not hold
    Resume {
        /// The run: run-7
        #[arg(value_name = "RUN")]
        run: String,
        #[command(flatten)]
        consent: Consent,
        #[command(flatten)]
        pace: Pace,
    },
    /// Ask a run to stop, wherever it is at work
    Cancel {
        /// The run: run-7
        #[arg(value_name = "RUN")]
        run: String,
        /// At once, rather than after the calls in flight; the next run looks up what is unknown
        #[arg(long)]
        now: bool,
    },
    /// Take the scopes away from a run whose process is gone for certain; it is recorded who did and why
    Unlock {
        /// The run: run-7
        #[arg(value_name = "RUN")]
        run: String,
        /// Why, for the record
        #[arg(long, value_name = "TEXT")]
        why: String,
    },
    /// Set the secrets that the application declares
    Secret {
        #[command(subcommand)]
        command: SecretCommand,
    },
    /// Write what was planned as code that runs without Strata
    Export {
        /// As what
        #[arg(value_enum)]
        what: ExportKind,
        /// The environment
        #[arg(long, value_name = "ENVIRONMENT")]
        env: String,
        /// Into which folder; it must be empty or not there
        folder: PathBuf,
        /// Terraform only: import blocks for what already stands
        #[arg(long)]
        with_imports: bool,
    },
    /// Manage the emulator on this machine
    Sandbox {
        #[command(subcommand)]
        command: SandboxCommand,
    },
    /// Back up and bring back the state
    State {
        #[command(subcommand)]
        command: StateCommand,
    },
    /// Print the JSON Schema of a specification file
    Schema {
        /// Of which file
        #[arg(value_enum)]
        of: SchemaOf,
    },
    /// Print the completions of a shell
    Completions {
        /// Which shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print the version
    Version,
}

/// Consent to a plan.
#[derive(Debug, Clone, Default, Args)]
pub struct Consent {
    /// Do not ask
    #[arg(long, short = 'y')]
    pub yes: bool,
    /// The environment's name, typed as approval where the environment has `approve:`; recorded with the run
    #[arg(long, value_name = "ENVIRONMENT")]
    pub approve: Option<String>,
}

/// How a run goes about it.
#[derive(Debug, Clone, Args)]
pub struct Pace {
    /// How many steps at once
    #[arg(long, default_value_t = 16, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub parallel: u16,
    /// How long the whole run may take, for example 2h; past it nothing more is started [default: 6h, with an emulator 1h]
    #[arg(long, value_name = "DURATION", value_parser = deadline)]
    pub deadline: Option<Duration>,
    /// Try again what is held since it keeps failing: addresses, or their ends, comma-separated; `all` for everything
    #[arg(long, value_name = "ADDRESSES", value_delimiter = ',')]
    pub retry: Vec<String>,
}

impl Pace {
    /// How many steps at once.
    pub fn parallel(&self) -> usize {
        usize::from(self.parallel)
    }
}

/// Starter files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Template {
    /// A web service with a database, a cache and a queue
    Web,
    /// A worker that reads a queue and writes to a bucket
    Worker,
    /// The smallest files that build something
    Minimal,
}

/// What `secret` does.
#[derive(Debug, Subcommand)]
pub enum SecretCommand {
    /// Set a value, read from standard input or a prompt, straight into the account's Secrets Manager
    Set {
        /// The secret's name, as in `secrets:`
        name: String,
        /// The environment
        #[arg(long, value_name = "ENVIRONMENT")]
        env: String,
    },
}

/// What to export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportKind {
    /// Terraform for the hashicorp/aws provider
    Terraform,
    /// CloudFormation templates
    Cloudformation,
    /// Kubernetes manifests
    Manifests,
    /// Service control policies that keep the account's baseline, for who holds the organization's management account
    ServiceControlPolicies,
}

/// What `sandbox` does.
#[derive(Debug, Subcommand)]
pub enum SandboxCommand {
    /// Install it where it is missing, start it, wait until it answers
    Start,
    /// Stop it; what was built in it is gone
    Stop,
    /// Show whether it runs and where
    Status,
}

/// What `state` does.
#[derive(Debug, Subcommand)]
pub enum StateCommand {
    /// Write a backup as JSON to standard output or a file
    Export {
        /// The file
        #[arg(short = 'o', long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Read everything and say what does not hold together; exit code 1 when something does not
    Verify,
    /// Bring back a backup into an empty state folder
    Import {
        /// The backup
        file: PathBuf,
    },
}

/// What `comply` does.
#[derive(Debug, Subcommand)]
pub enum ComplyCommand {
    /// Judge every control of the standards; exit code 1 when one is violated
    Check {
        #[command(flatten)]
        target: Target,
        /// Judge what the cloud shows instead of what the files say
        #[arg(long)]
        live: bool,
        /// The answer of another `comply check --format json`, for example of the branch that this one goes into: say what differs
        #[arg(long, value_name = "FILE")]
        against: Option<PathBuf>,
    },
    /// Look at the live cloud again and again and keep its violations as findings; exit code 1 with --once when one is open
    Watch {
        #[command(flatten)]
        target: Target,
        /// How long from one look to the next: 30s, 5m, 1h
        #[arg(long, value_name = "TIME", default_value = "5m", value_parser = period)]
        every: Duration,
        /// Look once
        #[arg(long)]
        once: bool,
    },
    /// Run the tests of your own rules: each rule of `rules/*.rego` whose name begins with test_
    Test,
    /// List the findings of the looks so far; exit code 1 when one is open and not waived
    Findings {
        #[command(flatten)]
        target: Target,
        /// Those that were repaired, too
        #[arg(long)]
        all: bool,
    },
    /// Write evidence for a standard, requirement by requirement: what controls show, and what the organisation must show itself
    ///
    /// Without -o the answer goes to standard output and is not sealed. A folder takes one sealed report after the other, chained by hash and
    /// signed with the key of `strata comply key`; without --format it gets every form. The exit code says whether the report was written,
    /// not what it says.
    Report(ReportOptions),
    /// Check evidence offline: which file was changed, which link of the chain is broken, which signature does not fit
    Verify {
        /// A folder of evidence, or one sealed file
        #[arg(value_name = "PATH")]
        path: PathBuf,
        /// A public key to trust; several after a change of keys [default: the key of the state folder]
        #[arg(long, value_name = "FILE")]
        key: Vec<PathBuf>,
        /// The hash that you noted as the chain's last: it must be in the chain
        #[arg(long, value_name = "SHA256")]
        head: Option<String>,
    },
    /// Make the key that signs evidence, once; never shows its private half
    Key {
        /// The file of the private key [default: evidence-key.pem in the state folder]; the public one gets the ending .pub
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
    },
}

/// The options of `comply report`.
#[derive(Debug, Args)]
pub struct ReportOptions {
    /// The standard: pci-dss-4.0, hipaa, soc2 …
    #[arg(long, value_name = "STANDARD")]
    pub standard: String,
    /// The environment
    #[arg(long, value_name = "ENVIRONMENT")]
    pub env: String,
    /// A file (.html, .json, .csv or .sarif), or the folder of the evidence
    #[arg(short = 'o', long, value_name = "PATH")]
    pub out: Option<PathBuf>,
    /// Judge what the files ask for, even where something stands
    #[arg(long)]
    pub planned: bool,
    /// The filled form of an earlier report: what the organisation has to show
    #[arg(long, value_name = "FORM")]
    pub attachments: Option<PathBuf>,
    /// The private key [default: evidence-key.pem in the state folder]
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
}

/// Which schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// platform.yaml
    Platform,
    /// app.yaml
    App,
}

fn period(text: &str) -> Result<Duration, String> {
    let wrong = || "write a number and s, m or h: 30s, 5m, 1h; at least 1s".to_owned();
    let (number, seconds) = match text.char_indices().next_back() {
        Some((at, 's')) => (&text[..at], 1),
        Some((at, 'm')) => (&text[..at], 60),
        Some((at, 'h')) => (&text[..at], 3600),
        _ => return Err(wrong()),
    };
    let number: u32 = number.parse().map_err(|_| wrong())?;
    if number == 0 { Err(wrong()) } else { Ok(Duration::from_secs(u64::from(number) * seconds)) }
}

fn service_image(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((service, image)) if !service.is_empty() && !image.is_empty() => Ok((service.to_owned(), image.to_owned())),
        _ => Err("write SERVICE=IMAGE".to_owned()),
    }
}

fn deadline(text: &str) -> Result<Duration, String> {
    let wanted: strata_spec::Duration =
        text.parse().map_err(|_: String| "write a whole number and one of s, m, h, d: 90m, 2h".to_owned())?;
    match wanted.as_milliseconds() {
        0 => Err("a run that may take no time does nothing".to_owned()),
        milliseconds => Ok(Duration::from_millis(milliseconds)),
    }
}
