//! A real Icecast server on ports of its own, with its own config, ended with the test.

use std::fs;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use crate::foreign::{Held, tool};

/// The source password that the server asks for.
pub const PASSWORD: &str = "essai-source";

/// A running server.
#[derive(Debug)]
pub struct Icecast {
    process: Held,
    port: u16,
}

impl Icecast {
    /// Starts it on `port`, with its files in `dir`; returns when it listens. It refuses to run as root and becomes
    /// `nobody` then.
    pub fn start(dir: &Path, port: u16) -> Self {
        fs::create_dir_all(dir).unwrap();
        // The server must be able to read its config and write its messages as nobody.
        for open in dir.ancestors().take(2) {
            fs::set_permissions(open, fs::Permissions::from_mode(0o777)).unwrap();
        }
        let config = dir.join("icecast.xml");
        fs::write(&config, CONFIG.replace("{port}", &port.to_string()).replace("{dir}", &dir.to_string_lossy()))
            .unwrap();
        let mut command = if rustix::process::geteuid().is_root() {
            // It becomes the server rather than waiting for it, so that whoever ends it ends the server.
            let mut as_nobody = tool("setpriv");
            as_nobody.args(["--reuid=65534", "--regid=65534", "--clear-groups", "icecast2"]);
            as_nobody
        } else {
            tool("icecast2")
        };
        tool("icecast2");
        let process = Held::start(command.arg("-c").arg(&config));
        let server = Self { process, port };
        let listens = || TcpStream::connect(("127.0.0.1", port)).is_ok();
        (0..100)
            .find(|_| {
                listens() || {
                    sleep(Duration::from_millis(50));
                    false
                }
            })
            .expect("icecast2 listens within 5 s");
        server
    }

    /// Where listeners find `mount` (with its slash).
    pub fn url(&self, mount: &str) -> String {
        format!("http://127.0.0.1:{}{mount}", self.port)
    }

    /// Its process number.
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }
}

const CONFIG: &str = "<icecast>
  <limits><clients>50</clients><sources>8</sources><burst-on-connect>0</burst-on-connect><burst-size>0</burst-size></limits>
  <authentication>
    <source-password>essai-source</source-password>
    <relay-password>essai-relais</relay-password>
    <admin-user>admin</admin-user><admin-password>essai-admin</admin-password>
  </authentication>
  <hostname>127.0.0.1</hostname>
  <listen-socket><port>{port}</port><bind-address>127.0.0.1</bind-address></listen-socket>
  <paths><basedir>{dir}</basedir><logdir>{dir}</logdir><webroot>/usr/share/icecast2/web</webroot>
    <adminroot>/usr/share/icecast2/admin</adminroot></paths>
  <logging><accesslog>access.txt</accesslog><errorlog>error.txt</errorlog><loglevel>2</loglevel></logging>
</icecast>
";
