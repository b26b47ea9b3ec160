//! The shells: processes, threads and sockets around the hearts.

pub mod air;
pub mod hq;
pub mod supervisor;

pub use supervisor::our_executable;
