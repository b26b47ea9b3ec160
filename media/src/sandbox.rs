//! What the throw-away decoder does to itself before it opens a foreign file.
//!
//! A file that takes the decoder over finds: one file to read, two to write, no network, no new process, few system
//! calls, a fixed amount of memory, time and disk, the lowest place in the queue for the processor, and death with its
//! parent. What the kernel cannot do is answered, and told in the report; limits alone never stop the decoding of an
//! honest file.

mod calls;

use std::path::Path;

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, CompatLevel, Compatible as _, PathBeneath, PathFd, Ruleset,
    RulesetAttr as _, RulesetCreatedAttr as _, RulesetError, RulesetStatus, Scope,
};
use rustix::process::{Resource, Rlimit, Signal, nice, set_parent_process_death_signal, setrlimit};

/// Address space: the program itself with its libraries, and what follows.
const ADDRESS_BYTES_MAX: u64 = 768 << 20;
/// Memory of its own: several times what streaming needs. A file that asks for more is lying.
const MEMORY_BYTES_MAX: u64 = 128 << 20;
/// Six hours of sound take three minutes here; a slow machine gets ten.
const CPU_S_MAX: u64 = 600;
/// A takeover lasts four hours at most and decoding it takes two minutes; a slow machine gets an hour.
const STREAM_CPU_S_MAX: u64 = 3_600;
/// Six hours of 24-bit stereo that does not compress.
const FILE_BYTES_MAX: u64 = 7 << 30;
/// Standard streams, the files, Landlock's own.
const FILES_MAX: u64 = 16;
/// Behind the air, the web and everything else.
const NICE: i32 = 10;

/// What could not be done: words for the report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gaps(Vec<&'static str>);

impl Gaps {
    /// What is missing, or `None` when every wall stands.
    pub fn sentence(&self) -> Option<String> {
        (!self.0.is_empty()).then(|| self.0.join(", "))
    }

    fn note(&mut self, what: &'static str, done: bool) {
        if !done {
            self.0.push(what);
        }
    }
}

/// Confines this process for good: `input` may be read, `outputs` (which exist) written, and nothing else opened.
///
/// Call it before any other thread exists: Landlock binds the calling thread and those it starts.
pub fn confine(input: &Path, outputs: &[&Path]) -> Gaps {
    walls(Some(input), outputs, CPU_S_MAX)
}

/// Confines this process for good: nothing may be opened; what stands open goes on.
pub fn confine_stream() -> Gaps {
    walls(None, &[], STREAM_CPU_S_MAX)
}

fn walls(input: Option<&Path>, outputs: &[&Path], cpu_s_max: u64) -> Gaps {
    let mut gaps = Gaps::default();
    gaps.note("parent", set_parent_process_death_signal(Some(Signal::KILL)).is_ok());
    gaps.note("nice", nice(NICE).is_ok());
    gaps.note("address space", limit(Resource::As, ADDRESS_BYTES_MAX));
    gaps.note("memory", limit(Resource::Data, MEMORY_BYTES_MAX));
    gaps.note("cpu", limit(Resource::Cpu, cpu_s_max));
    gaps.note("file size", limit(Resource::Fsize, FILE_BYTES_MAX));
    gaps.note("core", limit(Resource::Core, 0));
    gaps.note("open files", limit(Resource::Nofile, FILES_MAX));
    gaps.note("processes", limit(Resource::Nproc, 0));
    gaps.note("no-new-privs", rustix::thread::set_no_new_privs(true).is_ok());
    gaps.note("Landlock", wall_in(input, outputs).is_ok_and(|s| s != RulesetStatus::NotEnforced));
    // Last: the walls before it need calls that it takes away.
    gaps.note("seccomp", calls::confine().is_ok());
    gaps
}

fn limit(resource: Resource, most: u64) -> bool {
    let Rlimit { maximum, .. } = rustix::process::getrlimit(resource);
    let most = maximum.map_or(most, |m| m.min(most));
    setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) }).is_ok()
}

fn wall_in(input: Option<&Path>, outputs: &[&Path]) -> Result<RulesetStatus, RulesetError> {
    let abi = ABI::V6;
    let mut rules = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(abi))?
        .handle_access(AccessNet::from_all(abi))?
        .scope(Scope::from_all(abi))?
        .create()?;
    if let Some(Ok(file)) = input.map(PathFd::new) {
        rules = rules.add_rule(PathBeneath::new(file, AccessFs::ReadFile))?;
    }
    for output in outputs {
        if let Ok(file) = PathFd::new(output) {
            rules = rules.add_rule(PathBeneath::new(file, AccessFs::WriteFile | AccessFs::Truncate))?;
        }
    }
    Ok(rules.restrict_self()?.ruleset)
}
