"""web3.py, as its users use it: no gas, fee or nonce is set by hand."""

import asyncio
import json
import os
import unittest

import rlp
from eth_account import Account
from web3 import AsyncWeb3, Web3, WebSocketProvider
from web3.exceptions import ContractLogicError, Web3RPCError
from web3.middleware import SignAndSendRawMiddlewareBuilder

MNEMONIC = "test test test test test test test test test test test junk"
ACCOUNT_INDEX = 5
STRANGER = "0x000000000000000000000000000000000000dEaD"
SUPPLY = 1_000_000

# A test must not hang on a missing receipt or event.
LIMIT_SECONDS = 20

# The header fields that a block hash covers, in hashing order.
# Source: Yellow Paper section 4.4 and the forks up to Prague.
HEADER = (
    "parentHash sha3Uncles miner stateRoot transactionsRoot receiptsRoot logsBloom difficulty "
    "number gasLimit gasUsed timestamp extraData mixHash nonce baseFeePerGas withdrawalsRoot "
    "blobGasUsed excessBlobGas parentBeaconBlockRoot requestsHash"
).split()


def field(value):
    """A field as RLP takes it: numbers stay numbers, hexadecimal text becomes bytes."""
    return bytes.fromhex(value[2:]) if isinstance(value, str) else value


class Web3Py(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        Account.enable_unaudited_hdwallet_features()
        path = f"m/44'/60'/0'/0/{ACCOUNT_INDEX}"
        cls.account = Account.from_mnemonic(MNEMONIC, account_path=path)
        cls.w3 = Web3(Web3.HTTPProvider(os.environ["RPC_URL"]))
        cls.w3.middleware_onion.inject(SignAndSendRawMiddlewareBuilder.build(cls.account), layer=0)
        cls.w3.eth.default_account = cls.account.address
        token = os.path.join(os.environ["COMPILED"], "Token.json")
        with open(token, encoding="utf-8") as file:
            compiled = json.load(file)
        cls.abi = compiled["abi"]
        factory = cls.w3.eth.contract(abi=cls.abi, bytecode=compiled["bytecode"])
        receipt = cls.mined(factory.constructor(SUPPLY).transact())
        cls.token = cls.w3.eth.contract(address=receipt.contractAddress, abi=cls.abi)

    @classmethod
    def mined(cls, transaction_hash):
        receipt = cls.w3.eth.wait_for_transaction_receipt(
            transaction_hash, timeout=LIMIT_SECONDS, poll_latency=0.05
        )
        if receipt.status != 1:
            raise AssertionError(receipt)
        return receipt

    def test_finds_the_chain(self):
        self.assertTrue(self.w3.is_connected())
        self.assertEqual(self.w3.eth.chain_id, 31337)
        self.assertTrue(self.w3.client_version.startswith("hanzo/"))

    def test_sends_a_transfer_with_its_own_fee_estimate(self):
        before = self.w3.eth.get_balance(STRANGER)
        value = Web3.to_wei("0.5", "ether")
        receipt = self.mined(self.w3.eth.send_transaction({"to": STRANGER, "value": value}))
        self.assertEqual(receipt.type, 2)
        self.assertEqual(receipt.gasUsed, 21_000)
        self.assertEqual(self.w3.eth.get_balance(STRANGER), before + value)

    def test_sends_a_legacy_transfer(self):
        # web3.py has no other way to ask for a type than the price that only it carries.
        price = self.w3.eth.gas_price
        sent = self.w3.eth.send_transaction({"to": STRANGER, "value": 1, "gasPrice": price})
        self.assertEqual(self.mined(sent).type, 0)

    def test_sends_an_access_list(self):
        slot = "0x" + "00" * 32
        transfer = {
            "to": STRANGER,
            "value": 1,
            "gasPrice": self.w3.eth.gas_price,
            "accessList": [{"address": STRANGER, "storageKeys": [slot]}],
        }
        receipt = self.mined(self.w3.eth.send_transaction(transfer))
        self.assertEqual(receipt.type, 1)
        # EIP-2930: 2 400 for the address and 1 900 for the slot.
        self.assertEqual(receipt.gasUsed, 21_000 + 2_400 + 1_900)

    def test_reads_a_block_with_its_transactions_and_what_they_paid(self):
        sent = self.w3.eth.send_transaction({"to": STRANGER, "value": 1})
        receipt = self.mined(sent)
        block = self.w3.eth.get_block(receipt.blockHash, full_transactions=True)
        transaction = next(one for one in block.transactions if one.hash == sent)
        self.assertEqual(transaction, self.w3.eth.get_transaction(sent))
        offered = block.baseFeePerGas + transaction.maxPriorityFeePerGas
        self.assertEqual(receipt.effectiveGasPrice, min(offered, transaction.maxFeePerGas))
        self.assertGreater(self.w3.eth.get_balance(block.miner), 0)

    def test_deploys_writes_reads_back_and_queries_events(self):
        self.assertEqual(self.token.functions.totalSupply().call(), SUPPLY)
        receiver = self.w3.eth.account.create().address
        receipt = self.mined(self.token.functions.transfer(receiver, 7).transact())
        self.assertEqual(self.token.functions.balanceOf(receiver).call(), 7)
        events = self.token.events.Transfer().get_logs(
            from_block=0, argument_filters={"to": receiver}
        )
        self.assertEqual([event.args.value for event in events], [7])
        self.assertEqual(events[0].transactionHash, receipt.transactionHash)

    def test_reads_events_by_subscription(self):
        asyncio.run(asyncio.wait_for(self.subscribe(), LIMIT_SECONDS))

    async def subscribe(self):
        async with AsyncWeb3(WebSocketProvider(os.environ["WS_URL"])) as w3:
            logs = await w3.eth.subscribe("logs", {"address": self.token.address})
            await w3.eth.subscribe("newHeads")
            send = self.token.functions.transfer(STRANGER, 11).transact
            receipt = self.mined(await asyncio.to_thread(send))
            seen = {}
            async for message in w3.socket.process_subscriptions():
                kind = "log" if message["subscription"] == logs else "head"
                seen[kind] = message["result"]
                if len(seen) == 2:
                    break
        self.assertEqual(seen["log"]["transactionHash"], receipt.transactionHash)
        self.assertEqual(seen["head"]["number"], receipt.blockNumber)

    def test_decodes_the_reason_of_a_revert(self):
        transfer = self.token.functions.transfer(STRANGER, SUPPLY + 1)
        for action in (transfer.call, transfer.estimate_gas, transfer.transact):
            with self.assertRaises(ContractLogicError) as caught:
                action()
            self.assertIn("Token: balance too low", str(caught.exception))

    def test_recognises_a_used_nonce_and_missing_funds(self):
        with self.assertRaisesRegex(Web3RPCError, "nonce too low"):
            self.w3.eth.send_transaction({"to": STRANGER, "value": 1, "nonce": 0})
        with self.assertRaisesRegex(Web3RPCError, "insufficient funds"):
            self.w3.eth.send_transaction({"to": STRANGER, "value": 10**30})

    def test_recomputes_the_hash_of_a_block_from_its_fields(self):
        receipt = self.mined(self.w3.eth.send_transaction({"to": STRANGER, "value": 1}))
        block = self.w3.eth.get_block(receipt.blockNumber)
        header = [field(block[name]) for name in HEADER]
        self.assertEqual(Web3.keccak(rlp.encode(header)), block.hash)


if __name__ == "__main__":
    unittest.main()
