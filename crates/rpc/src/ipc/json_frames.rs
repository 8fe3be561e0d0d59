//! Splits a byte stream into JSON documents.

use thiserror::Error;

/// Splits a byte stream into JSON documents. Clients separate them by a line break, by nothing at
/// all, or break lines inside; so documents are told apart by their brackets.
#[derive(Debug)]
pub struct JsonFrames {
    buffer: Vec<u8>,
    /// Bytes of `buffer` that were looked at.
    scanned: usize,
    depth: usize,
    in_string: bool,
    escaped: bool,
    limit: u32,
}

/// A document does not end where it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a request of more than {limit} bytes")]
pub struct RequestTooLong {
    /// The longest allowed, in bytes.
    pub limit: u32,
}

impl JsonFrames {
    /// Documents of at most `limit` bytes.
    #[must_use]
    pub const fn new(limit: u32) -> Self {
        Self { buffer: Vec::new(), scanned: 0, depth: 0, in_string: false, escaped: false, limit }
    }

    /// Adds what was read.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next complete document, or a line that is none.
    ///
    /// # Errors
    /// [`RequestTooLong`]; the stream cannot go on, because its next document has no known
    /// beginning.
    pub fn next_document(&mut self) -> Result<Option<Vec<u8>>, RequestTooLong> {
        while let Some(byte) = self.buffer.get(self.scanned).copied() {
            self.scanned += 1;
            if self.ends_document(byte) {
                self.check_length(self.scanned)?;
                let rest = self.buffer.split_off(self.scanned);
                let document = std::mem::replace(&mut self.buffer, rest);
                self.scanned = 0;
                if !document.iter().all(u8::is_ascii_whitespace) {
                    return Ok(Some(document));
                }
            }
        }
        self.check_length(self.buffer.len())?;
        Ok(None)
    }

    fn check_length(&self, bytes: usize) -> Result<(), RequestTooLong> {
        let limit = self.limit;
        match u32::try_from(bytes) {
            Ok(length) if length <= limit => Ok(()),
            Ok(_) | Err(_) => Err(RequestTooLong { limit }),
        }
    }

    fn ends_document(&mut self, byte: u8) -> bool {
        if self.in_string {
            self.in_string = self.escaped || byte != b'"';
            self.escaped = !self.escaped && byte == b'\\';
            return false;
        }
        match byte {
            b'{' | b'[' => self.depth += 1,
            // A stray closing bracket ends nothing but itself.
            b'}' | b']' if self.depth <= 1 => {
                self.depth = 0;
                return true;
            }
            b'}' | b']' => self.depth -= 1,
            b'"' if self.depth > 0 => self.in_string = true,
            b'\n' if self.depth == 0 => return true,
            _ => {}
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn documents(chunks: &[&[u8]]) -> Vec<String> {
        let mut frames = JsonFrames::new(1_000);
        let mut found = Vec::new();
        for chunk in chunks {
            frames.push(chunk);
            while let Some(document) = frames.next_document().unwrap() {
                found.push(String::from_utf8(document).unwrap().trim().to_owned());
            }
        }
        found
    }

    #[test]
    fn documents_need_no_separator_and_may_contain_line_breaks() {
        assert_eq!(documents(&[b"{\"a\":1}[2]\n{\n\"b\":3}"]), ["{\"a\":1}", "[2]", "{\n\"b\":3}"]);
    }

    #[test]
    fn brackets_and_quotes_inside_strings_are_text() {
        let tricky = br#"{"a":"}]\"{"}{"b":"\\"}"#;
        assert_eq!(documents(&[tricky]), [r#"{"a":"}]\"{"}"#, r#"{"b":"\\"}"#]);
    }

    #[test]
    fn a_line_that_is_no_json_is_one_document() {
        assert_eq!(documents(&[b"hello\n\n{}"]), ["hello", "{}"]);
    }

    #[test]
    fn a_document_over_the_limit_is_refused() {
        let mut frames = JsonFrames::new(4);
        frames.push(b"{\"a\":");
        assert_eq!(frames.next_document(), Err(RequestTooLong { limit: 4 }));
    }

    #[test]
    fn a_document_over_the_limit_is_refused_even_if_it_comes_in_one_piece() {
        let mut frames = JsonFrames::new(4);
        frames.push(b"[1][12]{}{\"a\":1}");
        assert_eq!(frames.next_document(), Ok(Some(b"[1]".to_vec())));
        assert_eq!(frames.next_document(), Ok(Some(b"[12]".to_vec())));
        assert_eq!(frames.next_document(), Ok(Some(b"{}".to_vec())));
        assert_eq!(frames.next_document(), Err(RequestTooLong { limit: 4 }));
    }

    proptest! {
        #[test]
        fn any_chopping_gives_the_same_documents(
            values in proptest::collection::vec(".{0,12}", 1..6),
            cut in 1usize..7,
        ) {
            let written: Vec<String> =
                values.iter().map(|value| serde_json::json!({ "v": value }).to_string()).collect();
            let stream = written.concat().into_bytes();
            let chunks: Vec<&[u8]> = stream.chunks(cut).collect();
            prop_assert_eq!(documents(&chunks), written);
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut frames = JsonFrames::new(64);
            frames.push(&bytes);
            while let Ok(Some(_)) = frames.next_document() {}
        }
    }
}
