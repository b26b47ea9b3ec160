//! The faults, and how the world is put right again after each.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::Signal;
use tests::icecast::Icecast;
use tests::station::{SITES, Station};

/// What may happen to one site in one round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Its air process is killed.
    Kill,
    /// Its air process is stopped and nobody lets it go on.
    Stop,
    /// The headquarters is killed.
    KillHq,
    /// The sound that it plays is deleted from the shelf.
    LostFile,
    /// A bit of a plan file is turned round.
    FlippedPlan,
    /// The disk with its journal is full.
    FullDisk,
    /// The streaming server dies.
    DeadIcecast,
}

/// All of them.
pub const FAULTS: [Fault; 7] =
    [Fault::Kill, Fault::Stop, Fault::KillHq, Fault::LostFile, Fault::FlippedPlan, Fault::FullDisk, Fault::DeadIcecast];

/// The world around the station, as far as it breaks.
pub struct Scene {
    temp: PathBuf,
    icecast: Option<Icecast>,
    port: u16,
    /// A file and where it belongs.
    taken: Vec<(PathBuf, Vec<u8>)>,
    /// Journals that lie on small disks of their own.
    disks: Vec<PathBuf>,
}

impl Scene {
    /// A streaming server on `port`, and, where this process may mount, a disk of 2 MiB under each site's journal.
    pub fn new(temp: &Path, station: &Path, port: u16) -> Self {
        let icecast = Some(Icecast::start(&temp.join("icecast"), port));
        let disks = SITES.iter().filter_map(|site| small_disk(&station.join("sites").join(site).join("journal")));
        Self { temp: temp.to_owned(), icecast, port, taken: Vec::new(), disks: disks.collect() }
    }

    /// Where the server is.
    pub fn icecast_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Lets it happen; says whether it could.
    pub fn strike(&mut self, station: &Station, fault: Fault, site: &str) -> bool {
        match fault {
            Fault::Kill => signal(station.air(site), Signal::KILL),
            Fault::Stop => signal(station.air(site), Signal::STOP),
            Fault::KillHq => signal(station.hq(), Signal::KILL),
            Fault::LostFile => self.take_sound(station, site),
            Fault::FlippedPlan => flip_plan(station, site),
            Fault::FullDisk => self.fill(site),
            Fault::DeadIcecast => self.icecast.take().is_some(),
        }
    }

    /// Puts everything right again that does not mend itself.
    pub fn heal(&mut self) {
        for (file, bytes) in self.taken.drain(..) {
            fs::write(file, bytes).unwrap();
        }
        for disk in &self.disks {
            let _ = fs::remove_file(disk.join("fill"));
        }
        if self.icecast.is_none() {
            self.icecast = Some(Icecast::start(&self.temp.join("icecast"), self.port));
        }
    }

    /// Takes the small disks away.
    pub fn clear(&mut self) {
        for disk in self.disks.drain(..) {
            let _ = Command::new("umount").arg("-l").arg(disk).status();
        }
    }

    fn take_sound(&mut self, station: &Station, site: &str) -> bool {
        let sounds = station.dir().canonicalize().unwrap().join("shelf");
        let playing = station.air(site).map(|p| p.open_under(&sounds)).unwrap_or_default();
        for file in &playing {
            self.taken.push((file.clone(), fs::read(file).unwrap()));
            fs::remove_file(file).unwrap();
        }
        !playing.is_empty()
    }

    fn fill(&self, site: &str) -> bool {
        let Some(disk) = self.disks.iter().find(|d| d.parent().is_some_and(|p| p.ends_with(site))) else {
            return false;
        };
        // A disk takes as much as it has room for, then refuses.
        let _ = fs::write(disk.join("fill"), vec![0x55; 4 << 20]);
        fs::write(disk.join("probe"), [0; 8_192]).is_err()
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.clear();
    }
}

fn signal(process: Option<tests::processes::Process>, signal: Signal) -> bool {
    process.is_some_and(|p| {
        p.signal(signal);
        true
    })
}

fn flip_plan(station: &Station, site: &str) -> bool {
    let plans = station.dir().join("sites").join(site).join("plans");
    let slots = ["a.plan", "b.plan"].map(|n| plans.join(n));
    let newest = slots.into_iter().filter(|p| p.is_file()).max_by_key(|p| fs::metadata(p).unwrap().modified().unwrap());
    newest.is_some_and(|file| {
        let mut bytes = fs::read(&file).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0x10;
        fs::write(file, bytes).is_ok()
    })
}

/// Mounts a disk of 2 MiB over `folder` with what was in it; `None` where this process may not.
fn small_disk(folder: &Path) -> Option<PathBuf> {
    fs::create_dir_all(folder).ok()?;
    let kept: Vec<_> =
        fs::read_dir(folder).ok()?.flatten().filter_map(|e| Some((e.file_name(), fs::read(e.path()).ok()?))).collect();
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"]).arg(folder).status();
    mounted.is_ok_and(|s| s.success()).then(|| {
        for (name, bytes) in kept {
            fs::write(folder.join(name), bytes).unwrap();
        }
        folder.to_owned()
    })
}
