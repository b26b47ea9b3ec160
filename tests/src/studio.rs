//! A studio alone: `mikado hq` in a folder of its own, that can be killed and started again at the same address, and somebody
//! signed in to its pages.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use ureq::http::{Request, Response};

use crate::foreign::bound_to_us;
use crate::repository::root;
use crate::station::binary;

/// A loaded machine starts a process later than a studio's.
const PATIENCE: Duration = Duration::from_mins(1);
const PASSWORD: &str = "trois chevres au marche";

/// The studio's folder and its process.
#[derive(Debug)]
pub struct Studio {
    dir: PathBuf,
    port: u16,
    process: Option<Child>,
}

impl Studio {
    /// A folder with a config of one site and the reference week, and `hq` running on it. `more` goes into `[hq]`.
    pub fn start(dir: &Path, more: &str) -> Self {
        let port = free_port();
        let config = format!("[hq]\nhttp = \"127.0.0.1:{port}\"\n{more}\n[[site]]\nid = \"GAO\"\n");
        fs::create_dir_all(dir).unwrap();
        fs::write(dir.join("mikado.toml"), config).unwrap();
        let mut studio = Self { dir: dir.to_owned(), port, process: None };
        let (week, campaigns) = (root().join("demo/reference_week.toml"), root().join("demo/campaigns.toml"));
        let [week, campaigns] = [week, campaigns].map(|p| p.to_string_lossy().into_owned());
        let made = studio.mikado(&["grid", "import", &week, "--campaigns", &campaigns]);
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        studio.run();
        studio
    }

    /// Its folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The address of its pages, without a slash at the end.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Runs a command of the binary to its end.
    pub fn mikado(&self, arguments: &[&str]) -> Output {
        Command::new(binary()).current_dir(&self.dir).args(arguments).stdin(Stdio::null()).output().unwrap()
    }

    /// Runs a command and reads its JSON; whatever it ends with, it must have printed some.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let output = self.mikado(&[arguments, &["--json"]].concat());
        let read = serde_json::from_slice(&output.stdout);
        read.unwrap_or_else(|e| panic!("{arguments:?}: {e}: {}", String::from_utf8_lossy(&output.stderr)))
    }

    /// Starts the process and waits until its pages answer.
    pub fn run(&mut self) {
        let mut command = Command::new(binary());
        command.arg("hq");
        let said = fs::File::options().create(true).append(true).open(self.dir.join("said")).unwrap();
        let mut bound = bound_to_us(&command, "KILL");
        let child =
            bound.current_dir(&self.dir).stdin(Stdio::null()).stdout(Stdio::null()).stderr(said).spawn().unwrap();
        self.process = Some(child);
        let began = Instant::now();
        while ureq::get(format!("{}/connexion", self.address())).call().is_err() {
            assert!(began.elapsed() < PATIENCE, "hq does not answer: {}", self.said());
            sleep(Duration::from_millis(5));
        }
    }

    /// Ends the process as a power cut would, as far as a process can tell.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// What it has printed.
    pub fn said(&self) -> String {
        fs::read_to_string(self.dir.join("said")).unwrap_or_default()
    }

    /// Makes an account and signs it in.
    pub fn visitor(&self, name: &str) -> Visitor {
        let made = self.json(&["user", "add", name, "--role", "producer"]);
        let mut visitor = Visitor { address: self.address(), cookie: String::new(), csrf: String::new() };
        visitor.sign_in(name, made["secret"].as_str().unwrap());
        let chosen = format!("csrf={}&new={PASSWORD}&again={PASSWORD}", visitor.csrf).replace(' ', "+");
        let form = [("content-type", "application/x-www-form-urlencoded")];
        visitor.ask("POST", "/mot-de-passe", &form, chosen.as_bytes()).unwrap();
        visitor.sign_in(name, PASSWORD);
        visitor
    }

    /// The password that [`Studio::visitor`] chose.
    pub const fn password() -> &'static str {
        PASSWORD
    }
}

impl Drop for Studio {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Somebody signed in, with what they must send along.
#[derive(Clone, Debug)]
pub struct Visitor {
    address: String,
    /// The session.
    pub cookie: String,
    /// The token that every change carries.
    pub csrf: String,
}

impl Visitor {
    fn sign_in(&mut self, name: &str, password: &str) {
        let body = json!({ "name": name, "password": password }).to_string();
        let answer =
            self.ask("POST", "/api/session", &[("content-type", "application/json")], body.as_bytes()).unwrap();
        assert_eq!(answer.status(), 200, "{name} is not let in: {}", answer.body());
        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        cookie.split(';').next().unwrap().clone_into(&mut self.cookie);
        read(&answer)["csrf"].as_str().unwrap().clone_into(&mut self.csrf);
    }

    /// One request on a line of its own; an error means that the line broke.
    pub fn ask(
        &self,
        verb: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Response<String>, ureq::Error> {
        let wishes = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_idle_connections(0)
            .timeout_global(Some(Duration::from_secs(20)));
        let mut request = Request::builder().method(verb).uri(format!("{}{path}", self.address));
        let own = [("cookie", self.cookie.as_str()), ("x-csrf-token", self.csrf.as_str()), ("tus-resumable", "1.0.0")];
        for (name, value) in own.iter().chain(headers).filter(|(_, value)| !value.is_empty()) {
            request = request.header(*name, *value);
        }
        let agent = wishes.build().new_agent();
        let answer = if matches!(verb, "GET" | "HEAD" | "OPTIONS" | "DELETE") {
            agent.run(request.body(()).unwrap())
        } else {
            agent.run(request.body(body.to_vec()).unwrap())
        }?;
        let (head, mut body) = answer.into_parts();
        let text = body.read_to_string()?;
        Ok(Response::from_parts(head, text))
    }

    /// A page or an answer in JSON.
    pub fn get(&self, path: &str) -> Result<Response<String>, ureq::Error> {
        self.ask("GET", path, &[], b"")
    }
}

/// A port on which nothing listened a moment ago; several studios of one process each get their own.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The JSON of an answer.
pub fn read(answer: &Response<String>) -> Value {
    serde_json::from_str(answer.body()).unwrap_or_else(|e| panic!("{e}: {}", answer.body()))
}
