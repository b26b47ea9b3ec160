//! What a guest sends, through a decoder of its own behind walls, to the live thread.
//!
//! The decoder is a throw-away process (`mikado decode --stream`): what breaks in it costs this guest, and what takes it over
//! finds no file, no network and no other process.

use std::io;
use std::process::Stdio;
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use playout::realtime::Frame;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use super::body::Body;
use super::line::Word;

/// A guest who sends nothing for this long has gone without a word.
const SENDS_WITHIN: Duration = Duration::from_secs(30);
/// Bytes read at once from the network, and from the decoder: 85 ms of sound.
const BYTES: usize = 4_096;
const SOUND_BYTES: usize = 32_768;
/// A sentence of complaint, and how long it is waited for.
const TROUBLE_BYTES: usize = 512;
const SAYS_WITHIN: Duration = Duration::from_secs(1);
/// Bytes of a frame that the decoder writes.
const FRAME_BYTES: usize = 8;

/// One decoder.
pub struct Decoder {
    _child: Child,
    input: ChildStdin,
    output: ChildStdout,
    trouble: ChildStderr,
}

impl Decoder {
    /// Starts one.
    pub fn start() -> io::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["decode", "--stream"])
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let missing = || io::Error::from(io::ErrorKind::BrokenPipe);
        let input = child.stdin.take().ok_or_else(missing)?;
        let output = child.stdout.take().ok_or_else(missing)?;
        let trouble = child.stderr.take().ok_or_else(missing)?;
        Ok(Self { _child: child, input, output, trouble })
    }

    /// Carries a guest's sound until they, or the decoder, end; answers how many frames came out, and what the decoder
    /// complained of.
    pub async fn carry(
        self,
        guest: impl AsyncRead + Unpin,
        (first, body): (Vec<u8>, Body),
        number: u64,
        words: &SyncSender<Word>,
    ) -> (u64, String) {
        let Self { _child, input, output, mut trouble } = self;
        let sending = async {
            // Its end is the decoder's, and the decoder's end is the answer.
            let _ = send(guest, input, first, body).await;
            std::future::pending::<u64>().await
        };
        let frames = tokio::select! {
            frames = listen(output, number, words) => frames,
            never = sending => never,
        };
        let mut said = [0; TROUBLE_BYTES];
        let n = timeout(SAYS_WITHIN, trouble.read(&mut said)).await.map_or(0, Result::unwrap_or_default);
        let said = String::from_utf8_lossy(said.get(..n).unwrap_or_default()).trim().replace(char::is_control, " ");
        (frames, said)
    }
}

/// From the guest to the decoder.
async fn send(
    mut guest: impl AsyncRead + Unpin,
    mut decoder: ChildStdin,
    first: Vec<u8>,
    mut body: Body,
) -> io::Result<()> {
    let (mut bytes, mut sound) = (vec![0; BYTES], Vec::new());
    let mut goes_on = body.take(&first, &mut sound);
    while goes_on {
        decoder.write_all(&sound).await?;
        sound.clear();
        let n = timeout(SENDS_WITHIN, guest.read(&mut bytes)).await??;
        goes_on = n > 0 && body.take(bytes.get(..n).unwrap_or_default(), &mut sound);
    }
    decoder.write_all(&sound).await
}

/// From the decoder to the live thread.
async fn listen(mut decoder: ChildStdout, number: u64, words: &SyncSender<Word>) -> u64 {
    let (mut bytes, mut have, mut frames) = (vec![0; SOUND_BYTES], 0, 0);
    while let Some(room) = bytes.get_mut(have..) {
        let Ok(n @ 1..) = decoder.read(room).await else { break };
        have += n;
        let whole = have - have % FRAME_BYTES;
        let sound: Vec<Frame> = bytes.get(..whole).unwrap_or_default().chunks_exact(FRAME_BYTES).map(frame).collect();
        bytes.copy_within(whole..have, 0);
        have -= whole;
        frames += sound.len() as u64;
        // A thread that has stood still for seconds has lost more than this.
        let _ = words.try_send(Word::Sound(number, sound));
    }
    frames
}

/// A frame in its bytes; a decoder that went mad gives silence, never what is no number.
fn frame(bytes: &[u8]) -> Frame {
    let sample = |at: usize| {
        let four = bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0.0, f32::from_le_bytes);
        if four.is_finite() { four.clamp(-4.0, 4.0) } else { 0.0 }
    };
    [sample(0), sample(4)]
}
