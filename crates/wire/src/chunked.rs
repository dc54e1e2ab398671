//! Bodies in `aws-chunked` encoding as they come: pieces with their length in hexadecimal, each perhaps signed, and trailers.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html>

/// What the head of a piece or a trailer may measure.
const LONGEST_LINE: usize = 8 << 10;
const SIGNATURE: &str = "chunk-signature=";
const TRAILER_SIGNATURE: &str = "x-amz-trailer-signature";

/// Why a body is not what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is not in this encoding.
    Framing,
    /// A piece or the trailers were not signed by who signed the request.
    Signature,
    /// It ended before its last piece.
    Short,
}

/// What checks the signatures of pieces, one after the other.
pub trait Seals: Send {
    /// Takes bytes of the piece that is coming in.
    fn cover(&mut self, bytes: &[u8]);
    /// Whether the piece, which has come to its end, was signed by this.
    fn seals(&mut self, signature: &str) -> bool;
    /// Whether the trailers were signed by this: lines of name and value, each with a line feed.
    fn seals_trailers(&mut self, trailers: &[u8], signature: &str) -> bool;
}

/// Takes the framing off.
pub struct Unchunk {
    seals: Option<Box<dyn Seals>>,
    state: State,
    line: Vec<u8>,
    trailers: Vec<(String, String)>,
}

enum State {
    Head,
    Data {
        left: u64,
        signature: String,
    },
    /// The line feed after a piece.
    DataEnd,
    Trailers,
    Done,
}

impl Unchunk {
    /// Checks the pieces' signatures, if there is something to check them with.
    pub fn new(seals: Option<Box<dyn Seals>>) -> Self {
        Self { seals, state: State::Head, line: Vec::new(), trailers: Vec::new() }
    }

    /// Takes what came, and adds what it holds to `out`.
    ///
    /// # Errors
    /// [`Fault`] says why it is no such body.
    pub fn feed(&mut self, mut bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
        while !bytes.is_empty() {
            bytes = match &mut self.state {
                State::Data { left, .. } => {
                    let take = usize::try_from(*left).map_or(bytes.len(), |left| left.min(bytes.len()));
                    let (data, rest) = bytes.split_at(take);
                    if let Some(seals) = &mut self.seals {
                        seals.cover(data);
                    }
                    out.extend_from_slice(data);
                    *left -= take as u64;
                    if *left == 0 {
                        self.end_piece()?;
                    }
                    rest
                }
                State::Head | State::DataEnd | State::Trailers => {
                    let rest = self.gather(bytes)?;
                    if self.line.ends_with(b"\r\n") {
                        let line = std::mem::take(&mut self.line);
                        self.line(&line[..line.len() - 2])?;
                    }
                    rest
                }
                State::Done => return Err(Fault::Framing),
            };
        }
        Ok(())
    }

    /// The trailers, when the body has ended.
    ///
    /// # Errors
    /// [`Fault::Short`] when it has not.
    pub fn finish(self) -> Result<Vec<(String, String)>, Fault> {
        match self.state {
            State::Done => Ok(self.trailers),
            _ => Err(Fault::Short),
        }
    }

    /// Adds to the line up to its end; returns what comes behind.
    fn gather<'b>(&mut self, bytes: &'b [u8]) -> Result<&'b [u8], Fault> {
        let end = bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| at + 1);
        let (line, rest) = bytes.split_at(end);
        self.line.extend_from_slice(line);
        if self.line.len() > LONGEST_LINE || self.line.ends_with(b"\n") && !self.line.ends_with(b"\r\n") {
            return Err(Fault::Framing);
        }
        Ok(rest)
    }

    fn line(&mut self, line: &[u8]) -> Result<(), Fault> {
        let text = std::str::from_utf8(line).map_err(|_| Fault::Framing)?;
        match self.state {
            State::Head => self.head(text),
            State::DataEnd if text.is_empty() => Ok(self.state = State::Head),
            State::Trailers if text.is_empty() => self.end(),
            State::Trailers => {
                let (name, value) = text.split_once(':').ok_or(Fault::Framing)?;
                Ok(self.trailers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned())))
            }
            State::DataEnd | State::Data { .. } | State::Done => Err(Fault::Framing),
        }
    }

    /// `length;chunk-signature=…`
    fn head(&mut self, text: &str) -> Result<(), Fault> {
        let (digits, extension) = text.split_once(';').unwrap_or((text, ""));
        let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let left = u64::from_str_radix(digits, 16).ok().filter(|_| plain).ok_or(Fault::Framing)?;
        let signature = extension.trim().strip_prefix(SIGNATURE).unwrap_or_default().to_owned();
        self.state = State::Data { left, signature };
        if left == 0 {
            self.end_piece()?;
            self.state = State::Trailers;
        }
        Ok(())
    }

    fn end_piece(&mut self) -> Result<(), Fault> {
        let state = std::mem::replace(&mut self.state, State::DataEnd);
        let State::Data { signature, .. } = state else { return Err(Fault::Framing) };
        let signed = self.seals.as_mut().is_none_or(|seals| seals.seals(&signature));
        if signed { Ok(()) } else { Err(Fault::Signature) }
    }

    /// The empty line behind the trailers.
    fn end(&mut self) -> Result<(), Fault> {
        self.state = State::Done;
        let signature = self.trailers.iter().position(|(name, _)| name == TRAILER_SIGNATURE);
        let signature = signature.map(|at| self.trailers.remove(at).1);
        let Some(seals) = self.seals.as_mut().filter(|_| !self.trailers.is_empty()) else { return Ok(()) };
        let lines: String = self.trailers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        match signature.is_some_and(|signature| seals.seals_trailers(lines.as_bytes(), &signature)) {
            true => Ok(()),
            false => Err(Fault::Signature),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    /// What comes out when `body` arrives in pieces of `step` bytes.
    fn unchunked(body: &[u8], step: usize) -> Result<(Vec<u8>, Vec<(String, String)>), Fault> {
        let (mut unchunk, mut out) = (Unchunk::new(None), Vec::new());
        body.chunks(step).try_for_each(|piece| unchunk.feed(piece, &mut out))?;
        Ok((out, unchunk.finish()?))
    }

    #[test]
    fn pieces_are_joined_and_trailers_told_however_they_come() {
        let body = b"5;chunk-signature=aa\r\nhello\r\n1\r\n!\r\n0;chunk-signature=bb\r\nx-amz-checksum-crc32: AAAA\r\n\r\n";
        for step in [1, 2, 7, 1000] {
            let expected = (b"hello!".to_vec(), vec![("x-amz-checksum-crc32".to_owned(), "AAAA".to_owned())]);
            assert_eq!(unchunked(body, step), Ok(expected), "{step}");
        }
        assert_eq!(unchunked(b"0\r\n\r\n", 3), Ok((vec![], vec![])));
    }

    #[test]
    fn broken_and_unfinished_framing_is_refused() {
        for body in [&b"hello"[..], b"5\r\nhell", b"5\r\nhello", b"5\r\nhello\r\n0\r\n", b""] {
            assert_eq!(unchunked(body, 100), Err(Fault::Short), "{}", String::from_utf8_lossy(body));
        }
        for body in [&b"5\r\nhelloX\r\n"[..], b"zz\r\n", b"+1\r\na", b"5\nhello", b"0\r\nx\r\n\r\n", b"0\r\n\r\nmore"] {
            assert_eq!(unchunked(body, 100), Err(Fault::Framing), "{}", String::from_utf8_lossy(body));
        }
        assert_eq!(unchunked(&[b'1'; 9000], 100), Err(Fault::Framing));
    }

    proptest! {
        #[test]
        fn any_pieces_come_out_as_they_went_in(pieces in vec(vec(any::<u8>(), 1..40), 0..6), step in 1usize..50) {
            let framed = pieces.iter().map(|p| [format!("{:x}\r\n", p.len()).as_bytes(), p, b"\r\n"].concat());
            let body: Vec<u8> = framed.flatten().chain(*b"0\r\n\r\n").collect();
            prop_assert_eq!(unchunked(&body, step), Ok((pieces.concat(), vec![])));
        }

        #[test]
        fn no_framing_makes_it_panic(body: Vec<u8>, step in 1usize..50) {
            let _ = unchunked(&body, step);
        }
    }
}
