// A complete Hanse client: two agents register, pay each other, and one buys a call of the other.
//
// Needs the stubs in ./gen (see ../README.md) and three variables:
// HANSE_GRPC (host:port), HANSE_CA (the registry's CA file) and HANSE_REGISTRY (its id, such as alpha.example).

import { createHash, generateKeyPairSync, KeyObject, randomBytes, randomUUID, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { Client, credentials, Metadata, MethodDefinition, ServiceError } from "@grpc/grpc-js";
import { AgentServiceService, RegisterAgentRequest } from "./gen/hanse/agent/v1/agent";
import {
  Balance,
  DrawFaucetRequest,
  GetBalanceRequest,
  LedgerServiceService,
  TransferRequest,
} from "./gen/hanse/ledger/v1/ledger";
import {
  AuthorizeRequest,
  Payment_State,
  PaymentServiceService,
  SettleRequest,
  VerifyRequest,
} from "./gen/hanse/payment/v1/payment";
import { ErrorInfo } from "./gen/google/rpc/error_details";
import { Status } from "./gen/google/rpc/status";

const DEADLINE_MILLIS = 15_000;

class Failure extends Error {}

function variable(name: string): string {
  const value = process.env[name];
  if (!value) throw new Failure(`set ${name}`);
  return value;
}

function signature(key: KeyObject, ...lines: string[]): string {
  return sign(null, Buffer.from(lines.join("\n"), "utf8"), key).toString("base64");
}

/** A connection to one registry. */
class Registry {
  private readonly client: Client;

  constructor(
    address: string,
    authority: Buffer,
    readonly id: string,
  ) {
    this.client = new Client(address, credentials.createSsl(authority));
  }

  /** Sends one request. The message is serialized once: what `headers` is given to sign is what is sent. */
  call<Q, R>(
    method: MethodDefinition<Q, R>,
    request: Q,
    headers: (path: string, body: Buffer) => Metadata = () => new Metadata(),
  ): Promise<R> {
    const body = method.requestSerialize(request);
    return new Promise((resolve, reject) => {
      this.client.makeUnaryRequest(
        method.path,
        (bytes: Buffer) => bytes,
        method.responseDeserialize,
        body,
        headers(method.path, body),
        { deadline: Date.now() + DEADLINE_MILLIS },
        (error, response) => (error ? reject(error) : resolve(response as R)),
      );
    });
  }

  close(): void {
    this.client.close();
  }
}

/** An agent of the registry. */
class Agent {
  private constructor(
    private readonly registry: Registry,
    private readonly key: KeyObject,
    readonly id: string,
    readonly did: string,
  ) {}

  /** Makes a key and registers it, with a proof that we hold it. */
  static async register(registry: Registry, displayName: string): Promise<Agent> {
    const pair = generateKeyPairSync("ed25519");
    const raw = pair.publicKey.export({ format: "jwk" }).x ?? "";
    const publicKey = Buffer.from(raw, "base64url").toString("base64");
    const timestamp = new Date().toISOString();
    const proof = signature(pair.privateKey, "hanse-register-v1", registry.id, publicKey, timestamp);
    const registered = await registry.call(
      AgentServiceService.registerAgent,
      RegisterAgentRequest.fromPartial({ publicKey, displayName, timestamp, proof }),
    );
    const did = registered.agent?.did ?? "";
    console.log(`registered ${displayName}: ${did}`);
    return new Agent(registry, pair.privateKey, registered.agentId, did);
  }

  /** Sends one request, signed. */
  call<Q, R>(method: MethodDefinition<Q, R>, request: Q): Promise<R> {
    return this.registry.call(method, request, (path, body) => {
      const timestamp = new Date().toISOString();
      const nonce = randomBytes(8).toString("hex");
      const digest = createHash("sha256").update(body).digest("hex");
      const signed = signature(this.key, timestamp, "POST", path, digest, nonce, this.registry.id);
      const headers = new Metadata();
      headers.set("authorization", `AgentSig ${this.id}:${signed}`);
      headers.set("x-timestamp", timestamp);
      headers.set("x-nonce", nonce);
      headers.set("x-audience", this.registry.id);
      return headers;
    });
  }

  balance(): Promise<Balance> {
    return this.call(LedgerServiceService.getBalance, GetBalanceRequest.fromPartial({ agentId: this.id }));
  }
}

/** The stable reason of a refusal, such as INSUFFICIENT_FUNDS; empty when the registry gave none. */
function reason(error: unknown): string {
  const [details] = (error as ServiceError).metadata?.get("grpc-status-details-bin") ?? [];
  if (!(details instanceof Buffer)) return "";
  for (const detail of Status.decode(details).details) {
    if (detail.typeUrl.endsWith("/google.rpc.ErrorInfo")) {
      const info = ErrorInfo.decode(detail.value);
      if (info.domain === "hanse") return info.reason;
    }
  }
  return "";
}

/** Amounts are decimal strings with at most 6 decimals: exact as micro-AVT. */
function micros(amount: string): bigint {
  const [whole = "0", fraction = ""] = amount.split(".");
  return BigInt(whole) * 1_000_000n + BigInt(fraction.padEnd(6, "0"));
}

function expect<T>(what: string, actual: T, expected: T): void {
  if (actual !== expected) throw new Failure(`${what} is ${actual} and should be ${expected}`);
  console.log(`${what}: ${actual}`);
}

async function main(): Promise<void> {
  const registry = new Registry(
    variable("HANSE_GRPC"),
    readFileSync(variable("HANSE_CA")),
    variable("HANSE_REGISTRY"),
  );
  try {
    const alice = await Agent.register(registry, "Alice (TypeScript)");
    const bob = await Agent.register(registry, "Bob (TypeScript)");

    // A request that is repeated with its request id is carried out once: keep the id until you have the answer.
    const drawn = await alice.call(
      LedgerServiceService.drawFaucet,
      DrawFaucetRequest.fromPartial({ amount: "100", requestId: randomUUID() }),
    );
    expect("Alice draws from the faucet", micros(drawn.balance), micros("100"));

    const paid = await alice.call(
      LedgerServiceService.transfer,
      TransferRequest.fromPartial({
        to: bob.did,
        amount: "5",
        memo: "hello from TypeScript",
        requestId: randomUUID(),
      }),
    );
    expect("Bob gets, less the fee", micros(paid.received) + micros(paid.fee), micros("5"));
    expect("Alice has left", micros((await alice.balance()).available), micros("95"));

    const promised = await alice.call(
      PaymentServiceService.authorize,
      AuthorizeRequest.fromPartial({
        payee: bob.did,
        amount: "1",
        resource: "GET /forecast",
        requestId: randomUUID(),
      }),
    );
    expect("Alice holds for Bob", micros((await alice.balance()).held), micros("1"));

    // Alice sends the token to Bob's service as X-Payment-Token; this is what that service does with it.
    const verified = await bob.call(
      PaymentServiceService.verify,
      VerifyRequest.fromPartial({
        paymentToken: promised.paymentToken,
        issuer: promised.issuer,
        requestId: randomUUID(),
      }),
    );
    expect("Bob finds the token valid and unused", verified.valid && verified.firstUse, true);

    const settled = await alice.call(
      PaymentServiceService.settle,
      SettleRequest.fromPartial({ paymentId: promised.paymentId, requestId: randomUUID() }),
    );
    expect("The payment is", Payment_State[settled.state], "SETTLED");
    const end = await alice.balance();
    expect("Alice ends with", micros(end.balance), micros("94"));
    expect("Alice holds", micros(end.held), 0n);
    const earned = micros(paid.received) + micros("1") - micros(settled.fee);
    expect("Bob ends with", micros((await bob.balance()).balance), earned);

    const overdraft = await alice
      .call(
        LedgerServiceService.transfer,
        TransferRequest.fromPartial({ to: bob.did, amount: "1000", requestId: randomUUID() }),
      )
      .then(() => "nothing", reason);
    expect("An overdraft is refused as", overdraft, "INSUFFICIENT_FUNDS");
  } finally {
    registry.close();
  }
}

main().catch((error: unknown) => {
  const text = error instanceof Error ? error.message : String(error);
  console.error(`FAILED: ${text} ${reason(error)}`);
  process.exitCode = 1;
});
