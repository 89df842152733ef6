//! A server that answers what it is told and keeps what it was asked: for operations that the emulator lacks.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use strata_provider_aws::{AwsProvider, Credentials, Settings};

/// One request as it came over the wire.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// For example `POST`.
    pub method: String,
    /// With the query.
    pub path: String,
    /// Names in small letters.
    pub headers: Vec<(String, String)>,
    /// The body as text.
    pub body: String,
}

impl Recorded {
    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("no JSON body ({error}): {}", self.body))
    }

    /// Everything in one text, which answers are chosen by.
    fn all(&self) -> String {
        let headers: String = self.headers.iter().map(|(key, value)| format!("{key}: {value}\n")).collect();
        format!("{} {}\n{headers}\n{}", self.method, self.path, self.body)
    }
}

/// What to answer a request that holds a text.
#[derive(Debug, Clone)]
pub struct Answer {
    when: String,
    status: u16,
    body: String,
}

impl Answer {
    /// Answers 200 with a body where `METHOD PATH`, a header (`name: value`) or the request's body holds `when`.
    pub fn ok(when: &str, body: impl Into<String>) -> Self {
        Self::status(when, 200, body)
    }

    /// The same with a status. A JSON error's code is its `__type`.
    pub fn status(when: &str, status: u16, body: impl Into<String>) -> Self {
        Self { when: when.to_owned(), status, body: body.into() }
    }
}

/// The account that the recorder says we are in.
pub const ACCOUNT: &str = "999988887777";

/// The server.
#[derive(Debug)]
pub struct Recorder {
    url: String,
    seen: Arc<Mutex<Vec<Recorded>>>,
}

impl Recorder {
    /// Starts on a free port. The first answer that fits counts; a request that none fits is answered 400, which fails the test
    /// by the error it becomes.
    pub fn start(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let answers = Arc::new(answers);
        let record = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (answers, record) = (Arc::clone(&answers), Arc::clone(&record));
                std::thread::spawn(move || serve(&stream, &answers, &record));
            }
        });
        Self { url, seen }
    }

    /// Settings that lead here; `emulator` as in [`Settings`].
    pub fn settings(&self, emulator: bool) -> Settings {
        Settings { endpoint_url: Some(self.url.clone()), emulator, credentials: Credentials::Emulator, artifacts: crate::data::artifacts() }
    }

    /// A provider that speaks to this server and takes it for the real cloud.
    pub fn provider(&self) -> AwsProvider {
        AwsProvider::new(self.settings(false))
    }

    /// What was asked so far, but for who we are.
    pub fn requests(&self) -> Vec<Recorded> {
        self.seen.lock().unwrap().clone()
    }

    /// The one request that holds a text.
    pub fn request(&self, holds: &str) -> Recorded {
        let mut all: Vec<Recorded> = self.requests().into_iter().filter(|request| request.all().contains(holds)).collect();
        assert_eq!(all.len(), 1, "requests with {holds:?}: {all:#?} of {:#?}", self.requests());
        all.remove(0)
    }
}

fn serve(stream: &TcpStream, answers: &[Answer], record: &Mutex<Vec<Recorded>>) {
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader) {
        let all = request.all();
        let (status, body) = if request.body.contains("Action=GetCallerIdentity") {
            (
                200,
                format!(
                    "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
                     <Arn>arn:aws:iam::{ACCOUNT}:user/strata</Arn><UserId>AIDA</UserId><Account>{ACCOUNT}</Account>\
                     </GetCallerIdentityResult></GetCallerIdentityResponse>"
                ),
            )
        } else {
            record.lock().unwrap().push(request);
            answers.iter().find(|answer| all.contains(&answer.when)).map_or_else(
                || (400, r#"{"__type":"NoAnswerException","message":"no answer fits"}"#.to_owned()),
                |answer| (answer.status, answer.body.clone()),
            )
        };
        let kind = if body.starts_with('<') { "text/xml" } else { "application/json" };
        let head = format!("HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n", body.len());
        let mut writer = stream;
        if writer.write_all(head.as_bytes()).and_then(|()| writer.write_all(body.as_bytes())).is_err() {
            return;
        }
    }
}

fn read(reader: &mut BufReader<&TcpStream>) -> Option<Recorded> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut words = line.split_whitespace().map(ToOwned::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length").map_or(0, |(_, value)| value.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Recorded { method, path, headers, body: String::from_utf8_lossy(&body).into_owned() })
}
