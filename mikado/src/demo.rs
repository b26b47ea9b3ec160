//! `mikado demo`: a whole station with seven sites, the reference week and sound, in one command.

pub mod markers;
pub mod music;
pub mod sound;
pub mod tone;
pub mod voices;
