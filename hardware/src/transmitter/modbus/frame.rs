//! What goes over the line: a question or an order with its head and check, and what an answer may be.

/// How long an answer's function and data may be (Modbus Application Protocol V1.1b3, 4.1).
const DATA_BYTES_MAX: usize = 253;

/// How messages are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// A head with a number and a length (Modbus Messaging on TCP/IP V1.0b, 3.1).
    Tcp,
    /// The unit before and a check behind (Modbus over Serial Line V1.02, 2.5.1); also spoken by converters over TCP.
    Rtu,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// The function's data, without the function.
    Data(Vec<u8>),
    /// An exception: the unit lives and does not do this.
    Exception(u8),
}

/// What came is no answer to what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoAnswer;

/// A whole message.
pub(super) fn message(framing: Framing, transaction: u16, unit: u8, data: &[u8]) -> Vec<u8> {
    match framing {
        Framing::Tcp => {
            let length = (data.len() + 1) as u16;
            [&transaction.to_be_bytes()[..], &[0, 0], &length.to_be_bytes(), &[unit], data].concat()
        }
        Framing::Rtu => {
            let mut message = [&[unit][..], data].concat();
            message.extend(crc(&message).to_le_bytes());
            message
        }
    }
}

/// How many bytes a whole answer has, as far as its beginning tells; `None` while it does not tell yet.
pub(super) fn length(framing: Framing, begun: &[u8]) -> Result<Option<usize>, NoAnswer> {
    let length = match (framing, begun) {
        (Framing::Tcp, [_, _, p, q, high, low, ..]) => {
            let rest = usize::from(u16::from_be_bytes([*high, *low]));
            if (*p, *q) != (0, 0) || !(3..=DATA_BYTES_MAX + 1).contains(&rest) {
                return Err(NoAnswer);
            }
            6 + rest
        }
        (Framing::Rtu, [_, 0x80..=0xFF, _, ..]) => 5,
        (Framing::Rtu, [_, 1..=4, count, ..]) => 5 + usize::from(*count),
        (Framing::Rtu, [_, 5 | 6 | 15 | 16, _, ..]) => 8,
        (Framing::Rtu, [_, _, _, ..]) => return Err(NoAnswer),
        _ => return Ok(None),
    };
    Ok(Some(length))
}

/// What a whole message says in answer to `asked`, the function and data of our question to `unit`.
pub(super) fn opened(
    framing: Framing,
    transaction: u16,
    unit: u8,
    asked: &[u8],
    whole: &[u8],
) -> Result<Said, NoAnswer> {
    let data = match framing {
        Framing::Tcp => {
            let (head, data) = whole.split_at_checked(7).ok_or(NoAnswer)?;
            // Who answers for unit 255 may name itself otherwise: some devices always say 0 or 1.
            if head[..2] != transaction.to_be_bytes() || (head[6] != unit && unit != 255) {
                return Err(NoAnswer);
            }
            data
        }
        Framing::Rtu => {
            let (rest, check) = whole.len().checked_sub(2).map(|n| whole.split_at(n)).ok_or(NoAnswer)?;
            match rest {
                [who, data @ ..] if *who == unit && check == crc(rest).to_le_bytes() => data,
                _ => return Err(NoAnswer),
            }
        }
    };
    let function = *asked.first().ok_or(NoAnswer)?;
    match data {
        [f, code] if *f == function | 0x80 => Ok(Said::Exception(*code)),
        [f, count, data @ ..] if *f == function && function <= 4 && usize::from(*count) == data.len() => {
            Ok(Said::Data(data.to_vec()))
        }
        // An order is answered by its own address and value, or count.
        [_, ..] if function > 4 && data.len() == 5 && asked.starts_with(data) => Ok(Said::Data(data[1..].to_vec())),
        _ => Err(NoAnswer),
    }
}

/// CRC-16 of Modbus: polynomial 0xA001 mirrored, begun with ones.
fn crc(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xA001 } else { crc >> 1 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_those_of_the_standard() {
        // Modbus over Serial Line V1.02, 6.2.2: the check of 02 07 is 41 12 on the line.
        assert_eq!(message(Framing::Rtu, 0, 2, &[7]), [2, 7, 0x41, 0x12]);
        assert_eq!(message(Framing::Tcp, 0x1501, 0xFF, &[3, 0, 4, 0, 1]), [0x15, 1, 0, 0, 0, 6, 0xFF, 3, 0, 4, 0, 1]);
    }

    #[test]
    fn no_changed_bit_is_an_answer_and_no_beginning_asks_for_more_than_a_message() {
        let asked = [3, 0, 10, 0, 2];
        for framing in [Framing::Tcp, Framing::Rtu] {
            let whole = message(framing, 7, 1, &[3, 4, 1, 2, 3, 4]);
            assert_eq!(length(framing, &whole), Ok(Some(whole.len())));
            assert_eq!(opened(framing, 7, 1, &asked, &whole), Ok(Said::Data(vec![1, 2, 3, 4])));
            let refused = message(framing, 7, 1, &[0x83, 2]);
            assert_eq!(opened(framing, 7, 1, &asked, &refused), Ok(Said::Exception(2)));
            assert_eq!(opened(framing, 8, 2, &asked, &whole), Err(NoAnswer), "for somebody else");
            for cut in 0..whole.len() {
                assert!(opened(framing, 7, 1, &asked, &whole[..cut]).is_err());
            }
            let order = [6, 0, 5, 0, 1];
            assert!(opened(framing, 7, 1, &order, &message(framing, 7, 1, &order)).is_ok());
            assert!(opened(framing, 7, 1, &order, &message(framing, 7, 1, &[6, 0, 5, 0, 0])).is_err(), "another value");
        }
        let whole = message(Framing::Rtu, 0, 1, &[3, 4, 1, 2, 3, 4]);
        for bit in 0..whole.len() * 8 {
            let mut changed = whole.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(opened(Framing::Rtu, 0, 1, &asked, &changed).is_err(), "{bit}");
        }
        for first in 0..=255_u8 {
            for second in 0..=255_u8 {
                for framing in [Framing::Tcp, Framing::Rtu] {
                    let told = length(framing, &[1, first, second, second, first, second, 0]);
                    assert!(told.is_err() || told.is_ok_and(|l| l.is_some_and(|l| l <= 260)), "{first} {second}");
                }
            }
        }
    }
}
