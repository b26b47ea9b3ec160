//! What a receiver's display is told beside the sound: the Radio Data System (IEC 62106).
//!
//! [`Said`] is what a station wants receivers to know now; an [`Encoder`] turns it into one [`Group`] after the other, in the
//! order and with the repetition that the standard asks; [`Biphase`] makes of their bits what modulates the 57 kHz subcarrier.

mod biphase;
pub mod charset;
mod encoder;
mod frequency;
mod group;
mod rota;
mod said;
mod tags;

pub use biphase::Biphase;
pub use encoder::Encoder;
pub use frequency::{Alternatives, BadFrequency, Frequency};
pub use group::{BITS_PER_GROUP, BITS_PER_S, Block, Group};
pub use said::{BadPi, OtherNetwork, Pi, Pty, RtPlus, Said, Tag, Tuning};
pub use tags::{RT_PLUS, RT_PLUS_GROUP, tag_words};
