//! Gossip, byte by byte: what a library that is on the other side too would not say.

use alloy_primitives::Bytes;

/// A message on a topic.
pub(crate) fn publication(topic: &str, data: &[u8]) -> Bytes {
    let mut message = Vec::new();
    put(&mut message, 2, data);
    put(&mut message, 4, topic.as_bytes());
    framed(2, &message)
}

/// Interest in topics.
pub(crate) fn subscriptions<'a>(topics: impl IntoIterator<Item = &'a str>) -> Bytes {
    let mut rpc = Vec::new();
    for topic in topics {
        let mut subscription = vec![1 << 3, 1];
        put(&mut subscription, 2, topic.as_bytes());
        put(&mut rpc, 1, &subscription);
    }
    with_length(&rpc)
}

/// Says to have messages with these ids, wants them, and asks to be told everything.
pub(crate) fn control(topic: &str, ids: &[[u8; 32]]) -> Bytes {
    let (mut have, mut want, mut control) = (Vec::new(), Vec::new(), Vec::new());
    put(&mut have, 1, topic.as_bytes());
    for id in ids {
        put(&mut have, 2, id);
        put(&mut want, 1, id);
    }
    let mut graft = Vec::new();
    put(&mut graft, 1, topic.as_bytes());
    put(&mut control, 1, &have);
    put(&mut control, 2, &want);
    put(&mut control, 3, &graft);
    framed(3, &control)
}

/// A record that a stranger is to keep, in the words of discovery.
pub(crate) fn record(key: &[u8], value: &[u8]) -> Bytes {
    let mut record = Vec::new();
    put(&mut record, 1, key);
    put(&mut record, 2, value);
    // The kind of message that puts a value is zero, which is not written.
    let mut message = Vec::new();
    put(&mut message, 2, key);
    put(&mut message, 3, &record);
    with_length(&message)
}

/// Bytes after their length.
pub(crate) fn with_length(bytes: &[u8]) -> Bytes {
    let mut frame = Vec::new();
    put_number(&mut frame, bytes.len());
    frame.extend_from_slice(bytes);
    frame.into()
}

/// A length alone.
pub(crate) fn length(bytes: usize) -> Vec<u8> {
    let mut frame = Vec::new();
    put_number(&mut frame, bytes);
    frame
}

fn framed(field: u8, message: &[u8]) -> Bytes {
    let mut rpc = Vec::new();
    put(&mut rpc, field, message);
    with_length(&rpc)
}

/// A field of bytes. Source: Protocol Buffers, wire type 2.
fn put(message: &mut Vec<u8>, field: u8, bytes: &[u8]) {
    message.push(field << 3 | 2);
    put_number(message, bytes.len());
    message.extend_from_slice(bytes);
}

/// Seven bits a byte, lowest first. Source: Protocol Buffers, varint.
fn put_number(message: &mut Vec<u8>, mut number: usize) {
    loop {
        let low = u8::try_from(number & 0x7f).unwrap();
        number >>= 7;
        if number == 0 {
            return message.push(low);
        }
        message.push(low | 0x80);
    }
}
