//! The bytes of every message, and what is refused.

use super::*;
use alloy_primitives::{Address, B256, Bytes, U256, hex};
use hanzo_testkit::{Signer, TestChain, dev_spec};
use hanzo_types::Header;
use proptest::prelude::*;

fn header() -> Header {
    Header { number: 7, gas_limit: 30_000_000, timestamp: 1_800_000_000, ..Header::default() }
}

fn status() -> Status {
    Status {
        chain_id: 36_961,
        genesis_hash: B256::repeat_byte(0x11),
        fork_hash: [1, 2, 3, 4].into(),
        next_fork: 0,
        head_number: 1_000,
        head_hash: B256::repeat_byte(0x22),
        total_difficulty: U256::from(1_u64 << 40),
        client: "hanzo/v0.1.0".to_owned(),
    }
}

fn requests() -> Vec<Request> {
    let (a, b) = (B256::repeat_byte(0xaa), B256::repeat_byte(0xbb));
    vec![
        Request::Headers { locator: vec![a, b], limit: 512 },
        Request::Blocks { hashes: vec![a] },
        Request::BlockTransactions { block: b, positions: vec![0, 3, 300] },
        Request::PoolHashes,
        Request::PooledTransactions { hashes: vec![a, b] },
    ]
}

fn responses() -> Vec<Response> {
    let bytes = |byte: u8| Bytes::from(vec![byte; 3]);
    vec![
        Response::Headers { after: B256::repeat_byte(0xaa), headers: vec![header()] },
        Response::Blocks(vec![bytes(0xc1), bytes(0xc2)]),
        Response::BlockTransactions(vec![bytes(0x02)]),
        Response::Busy,
        Response::PoolHashes(vec![B256::repeat_byte(0xbb)]),
        Response::PooledTransactions(vec![Bytes::new(), bytes(0x02)]),
    ]
}

#[test]
fn golden_status() {
    let golden = "f862829061a01111111111111111111111111111111111111111111111111111111111111111\
                  840102030480\
                  8203e8a02222222222222222222222222222222222222222222222222222222222222222\
                  86010000000000\
                  8c68616e7a6f2f76302e312e30";
    assert_eq!(hex::encode(alloy_rlp::encode(status())), golden);
    assert_eq!(Status::decode(&hex::decode(golden).unwrap()), Ok(status()));
}

#[test]
fn golden_requests() {
    let (a, b) = ("aa".repeat(32), "bb".repeat(32));
    let golden = [
        format!("00f847f842a0{a}a0{b}820200"),
        format!("01e2e1a0{a}"),
        format!("02e7a0{b}c5800382012c"),
        "03".to_owned(),
        format!("04f844f842a0{a}a0{b}"),
    ];
    for (request, golden) in requests().iter().zip(golden) {
        assert_eq!(hex::encode(request.encode()), golden);
        assert_eq!(Request::decode(&request.encode()).as_ref(), Ok(request));
    }
}

#[test]
fn golden_responses() {
    let hash = "bb".repeat(32);
    let golden =
        ["01c883c1c1c183c2c2c2", "02c483020202", "03", &format!("04e1a0{hash}"), "05c58083020202"];
    let all = responses();
    let [headers, others @ ..] = all.as_slice() else { panic!("{all:?}") };
    for (response, golden) in others.iter().zip(golden) {
        assert_eq!(hex::encode(response.encode()), golden);
    }
    for response in &all {
        assert_eq!(Response::decode(&response.encode()).as_ref(), Ok(response));
    }
    // The kind, the list, the hash, and a list of headers as alloy writes them.
    let list = alloy_rlp::encode(vec![header()]);
    let length = format!("{:04x}", 33 + list.len());
    let golden = format!("00f9{length}a0{}{}", "aa".repeat(32), hex::encode(&list));
    assert_eq!(hex::encode(headers.encode()), golden);
}

/// A connection that ends leaves the beginning of a message, which is nobody's fault.
#[test]
fn the_beginning_of_a_message_is_told_from_what_is_none() {
    let is_cut_off = |error: WireError| matches!(error, WireError::CutOff { .. });
    for request in requests() {
        let bytes = request.encode();
        for length in 0..bytes.len() {
            assert!(is_cut_off(Request::decode(&bytes[..length]).unwrap_err()), "{request:?}");
        }
    }
    for response in responses() {
        let bytes = response.encode();
        for length in 0..bytes.len() {
            assert!(is_cut_off(Response::decode(&bytes[..length]).unwrap_err()), "{response:?}");
        }
    }
    let bytes = alloy_rlp::encode(status());
    for length in 0..bytes.len() {
        assert!(is_cut_off(Status::decode(&bytes[..length]).unwrap_err()));
    }
    let wrong: [&[u8]; 5] = [
        // A text, a number, a list within which something is missing, and one that claims too much.
        &hex!("80"),
        &hex!("05"),
        &hex!("c3c2a0aa"),
        &hex!("f90fffaa"),
        &hex!("ffffffffffffffffff00"),
    ];
    for bytes in wrong {
        assert!(!is_cut_off(Status::decode(bytes).unwrap_err()), "{bytes:?}");
    }
}

#[test]
fn golden_announcement() {
    let announcement = BlockAnnouncement {
        header: header(),
        transactions: vec![B256::repeat_byte(0xcc)],
        sidecar: Bytes::new(),
    };
    let encoded = alloy_rlp::encode(&announcement);
    let tail = format!("e1a0{}80", "cc".repeat(32));
    assert!(hex::encode(&encoded).ends_with(&tail));
    assert_eq!(BlockAnnouncement::decode(&encoded), Ok(announcement));
}

#[test]
fn golden_batch() {
    let batches = TransactionBatch::split([Bytes::from_static(b"ab"), Bytes::from_static(b"cd")]);
    let [batch] = batches.as_slice() else { panic!("{batches:?}") };
    assert_eq!(hex::encode(alloy_rlp::encode(batch)), "c6826162826364");
}

#[test]
fn names_carry_the_chain_and_the_handshake_does_not() {
    let spec = dev_spec();
    let names = ProtocolNames::of(&spec);
    let genesis = hex::encode(&spec.genesis_hash()[..8]);
    assert_eq!(names.status, "/hanzo/status/1");
    assert_eq!(names.requests, format!("/hanzo/31337/{genesis}/requests/1"));
    assert_eq!(names.blocks, format!("/hanzo/31337/{genesis}/blocks/1"));
    assert_eq!(names.transactions, format!("/hanzo/31337/{genesis}/transactions/1"));
    assert_eq!(names.discovery, format!("/hanzo/31337/{genesis}/kad/1"));
}

#[test]
fn a_status_of_another_chain_says_what_differs() {
    let mut chain = TestChain::new(dev_spec());
    chain.mine(Vec::new());
    let spec = dev_spec();
    let ours = Status::of(&chain.view(), "test");
    assert_eq!(ours.check(&spec), Ok(()));
    assert_eq!(ours.head().number, 1);
    let refusal = |change: fn(&mut Status)| {
        let mut theirs = ours.clone();
        change(&mut theirs);
        theirs.check(&spec).unwrap_err().to_string()
    };
    assert_eq!(refusal(|status| status.chain_id = 1), "chain id 1, ours is 31337");
    let text = refusal(|status| status.genesis_hash = B256::ZERO);
    assert!(text.starts_with("genesis 0x0000") && text.contains("ours is"), "{text}");
    assert!(refusal(|status| status.fork_hash = [9; 4].into()).starts_with("fork id 0x09090909"));
}

#[test]
fn every_limit_is_named_with_what_was_found() {
    let long = Status { client: "x".repeat(129), ..status() };
    let refused = [
        Status::decode(&alloy_rlp::encode(long)).unwrap_err(),
        Status::decode(&[0; 513]).unwrap_err(),
        Request::decode(&[]).unwrap_err(),
        Request::decode(&[9]).unwrap_err(),
        Request::decode(&[0; MAX_REQUEST_BYTES + 1]).unwrap_err(),
        Request::decode(&Request::Blocks { hashes: Vec::new() }.encode()).unwrap_err(),
        Request::decode(&Request::Blocks { hashes: vec![B256::ZERO; 65] }.encode()).unwrap_err(),
        Request::decode(&Request::Headers { locator: vec![B256::ZERO], limit: 513 }.encode())
            .unwrap_err(),
        Request::decode(&Request::Headers { locator: vec![B256::ZERO; 75], limit: 1 }.encode())
            .unwrap_err(),
        Request::decode(
            &Request::BlockTransactions { block: B256::ZERO, positions: vec![1, 1] }.encode(),
        )
        .unwrap_err(),
        Response::decode(&Response::Blocks(vec![Bytes::new(); 65]).encode()).unwrap_err(),
        Response::decode(&[3, 0]).unwrap_err(),
        TransactionBatch::decode(&[0xc0]).unwrap_err(),
    ];
    let expected = [
        "the client name has 129 elements, at most 128 are allowed",
        "a status has 513 bytes, at most 512 are allowed",
        "a request ends too early, after 0 bytes",
        "there is no request of kind 9",
        "a request has 20481 bytes, at most 20480 are allowed",
        "a request for blocks is empty",
        "a request for blocks has 65 elements, at most 64 are allowed",
        "a request for headers has 513 elements, at most 512 are allowed",
        "the locator has 75 elements, at most 74 are allowed",
        "a request for transactions of a block is malformed: the positions do not grow",
        "a response with blocks has 65 elements, at most 64 are allowed",
        "the encoding of a response is not canonical",
        "a batch of transactions is empty",
    ];
    for (error, text) in refused.iter().zip(expected) {
        assert_eq!(error.to_string(), text);
    }
}

#[test]
fn a_list_of_millions_is_refused_before_it_is_decoded() {
    // Ten million empty strings: three hundred megabytes if somebody made them.
    let mut bytes = vec![1];
    alloy_rlp::Header { list: true, payload_length: 10_000_000 }.encode(&mut bytes);
    bytes.resize(bytes.len() + 10_000_000, 0x80);
    let error = Response::decode(&bytes).unwrap_err();
    assert_eq!(error.to_string(), "a response with blocks has 65 elements, at most 64 are allowed");
}

#[test]
fn transactions_are_split_where_a_batch_is_full() {
    let transaction = |bytes: usize| Bytes::from(vec![1; bytes]);
    let sizes = [60_000, 60_000, 60_000, 200_000, 10];
    let batches = TransactionBatch::split(sizes.map(transaction));
    let counts: Vec<_> = batches.iter().map(|batch| batch.transactions().len()).collect();
    assert_eq!(counts, [2, 1, 1, 1]);
    let many = TransactionBatch::split(vec![transaction(1); MAX_BATCHED_TRANSACTIONS + 1]);
    assert_eq!(many.len(), 2);
    for batch in batches.iter().chain(&many) {
        assert_eq!(TransactionBatch::decode(&alloy_rlp::encode(batch)).as_ref(), Ok(batch));
    }
}

#[test]
fn an_announcement_names_what_the_block_has() {
    let mut chain = TestChain::new(dev_spec());
    let transfer = Signer::dev(0, &dev_spec()).transfer(0, Address::ZERO, 1);
    let block = chain.mine(vec![transfer.clone()]);
    let announcement = BlockAnnouncement::of(block.sealed_block()).unwrap();
    assert_eq!(announcement.transactions, [*transfer.tx_hash()]);
    assert_eq!(announcement.header.hash_slow(), block.hash());
}

/// Bytes that begin like a message.
fn almost() -> impl Strategy<Value = Vec<u8>> {
    let messages: Vec<Vec<u8>> = requests()
        .iter()
        .map(|request| request.encode().to_vec())
        .chain(responses().iter().map(|response| response.encode().to_vec()))
        .chain([alloy_rlp::encode(status())])
        .collect();
    let change = (any::<prop::sample::Index>(), any::<u8>());
    (prop::sample::select(messages), prop::collection::vec(change, 0..4), 0_usize..4).prop_map(
        |(mut bytes, changes, cut)| {
            for (at, byte) in changes {
                let length = bytes.len();
                bytes[at.index(length)] = byte;
            }
            bytes.truncate(bytes.len() - cut.min(bytes.len()));
            bytes
        },
    )
}

proptest! {
    /// What is taken is encoded as it came; everything else is an error and no panic.
    #[test]
    fn no_bytes_break_a_decoder_and_what_decodes_has_one_encoding(bytes in almost()) {
        if let Ok(request) = Request::decode(&bytes) {
            prop_assert_eq!(request.encode().to_vec(), bytes.clone());
        }
        if let Ok(response) = Response::decode(&bytes) {
            prop_assert_eq!(response.encode().to_vec(), bytes.clone());
        }
        if let Ok(status) = Status::decode(&bytes) {
            prop_assert_eq!(alloy_rlp::encode(status), bytes.clone());
        }
        let _ = BlockAnnouncement::decode(&bytes);
        let _ = TransactionBatch::decode(&bytes);
    }
}
