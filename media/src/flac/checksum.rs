//! The checksums of FLAC frames (RFC 9639 §9.1.8 and §9.3).

const fn table(polynomial: u16, width: u32) -> [u16; 256] {
    let top = 1u16 << (width - 1);
    let mask = if width == 16 { u16::MAX } else { (1 << width) - 1 };
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        let mut rest = (i as u16) << (width - 8);
        let mut bit = 0;
        while bit < 8 {
            rest = if rest & top == 0 { rest << 1 } else { (rest << 1) ^ polynomial };
            bit += 1;
        }
        table[i] = rest & mask;
        i += 1;
    }
    table
}

/// Table `n` says what a byte does to the rest when `n` zero bytes follow it, so that eight bytes go at once.
const fn tables(polynomial: u16) -> [[u16; 256]; 8] {
    let mut tables = [table(polynomial, 16); 8];
    let mut n = 1;
    while n < 8 {
        let mut i = 0;
        while i < 256 {
            let before = tables[n - 1][i];
            tables[n][i] = (before << 8) ^ tables[0][(before >> 8) as usize];
            i += 1;
        }
        n += 1;
    }
    tables
}

static CRC8: [u16; 256] = table(0x07, 8);
static CRC16: [[u16; 256]; 8] = tables(0x8005);

/// CRC-8 over a frame header.
pub fn crc8(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |rest, b| CRC8[usize::from(rest ^ *b)] as u8)
}

/// CRC-16 over a whole frame.
pub fn crc16(bytes: &[u8]) -> u16 {
    let eights = bytes.chunks_exact(8);
    let last = eights.remainder();
    let rest = eights.fold(0u16, |rest, b| {
        let [high, low] = rest.to_be_bytes();
        CRC16[7][usize::from(b[0] ^ high)]
            ^ CRC16[6][usize::from(b[1] ^ low)]
            ^ CRC16[5][usize::from(b[2])]
            ^ CRC16[4][usize::from(b[3])]
            ^ CRC16[3][usize::from(b[4])]
            ^ CRC16[2][usize::from(b[5])]
            ^ CRC16[1][usize::from(b[6])]
            ^ CRC16[0][usize::from(b[7])]
    });
    last.iter().fold(rest, |rest, b| (rest << 8) ^ CRC16[0][usize::from((rest >> 8) as u8 ^ *b)])
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_catalogued_check_values_come_out() {
        assert_eq!(super::crc8(b"123456789"), 0xF4);
        assert_eq!(super::crc16(b"123456789"), 0xFEE8);
    }
}
