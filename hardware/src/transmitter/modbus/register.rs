//! A register, input or coil of Modbus, and how its bits become a number.

use std::fmt;
use std::str::FromStr;

/// Something that a unit of Modbus can be asked for.
///
/// Written as `holding 10 f32 low-first unit 2`: the table, the address as it goes over the line (the first is 0, so that the
/// register that some manuals call 40011 is `holding 10`), what its words hold (`u16` when nothing is said), and the unit (1 when
/// nothing is said).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Register {
    /// Which unit, 1 to 247, or 255 for a device that is alone on its address.
    pub unit: u8,
    /// Which of its tables, and where in it.
    pub place: Place,
}

/// A table and an address in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// One bit that can be written.
    Coil(u16),
    /// One bit that is only read.
    Discrete(u16),
    /// Words that are only read.
    Input(u16, Number),
    /// Words that can be written.
    Holding(u16, Number),
}

/// What words hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Number {
    /// Their kind.
    pub kind: NumberKind,
    /// Whether the low word of two comes first; the protocol fixes the order of bytes alone.
    pub low_first: bool,
}

/// The kinds of numbers that registers hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NumberKind {
    /// One word, from 0 on.
    #[default]
    U16,
    /// One word with a sign.
    S16,
    /// Two words, from 0 on.
    U32,
    /// Two words with a sign.
    S32,
    /// Two words, IEEE 754.
    F32,
    /// One bit of a word, 0 is the lowest.
    Bit(u8),
}

/// The bits of an order, ready to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// A coil.
    Coil(bool),
    /// One word.
    Word(u16),
    /// Two words, in the order of the line.
    Words([u16; 2]),
}

/// The text names no register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a register of Modbus: “holding 10 f32 low-first unit 2”, “input 3”, “coil 5”, “discrete 7”")]
pub struct BadRegister;

impl Number {
    const fn words(self) -> u16 {
        match self.kind {
            NumberKind::U16 | NumberKind::S16 | NumberKind::Bit(_) => 1,
            NumberKind::U32 | NumberKind::S32 | NumberKind::F32 => 2,
        }
    }

    fn read(self, words: &[u16]) -> Option<f64> {
        let first = *words.first()?;
        let both = || {
            let second = *words.get(1)?;
            let (high, low) = if self.low_first { (second, first) } else { (first, second) };
            Some(u32::from(high) << 16 | u32::from(low))
        };
        let number = match self.kind {
            NumberKind::U16 => f64::from(first),
            NumberKind::S16 => f64::from(first.cast_signed()),
            NumberKind::U32 => f64::from(both()?),
            NumberKind::S32 => f64::from(both()?.cast_signed()),
            NumberKind::F32 => f64::from(f32::from_bits(both()?)),
            NumberKind::Bit(bit) => f64::from(first >> bit & 1),
        };
        number.is_finite().then_some(number)
    }

    fn written(self, value: f64) -> Option<Written> {
        let whole = |least: f64, most: f64| whole(value, least, most);
        let two = |bits: u32| {
            let (high, low) = ((bits >> 16) as u16, bits as u16);
            Written::Words(if self.low_first { [low, high] } else { [high, low] })
        };
        Some(match self.kind {
            NumberKind::U16 => Written::Word(whole(0.0, f64::from(u16::MAX))? as u16),
            NumberKind::S16 => Written::Word((whole(f64::from(i16::MIN), f64::from(i16::MAX))? as i16).cast_unsigned()),
            NumberKind::U32 => two(whole(0.0, f64::from(u32::MAX))? as u32),
            NumberKind::S32 => two((whole(f64::from(i32::MIN), f64::from(i32::MAX))? as i32).cast_unsigned()),
            NumberKind::F32 => two((value as f32).is_finite().then(|| (value as f32).to_bits())?),
            // The other bits of the word could change between the reading and the order.
            NumberKind::Bit(_) => return None,
        })
    }
}

impl Register {
    /// The order that makes it say `value`; `None` when it cannot hold that, or cannot be written.
    pub fn order(self, value: f64) -> Option<Written> {
        match self.place {
            Place::Coil(_) => whole(value, 0.0, 1.0).map(|on| Written::Coil(on > 0.5)),
            Place::Holding(_, number) => number.written(value),
            _ => None,
        }
    }

    /// The question: function, address, count.
    pub(super) const fn question(self) -> [u8; 5] {
        let (function, address, count) = match self.place {
            Place::Coil(at) => (1, at, 1),
            Place::Discrete(at) => (2, at, 1),
            Place::Holding(at, number) => (3, at, number.words()),
            Place::Input(at, number) => (4, at, number.words()),
        };
        let ([a, b], [c, d]) = (address.to_be_bytes(), count.to_be_bytes());
        [function, a, b, c, d]
    }

    /// The number in the bytes of an answer; `None` when they are not as many as were asked for.
    pub(super) fn number(self, bytes: &[u8]) -> Option<f64> {
        match self.place {
            Place::Coil(_) | Place::Discrete(_) => match bytes {
                [bits] => Some(f64::from(bits & 1)),
                _ => None,
            },
            Place::Holding(_, number) | Place::Input(_, number) => {
                let words: Vec<u16> = bytes.chunks_exact(2).map(|w| u16::from_be_bytes([w[0], w[1]])).collect();
                (bytes.len() == 2 * usize::from(number.words())).then(|| number.read(&words)).flatten()
            }
        }
    }

    /// The order's function and data.
    pub(super) fn written(self, written: Written) -> Vec<u8> {
        let (Place::Coil(at) | Place::Discrete(at) | Place::Input(at, _) | Place::Holding(at, _)) = self.place;
        let [high, low] = at.to_be_bytes();
        match written {
            Written::Coil(on) => vec![5, high, low, if on { 0xFF } else { 0 }, 0],
            Written::Word(word) => [&[6, high, low][..], &word.to_be_bytes()].concat(),
            Written::Words([a, b]) => [&[16, high, low, 0, 2, 4][..], &a.to_be_bytes(), &b.to_be_bytes()].concat(),
        }
    }
}

/// A whole number between two others.
fn whole(value: f64, least: f64, most: f64) -> Option<f64> {
    (value.fract().abs() < f64::EPSILON && (least..=most).contains(&value)).then_some(value)
}

impl FromStr for Register {
    type Err = BadRegister;

    fn from_str(text: &str) -> Result<Self, BadRegister> {
        let mut words = text.split_whitespace();
        let table = words.next().ok_or(BadRegister)?;
        let at: u16 = words.next().and_then(|a| a.parse().ok()).ok_or(BadRegister)?;
        let (mut unit, mut number, mut says_number) = (1, Number::default(), false);
        while let Some(word) = words.next() {
            let mut next = || words.next().and_then(|n| n.parse::<u8>().ok()).ok_or(BadRegister);
            match word {
                "unit" => unit = next()?,
                "low-first" => number.low_first = true,
                "bit" => number.kind = NumberKind::Bit(next()?),
                "u16" => number.kind = NumberKind::U16,
                "s16" => number.kind = NumberKind::S16,
                "u32" => number.kind = NumberKind::U32,
                "s32" => number.kind = NumberKind::S32,
                "f32" => number.kind = NumberKind::F32,
                _ => return Err(BadRegister),
            }
            says_number |= word != "unit";
        }
        let fits = !matches!(number.kind, NumberKind::Bit(16..)) && (!number.low_first || number.words() == 2);
        let place = match table {
            "coil" if !says_number => Place::Coil(at),
            "discrete" if !says_number => Place::Discrete(at),
            "input" => Place::Input(at, number),
            "holding" => Place::Holding(at, number),
            _ => return Err(BadRegister),
        };
        // Modbus over Serial Line, 2.2: 248 to 254 are reserved, 0 is a call to all, which nobody answers.
        if !fits || matches!(unit, 0 | 248..=254) {
            return Err(BadRegister);
        }
        Ok(Self { unit, place })
    }
}

impl fmt::Display for Register {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |f: &mut fmt::Formatter<'_>, number: Number| {
            match number.kind {
                NumberKind::U16 => f.write_str(" u16")?,
                NumberKind::S16 => f.write_str(" s16")?,
                NumberKind::U32 => f.write_str(" u32")?,
                NumberKind::S32 => f.write_str(" s32")?,
                NumberKind::F32 => f.write_str(" f32")?,
                NumberKind::Bit(bit) => write!(f, " bit {bit}")?,
            }
            f.write_str(if number.low_first { " low-first" } else { "" })
        };
        match self.place {
            Place::Coil(at) => write!(f, "coil {at}")?,
            Place::Discrete(at) => write!(f, "discrete {at}")?,
            Place::Input(at, n) => write!(f, "input {at}").and_then(|()| number(f, n))?,
            Place::Holding(at, n) => write!(f, "holding {at}").and_then(|()| number(f, n))?,
        }
        write!(f, " unit {}", self.unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_register_is_read_as_it_is_written_and_nonsense_is_none() {
        for text in [
            "coil 5 unit 1",
            "discrete 65535 unit 247",
            "input 3 u16 unit 1",
            "holding 10 f32 low-first unit 2",
            "holding 0 bit 15 unit 255",
            "input 9 s32 unit 17",
        ] {
            assert_eq!(text.parse::<Register>().unwrap().to_string(), text);
        }
        assert_eq!("holding 10".parse::<Register>().unwrap().to_string(), "holding 10 u16 unit 1");
        for bad in [
            "",
            "holding",
            "holding 65536",
            "holding -1",
            "40011",
            "coil 1 u16",
            "holding 1 bit 16",
            "holding 1 u16 low-first",
            "holding 1 unit 0",
            "holding 1 unit 250",
            "holding 1 unit",
            "holding 1 f64",
        ] {
            assert!(bad.parse::<Register>().is_err(), "{bad}");
        }
    }

    #[test]
    fn every_kind_holds_its_numbers_in_either_order_and_refuses_others() {
        let register = |kind: &str| format!("holding 7 {kind}").parse::<Register>().unwrap();
        for (kind, value) in [
            ("u16", 65_535.0),
            ("s16", -12.0),
            ("u32", 4_294_967_295.0),
            ("s32", -70_000.0),
            ("f32", 98.5),
            ("f32 low-first", -0.25),
            ("u32 low-first", 94_000.0),
        ] {
            let register = register(kind);
            let data = register.written(register.order(value).unwrap());
            let bytes = if data[0] == 16 { &data[6..] } else { &data[3..] };
            assert_eq!(register.number(bytes), Some(value), "{kind}");
            assert_eq!(register.number(&bytes[1..]), None, "{kind}: too short");
            assert_eq!(register.question()[4] as usize * 2, bytes.len());
        }
        for (kind, value) in
            [("u16", 65_536.0), ("u16", 0.5), ("s16", 40_000.0), ("u32", -1.0), ("f32", 1e300), ("bit 3", 1.0)]
        {
            assert_eq!(register(kind).order(value), None, "{kind} {value}");
        }
        assert_eq!(register("bit 3").number(&[0, 8]), Some(1.0));
        assert_eq!(register("f32").number(&[0x7f, 0x80, 0, 0]), None, "no end is no reading");
        assert_eq!("input 1".parse::<Register>().unwrap().order(1.0), None);
        assert_eq!("coil 1".parse::<Register>().unwrap().order(2.0), None);
    }
}
