//! The emulator on this machine: installed, started, found again, stopped.
//!
//! Invariant: one server for a cache folder, whoever asks; its process is ours only if its command line says so, so a recycled
//! process number is never stopped.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use strata_diag::codes;

use crate::failure::Failure;

/// The emulator's package and version; other versions lack or add operations.
pub const PACKAGE: &str = "moto[server]==5.2.5";
const VERSION: &str = "5.2.5";
/// What the server is started with. Without the first it holds 1,301 unencrypted snapshots, without the second AWS's own policies are
/// missing, without the third every certificate takes a minute.
const ENVIRONMENT: &[(&str, &str)] =
    &[("MOTO_EC2_LOAD_DEFAULT_AMIS", "false"), ("MOTO_IAM_LOAD_MANAGED_POLICIES", "true"), ("MOTO_ACM_VALIDATION_WAIT", "0")];

/// A running server.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Server {
    /// Its process.
    pub process: u32,
    /// Its port on the loopback address.
    pub port: u16,
}

impl Server {
    /// Where it answers.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn answers(&self) -> bool {
        let address = SocketAddr::from(([127, 0, 0, 1], self.port));
        let Ok(mut stream) = TcpStream::connect_timeout(&address, Duration::from_millis(500)) else { return false };
        let wait = Some(Duration::from_secs(5));
        if stream.set_read_timeout(wait).is_err() || stream.write_all(b"GET /moto-api/ HTTP/1.0\r\nHost: localhost\r\n\r\n").is_err() {
            return false;
        }
        let mut start = [0; 12];
        stream.read_exact(&mut start).is_ok() && start.starts_with(b"HTTP/1.") && start.ends_with(b"200")
    }

    fn is_ours(&self) -> bool {
        let path = PathBuf::from(format!("/proc/{}/cmdline", self.process));
        match std::fs::read(path) {
            Ok(line) => String::from_utf8_lossy(&line).contains("moto_server"),
            // Without /proc the answer on its port has to do.
            Err(_) => !Path::new("/proc/self").exists(),
        }
    }
}

fn folder() -> Result<PathBuf, Failure> {
    if let Some(folder) = std::env::var_os("STRATA_CACHE") {
        return Ok(PathBuf::from(folder).join("sandbox"));
    }
    let base = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")))
        .ok_or_else(|| {
            Failure::new(codes::E0910, "there is no cache folder: neither XDG_CACHE_HOME nor HOME is set", "set STRATA_CACHE")
        })?;
    Ok(base.join("strata").join("sandbox"))
}

/// The server, if it runs.
pub fn running() -> Result<Option<Server>, Failure> {
    let path = folder()?.join("server.json");
    let Ok(text) = std::fs::read_to_string(path) else { return Ok(None) };
    let Ok(server) = serde_json::from_str::<Server>(&text) else { return Ok(None) };
    Ok(Some(server).filter(|server| server.is_ours() && server.answers()))
}

/// The server; installed and started where it is not.
pub fn ensure() -> Result<Server, Failure> {
    if let Some(server) = running()? {
        return Ok(server);
    }
    let folder = folder()?;
    std::fs::create_dir_all(&folder)?;
    // Two commands at once start one server.
    let lock = std::fs::File::create(folder.join("lock"))?;
    lock.lock()?;
    if let Some(server) = running()? {
        return Ok(server);
    }
    let program = program(&folder)?;
    // The port is free again once the listener is dropped; the server takes it a moment later.
    let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
    let log = folder.join("server.log");
    let out = std::fs::File::create(&log)?;
    let mut child = Command::new(&program)
        .args(["-H", "127.0.0.1", "-p", &port.to_string()])
        .envs(ENVIRONMENT.iter().copied())
        .stdin(Stdio::null())
        .stdout(out.try_clone()?)
        .stderr(out)
        // Ctrl-C at this terminal is for the command, not for the server that outlives it.
        .process_group(0)
        .spawn()
        .map_err(|error| cannot_start(&format!("{}: {error}", program.display()), &log))?;
    let server = Server { process: child.id(), port };
    let deadline = Instant::now() + Duration::from_secs(60);
    while !server.answers() {
        if let Some(status) = child.try_wait()? {
            return Err(cannot_start(&format!("it ended at once ({status})"), &log));
        }
        if Instant::now() > deadline {
            // It may be too slow for this machine; it must not linger unseen.
            let _ = child.kill();
            return Err(cannot_start("it did not answer within 60 seconds", &log));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    std::fs::write(folder.join("server.json"), serde_json::to_string(&server).unwrap_or_default())?;
    Ok(server)
}

fn cannot_start(why: &str, log: &Path) -> Failure {
    Failure::new(codes::E0910, format!("the sandbox cannot start: {why}"), format!("its log is {}", log.display()))
}

/// The emulator's program, installed into a virtual environment of its own where it is missing.
fn program(folder: &Path) -> Result<PathBuf, Failure> {
    if let Some(program) = std::env::var_os("STRATA_SANDBOX_SERVER") {
        return Ok(PathBuf::from(program));
    }
    let environment = folder.join(format!("moto-{VERSION}"));
    let program = environment.join("bin").join("moto_server");
    if environment.join("complete").exists() && program.exists() {
        return Ok(program);
    }
    eprintln!("installing {PACKAGE} into {} (once)", environment.display());
    // A half-made environment of an interrupted install is made anew.
    if environment.exists() {
        std::fs::remove_dir_all(&environment)?;
    }
    run(
        Command::new("python3").args(["-m", "venv"]).arg(&environment),
        "python3 -m venv",
        "install Python 3 with its venv module (Debian: apt-get install python3-venv)",
    )?;
    run(
        Command::new(environment.join("bin").join("python")).args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            PACKAGE,
        ]),
        "pip install",
        "PyPI must be reachable for the first start",
    )?;
    std::fs::write(environment.join("complete"), VERSION)?;
    Ok(program)
}

fn run(command: &mut Command, what: &str, hint: &str) -> Result<(), Failure> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| Failure::new(codes::E0910, format!("the sandbox cannot be installed: {what}: {error}"), hint))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
    Err(Failure::new(codes::E0910, format!("the sandbox cannot be installed: {what}: {last}"), hint))
}

/// Stops the server; `None` when none runs.
pub fn stop() -> Result<Option<Server>, Failure> {
    let server = running()?;
    let path = folder()?.join("server.json");
    if let Some(server) = &server {
        run(Command::new("kill").arg(server.process.to_string()), "kill", "stop the process by hand")?;
        let deadline = Instant::now() + Duration::from_secs(10);
        while server.is_ours() && server.answers() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(50));
        }
    }
    match std::fs::remove_file(path) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error.into()),
    }
    Ok(server)
}
