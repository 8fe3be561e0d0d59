//! One HTTP/1.1 connection with one request at a time.

use anyhow::{Context as _, bail};
use std::{
    io::{BufRead, BufReader, Read, Write as _},
    net::TcpStream,
    time::Duration,
};

/// Longer than any server keeps a request waiting before it answers with an error.
const PATIENCE: Duration = Duration::from_secs(60);

/// Largest answer that is read: a block of 50 000 hashes has 3.5 MB.
const MAX_ANSWER_BYTES: usize = 64 << 20;

/// One HTTP/1.1 keep-alive connection with one request at a time: two system calls a request, no
/// event loop and no second thread, so that the sender costs next to nothing beside the node.
#[derive(Debug)]
pub(crate) struct HttpConnection {
    stream: BufReader<TcpStream>,
    head: String,
    request: Vec<u8>,
    answer: Vec<u8>,
}

/// Where a node listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    authority: String,
    path: String,
}

impl Endpoint {
    /// Reads `http://host[:port][/path]`.
    pub(crate) fn parse(url: &str) -> Result<Self, String> {
        let rest = url.strip_prefix("http://").ok_or_else(|| {
            format!("`{url}` must begin with http:// (TLS would be measured too)")
        })?;
        let (authority, path) = match rest.find('/') {
            Some(slash) => rest.split_at(slash),
            None => (rest, "/"),
        };
        if authority.is_empty() {
            return Err(format!("`{url}` names no host"));
        }
        let port = authority.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        let authority = if port { authority.to_owned() } else { format!("{authority}:80") };
        Ok(Self { authority, path: path.to_owned() })
    }
}

impl HttpConnection {
    pub(crate) fn open(endpoint: &Endpoint) -> anyhow::Result<Self> {
        let Endpoint { authority, path } = endpoint;
        let stream = TcpStream::connect(authority)
            .with_context(|| format!("nothing answers at {authority}"))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {authority}\r\ncontent-type: application/json\r\ncontent-length: "
        );
        let (request, answer) = (Vec::new(), Vec::new());
        Ok(Self { stream: BufReader::new(stream), head, request, answer })
    }

    /// Sends `body` and returns the body of the answer.
    pub(crate) fn post(&mut self, body: &[u8]) -> anyhow::Result<&[u8]> {
        self.request.clear();
        self.request.extend_from_slice(self.head.as_bytes());
        write!(self.request, "{}\r\n\r\n", body.len())?;
        self.request.extend_from_slice(body);
        self.stream.get_mut().write_all(&self.request).context("sending a request")?;
        self.answer.clear();
        let status =
            read_answer(&mut self.stream, &mut self.answer).context("reading an answer")?;
        if status != 200 {
            bail!("HTTP status {status}: {}", String::from_utf8_lossy(&self.answer).trim());
        }
        Ok(&self.answer)
    }
}

/// Reads one answer into `body` and returns its status.
fn read_answer(stream: &mut impl BufRead, body: &mut Vec<u8>) -> anyhow::Result<u16> {
    let mut line = String::new();
    read_line(stream, &mut line)?;
    let status = line.split(' ').nth(1).and_then(|code| code.parse().ok());
    let status = status.with_context(|| format!("no HTTP answer: `{line}`"))?;
    let mut length = None;
    let mut chunked = false;
    loop {
        read_line(stream, &mut line)?;
        if line.is_empty() {
            break;
        }
        let Some((name, value)) = line.split_once(':') else { bail!("no HTTP header: `{line}`") };
        if name.eq_ignore_ascii_case("content-length") {
            length = Some(value.trim().parse().with_context(|| format!("`{line}`"))?);
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            chunked = value.trim().eq_ignore_ascii_case("chunked");
        }
    }
    match (chunked, length) {
        (true, _) => read_chunks(stream, body)?,
        (false, Some(length)) => read_bytes(stream, length, body)?,
        (false, None) => bail!("an answer without content-length"),
    }
    Ok(status)
}

fn read_chunks(stream: &mut impl BufRead, body: &mut Vec<u8>) -> anyhow::Result<()> {
    let mut line = String::new();
    loop {
        read_line(stream, &mut line)?;
        let size = line.split(';').next().unwrap_or_default().trim();
        let size = usize::from_str_radix(size, 16).with_context(|| format!("chunk `{line}`"))?;
        read_bytes(stream, size, body)?;
        // The end of the chunk, or of the trailer.
        read_line(stream, &mut line)?;
        if size == 0 {
            return Ok(());
        }
    }
}

fn read_bytes(stream: &mut impl BufRead, count: usize, body: &mut Vec<u8>) -> anyhow::Result<()> {
    let total = body.len().saturating_add(count);
    if total > MAX_ANSWER_BYTES {
        bail!("an answer of {total} bytes, at most {MAX_ANSWER_BYTES} are read");
    }
    let wanted = u64::try_from(count)?;
    let found = stream.take(wanted).read_to_end(body)?;
    if found != count {
        bail!("the connection ended after {found} of {count} bytes");
    }
    Ok(())
}

/// Reads a line without its end.
fn read_line(stream: &mut impl BufRead, line: &mut String) -> anyhow::Result<()> {
    line.clear();
    if stream.read_line(line)? == 0 {
        bail!("the node closed the connection");
    }
    line.truncate(line.trim_end_matches(['\r', '\n']).len());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(text: &str) -> anyhow::Result<(u16, String)> {
        let mut body = Vec::new();
        let status = read_answer(&mut text.as_bytes(), &mut body)?;
        Ok((status, String::from_utf8(body).unwrap()))
    }

    #[test]
    fn an_answer_has_a_length_or_chunks() {
        let plain = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
        assert_eq!(answer(plain).unwrap(), (200, "{}".to_owned()));
        let chunks = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\n{\"a\r\n3;x=y\r\n\":1\r\n0\r\n\r\n";
        assert_eq!(answer(chunks).unwrap(), (200, "{\"a\":1".to_owned()));
        let refused = "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n";
        assert_eq!(answer(refused).unwrap().0, 429);
    }

    #[test]
    fn a_torn_or_foreign_answer_is_an_error() {
        let torn = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}";
        assert!(answer(torn).unwrap_err().to_string().contains("2 of 9"));
        for text in ["", "SSH-2.0\r\n", "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nx\r\n\r\n"] {
            assert!(answer(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_endpoint_has_a_host_and_perhaps_a_port_and_a_path() {
        let of = |url| Endpoint::parse(url).map(|e| (e.authority, e.path));
        let parts = |host: &str, path: &str| Ok((host.to_owned(), path.to_owned()));
        assert_eq!(of("http://127.0.0.1:8545"), parts("127.0.0.1:8545", "/"));
        assert_eq!(of("http://node/v1/key"), parts("node:80", "/v1/key"));
        for url in ["https://node", "ws://node", "http://", "http:///x"] {
            assert!(of(url).is_err(), "{url}");
        }
    }
}
