"""A complete Hanse client: two agents register, pay each other, and one buys a call of the other.

Needs the stubs in ./gen (see ../README.md) and three variables:
HANSE_GRPC (host:port), HANSE_CA (the registry's CA file) and HANSE_REGISTRY (its id, such as alpha.example).
"""

import base64
import hashlib
import os
import secrets
import sys
import uuid
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "gen"))

import grpc
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from google.rpc import error_details_pb2, status_pb2
from hanse.agent.v1 import agent_pb2, agent_pb2_grpc
from hanse.ledger.v1 import ledger_pb2, ledger_pb2_grpc
from hanse.payment.v1 import payment_pb2, payment_pb2_grpc

DEADLINE_SECONDS = 15


def now() -> str:
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def public_key(key: Ed25519PrivateKey) -> str:
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def signature(key: Ed25519PrivateKey, *lines: str) -> str:
    return base64.b64encode(key.sign("\n".join(lines).encode())).decode()


class SignedChannel:
    """Gives generated stubs a channel on which every request is signed.

    The request is serialized once; what is hashed and signed is what is sent.
    """

    def __init__(self, channel: grpc.Channel, registry: str, agent_id: str, key: Ed25519PrivateKey):
        self.channel, self.registry, self.agent_id, self.key = channel, registry, agent_id, key

    def unary_unary(self, path, request_serializer, response_deserializer, **_):
        return self._signed(self.channel.unary_unary(path, None, response_deserializer), path, request_serializer)

    def unary_stream(self, path, request_serializer, response_deserializer, **_):
        return self._signed(self.channel.unary_stream(path, None, response_deserializer), path, request_serializer)

    def _signed(self, send, path, serialize):
        def call(request, timeout=DEADLINE_SECONDS):
            body = serialize(request)
            timestamp, nonce = now(), secrets.token_hex(8)
            digest = hashlib.sha256(body).hexdigest()
            signed = signature(self.key, timestamp, "POST", path, digest, nonce, self.registry)
            return send(
                body,
                timeout=timeout,
                metadata=(
                    ("authorization", f"AgentSig {self.agent_id}:{signed}"),
                    ("x-timestamp", timestamp),
                    ("x-nonce", nonce),
                    ("x-audience", self.registry),
                ),
            )

        return call


class Agent:
    """An agent of the registry: its key, its id, and its signed stubs."""

    def __init__(self, channel: grpc.Channel, registry: str, display_name: str):
        self.key = Ed25519PrivateKey.generate()
        key, timestamp = public_key(self.key), now()
        registered = agent_pb2_grpc.AgentServiceStub(channel).RegisterAgent(
            agent_pb2.RegisterAgentRequest(
                public_key=key,
                display_name=display_name,
                timestamp=timestamp,
                proof=signature(self.key, "hanse-register-v1", registry, key, timestamp),
            ),
            timeout=DEADLINE_SECONDS,
        )
        self.id, self.did = registered.agent_id, registered.agent.did
        signed = SignedChannel(channel, registry, self.id, self.key)
        self.ledger = ledger_pb2_grpc.LedgerServiceStub(signed)
        self.payments = payment_pb2_grpc.PaymentServiceStub(signed)
        print(f"registered {display_name}: {self.did}")

    def balance(self):
        return self.ledger.GetBalance(ledger_pb2.GetBalanceRequest(agent_id=self.id))


def reason(error: grpc.RpcError) -> str:
    """The stable reason of a refusal, such as INSUFFICIENT_FUNDS; empty when the registry gave none."""
    for name, value in error.trailing_metadata() or ():
        if name == "grpc-status-details-bin":
            for detail in status_pb2.Status.FromString(value).details:
                info = error_details_pb2.ErrorInfo()
                if detail.Unpack(info) and info.domain == "hanse":
                    return info.reason
    return ""


def expect(what: str, actual, expected) -> None:
    if actual != expected:
        raise SystemExit(f"FAILED: {what} is {actual!r} and should be {expected!r}")
    print(f"{what}: {actual}")


def request_id() -> str:
    """A request that is repeated with its id is carried out once: keep the id until you have the answer."""
    return str(uuid.uuid4())


def main() -> None:
    registry = os.environ["HANSE_REGISTRY"]
    authority = grpc.ssl_channel_credentials(Path(os.environ["HANSE_CA"]).read_bytes())
    with grpc.secure_channel(os.environ["HANSE_GRPC"], authority) as channel:
        alice = Agent(channel, registry, "Alice (Python)")
        bob = Agent(channel, registry, "Bob (Python)")

        drawn = alice.ledger.DrawFaucet(ledger_pb2.DrawFaucetRequest(amount="100", request_id=request_id()))
        expect("Alice draws from the faucet", Decimal(drawn.balance), Decimal(100))

        paid = alice.ledger.Transfer(
            ledger_pb2.TransferRequest(to=bob.did, amount="5", memo="hello from Python", request_id=request_id())
        )
        expect("Bob gets, less the fee", Decimal(paid.received) + Decimal(paid.fee), Decimal(5))
        expect("Alice has left", Decimal(alice.balance().available), Decimal(95))

        promised = alice.payments.Authorize(
            payment_pb2.AuthorizeRequest(payee=bob.did, amount="1", resource="GET /forecast", request_id=request_id())
        )
        expect("Alice holds for Bob", Decimal(alice.balance().held), Decimal(1))

        # Alice sends the token to Bob's service as X-Payment-Token; this is what that service does with it.
        verified = bob.payments.Verify(
            payment_pb2.VerifyRequest(
                payment_token=promised.payment_token, issuer=promised.issuer, request_id=request_id()
            )
        )
        expect("Bob finds the token valid and unused", (verified.valid, verified.first_use), (True, True))

        settled = alice.payments.Settle(
            payment_pb2.SettleRequest(payment_id=promised.payment_id, request_id=request_id())
        )
        expect("The payment is", payment_pb2.Payment.State.Name(settled.state), "SETTLED")
        end = alice.balance()
        expect("Alice ends with", (Decimal(end.balance), Decimal(end.held)), (Decimal(94), Decimal(0)))
        earned = Decimal(paid.received) + Decimal(1) - Decimal(settled.fee)
        expect("Bob ends with", Decimal(bob.balance().balance), earned)

        try:
            alice.ledger.Transfer(ledger_pb2.TransferRequest(to=bob.did, amount="1000", request_id=request_id()))
            raise SystemExit("FAILED: Alice spent what she does not have")
        except grpc.RpcError as error:
            expect("An overdraft is refused as", reason(error), "INSUFFICIENT_FUNDS")


if __name__ == "__main__":
    missing = [name for name in ("HANSE_GRPC", "HANSE_CA", "HANSE_REGISTRY") if not os.environ.get(name)]
    if missing or len(sys.argv) > 1:
        print(__doc__)
        raise SystemExit(0 if "--help" in sys.argv else f"set {', '.join(missing)}" if missing else "takes no arguments")
    try:
        main()
    except grpc.RpcError as error:
        raise SystemExit(f"FAILED: {error.code().name} {reason(error)}: {error.details()}")
