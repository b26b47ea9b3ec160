//! What a receiver's display is told beside the sound: the Radio Data System (IEC 62106).

pub mod charset;
