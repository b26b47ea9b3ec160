//! A transmitter's agent: Net-SNMP's `snmpd` with objects whose values lie in files, in the branch that it keeps for play.
#![allow(dead_code, reason = "every test file uses its own part")]

use std::fs;
use std::net::{SocketAddr, UdpSocket};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

/// `netSnmpPlaypen`.
pub const PLAY: &str = "1.3.6.1.4.1.8072.9999.9999";

/// Answers gets and sets from files named after the objects, each with a type and a value.
const OBJECTS: &str = r#"#!/bin/sh
cd "$(dirname "$0")/objects" || exit 1
while read -r word; do
  case $word in
    PING) echo PONG ;;
    get) read -r name; if [ -f "$name" ]; then echo "$name"; cat "$name"; else echo NONE; fi ;;
    getnext) read -r name; echo NONE ;;
    set) read -r name; read -r kind value; value=${value#\"}; value=${value%\"}
      if [ -f "$name.readonly" ]; then echo not-writable
      else printf '%s\n%s\n' "$kind" "$value" > "$name"; echo "$name $value" >> ../sets; echo DONE; fi ;;
  esac
done
"#;

/// The running agent; it ends with the test.
pub struct Snmpd {
    dir: tempfile::TempDir,
    child: Option<Child>,
    pub address: SocketAddr,
}

impl Snmpd {
    /// An agent on a port of its own with the community `mikado-rw` and the version 3 users `md5des`, `shaaes`, `sha256aes`.
    pub fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let address = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        fs::create_dir(dir.path().join("objects")).unwrap();
        let script = dir.path().join("transmitter.sh");
        fs::write(&script, OBJECTS).unwrap();
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
        let config = format!(
            "agentaddress udp:{address}\nrwcommunity mikado-rw 127.0.0.1\npass_persist .{PLAY} /bin/sh {}\n\
             createUser md5des MD5 \"pass word one\" DES \"pass word two\"\nrwuser md5des priv\n\
             createUser shaaes SHA \"pass word one\" AES \"pass word two\"\nrwuser shaaes priv\n\
             createUser sha256aes SHA-256 \"pass word one\" AES \"pass word two\"\nrwuser sha256aes priv\n",
            script.display()
        );
        fs::write(dir.path().join("snmpd.conf"), config).unwrap();
        let mut agent = Self { dir, child: None, address };
        agent.again();
        agent
    }

    /// Starts it, also after [`Snmpd::vanish`].
    pub fn again(&mut self) {
        let there = ["/usr/sbin/snmpd", "/usr/bin/snmpd"].into_iter().find(|p| Path::new(p).is_file());
        let program = there.expect("this test needs snmpd: run `make setup-test` (bash setup/packages.sh test)");
        let child = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", program, "-f", "-Lf", "/dev/null", "-r", "-C", "-c"])
            .arg(self.dir.path().join("snmpd.conf"))
            .env("SNMP_PERSISTENT_DIR", self.dir.path().join("persistent"))
            .env("MIBS", "")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        self.child = Some(child.unwrap());
    }

    fn object(&self, number: &str) -> PathBuf {
        self.dir.path().join("objects").join(format!(".{PLAY}.{number}"))
    }

    /// What the object with this number says from now on.
    pub fn says(&self, number: &str, kind: &str, value: &str) {
        fs::write(self.object(number), format!("{kind}\n{value}\n")).unwrap();
    }

    /// Refuses to have this object written.
    pub fn keeps(&self, number: &str) {
        fs::write(format!("{}.readonly", self.object(number).display()), "").unwrap();
    }

    /// Everything that was ever written, one line each.
    pub fn sets(&self) -> String {
        fs::read_to_string(self.dir.path().join("sets")).unwrap_or_default()
    }

    pub fn signal(&self, signal: Signal) {
        let id = self.child.as_ref().unwrap().id();
        kill_process(Pid::from_raw(id as i32).unwrap(), signal).unwrap();
    }

    pub fn vanish(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Snmpd {
    fn drop(&mut self) {
        self.vanish();
    }
}
