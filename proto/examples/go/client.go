// A complete Hanse client: two agents register, pay each other, and one buys a call of the other.
//
// Needs the stubs in ./gen (see ../README.md) and three variables:
// HANSE_GRPC (host:port), HANSE_CA (the registry's CA file) and HANSE_REGISTRY (its id, such as alpha.example).
package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"os"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	agentv1 "hanse.example/client/gen/hanse/agent/v1"
	ledgerv1 "hanse.example/client/gen/hanse/ledger/v1"
	paymentv1 "hanse.example/client/gen/hanse/payment/v1"
)

const deadline = 60 * time.Second

func now() string {
	return time.Now().UTC().Format("2006-01-02T15:04:05.000000Z")
}

// random gives 16 bytes in hex: a nonce, or a request id. A request that is repeated with its request id is carried
// out once: keep the id until you have the answer.
func random() string {
	bytes := make([]byte, 16)
	_, _ = rand.Read(bytes) // Never fails: the program ends when the system has no randomness.
	return hex.EncodeToString(bytes)
}

func sign(key ed25519.PrivateKey, lines ...string) string {
	return base64.StdEncoding.EncodeToString(ed25519.Sign(key, []byte(strings.Join(lines, "\n"))))
}

// wireBytes is a request that is serialized already.
type wireBytes []byte

// wireCodec sends wireBytes as they are, so that what was signed is what is sent.
type wireCodec struct{}

func (wireCodec) Name() string { return "proto" }

func (wireCodec) Marshal(message any) ([]byte, error) {
	bytes, ok := message.(wireBytes)
	if !ok {
		return nil, fmt.Errorf("unexpected %T", message)
	}
	return bytes, nil
}

func (wireCodec) Unmarshal(bytes []byte, message any) error {
	return proto.Unmarshal(bytes, message.(proto.Message))
}

// agent is an agent of the registry: its key, its ids, and its signed stubs.
type agent struct {
	id, did  string
	ledger   ledgerv1.LedgerServiceClient
	payments paymentv1.PaymentServiceClient
}

// signed is a connection on which every request is signed.
type signed struct {
	*grpc.ClientConn
	registry, agentID string
	key               ed25519.PrivateKey
}

func (s signed) Invoke(ctx context.Context, method string, request, response any, options ...grpc.CallOption) error {
	body, err := proto.Marshal(request.(proto.Message))
	if err != nil {
		return err
	}
	timestamp, nonce, digest := now(), random(), sha256.Sum256(body)
	signature := sign(s.key, timestamp, "POST", method, hex.EncodeToString(digest[:]), nonce, s.registry)
	ctx = metadata.AppendToOutgoingContext(ctx,
		"authorization", "AgentSig "+s.agentID+":"+signature,
		"x-timestamp", timestamp,
		"x-nonce", nonce,
		"x-audience", s.registry)
	return s.ClientConn.Invoke(ctx, method, wireBytes(body), response, append(options, grpc.ForceCodec(wireCodec{}))...)
}

// register makes a key and registers it, with a proof that we hold it.
func register(ctx context.Context, connection *grpc.ClientConn, registry, displayName string) (*agent, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	key, timestamp := base64.StdEncoding.EncodeToString(public), now()
	registered, err := agentv1.NewAgentServiceClient(connection).RegisterAgent(ctx, &agentv1.RegisterAgentRequest{
		PublicKey:   key,
		DisplayName: displayName,
		Timestamp:   timestamp,
		Proof:       sign(private, "hanse-register-v1", registry, key, timestamp),
	})
	if err != nil {
		return nil, err
	}
	channel := signed{connection, registry, registered.GetAgentId(), private}
	fmt.Printf("registered %s: %s\n", displayName, registered.GetAgent().GetDid())
	return &agent{
		id:       registered.GetAgentId(),
		did:      registered.GetAgent().GetDid(),
		ledger:   ledgerv1.NewLedgerServiceClient(channel),
		payments: paymentv1.NewPaymentServiceClient(channel),
	}, nil
}

func (a *agent) balance(ctx context.Context) (*ledgerv1.Balance, error) {
	return a.ledger.GetBalance(ctx, &ledgerv1.GetBalanceRequest{AgentId: a.id})
}

// reason is the stable reason of a refusal, such as INSUFFICIENT_FUNDS; empty when the registry gave none.
func reason(err error) string {
	for _, detail := range status.Convert(err).Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok && info.GetDomain() == "hanse" {
			return info.GetReason()
		}
	}
	return ""
}

// avt reads an amount exactly.
func avt(amount string) (*big.Rat, error) {
	value, ok := new(big.Rat).SetString(amount)
	if !ok {
		return nil, fmt.Errorf("%q is not an amount", amount)
	}
	return value, nil
}

func expect(what, actual, expected string) error {
	if actual != expected {
		return fmt.Errorf("%s is %s and should be %s", what, actual, expected)
	}
	fmt.Printf("%s: %s\n", what, actual)
	return nil
}

func expectAmount(what, actual, expected string) error {
	a, err := avt(actual)
	if err != nil {
		return err
	}
	e, err := avt(expected)
	if err != nil {
		return err
	}
	return expect(what, a.FloatString(6), e.FloatString(6))
}

func run(ctx context.Context) error {
	registry := os.Getenv("HANSE_REGISTRY")
	authority, err := credentials.NewClientTLSFromFile(os.Getenv("HANSE_CA"), "")
	if err != nil {
		return err
	}
	connection, err := grpc.NewClient(os.Getenv("HANSE_GRPC"), grpc.WithTransportCredentials(authority))
	if err != nil {
		return err
	}
	defer connection.Close()

	alice, err := register(ctx, connection, registry, "Alice (Go)")
	if err != nil {
		return err
	}
	bob, err := register(ctx, connection, registry, "Bob (Go)")
	if err != nil {
		return err
	}

	drawn, err := alice.ledger.DrawFaucet(ctx, &ledgerv1.DrawFaucetRequest{Amount: "100", RequestId: random()})
	if err != nil {
		return err
	}
	if err := expectAmount("Alice draws from the faucet", drawn.GetBalance(), "100"); err != nil {
		return err
	}

	paid, err := alice.ledger.Transfer(ctx, &ledgerv1.TransferRequest{
		To: bob.did, Amount: "5", Memo: "hello from Go", RequestId: random(),
	})
	if err != nil {
		return err
	}
	received, err := avt(paid.GetReceived())
	if err != nil {
		return err
	}
	fee, err := avt(paid.GetFee())
	if err != nil {
		return err
	}
	gross := new(big.Rat).Add(received, fee).FloatString(6)
	if err := expectAmount("Bob gets, less the fee", gross, "5"); err != nil {
		return err
	}
	left, err := alice.balance(ctx)
	if err != nil {
		return err
	}
	if err := expectAmount("Alice has left", left.GetAvailable(), "95"); err != nil {
		return err
	}

	promised, err := alice.payments.Authorize(ctx, &paymentv1.AuthorizeRequest{
		Payee: bob.did, Amount: "1", Resource: "GET /forecast", RequestId: random(),
	})
	if err != nil {
		return err
	}
	holding, err := alice.balance(ctx)
	if err != nil {
		return err
	}
	if err := expectAmount("Alice holds for Bob", holding.GetHeld(), "1"); err != nil {
		return err
	}

	// Alice sends the token to Bob's service as X-Payment-Token; this is what that service does with it.
	verified, err := bob.payments.Verify(ctx, &paymentv1.VerifyRequest{
		PaymentToken: promised.GetPaymentToken(), Issuer: promised.GetIssuer(), RequestId: random(),
	})
	if err != nil {
		return err
	}
	usable := fmt.Sprint(verified.GetValid() && verified.GetFirstUse())
	if err := expect("Bob finds the token valid and unused", usable, "true"); err != nil {
		return err
	}

	settled, err := alice.payments.Settle(ctx, &paymentv1.SettleRequest{
		PaymentId: promised.GetPaymentId(), RequestId: random(),
	})
	if err != nil {
		return err
	}
	if err := expect("The payment is", settled.GetState().String(), "SETTLED"); err != nil {
		return err
	}
	end, err := alice.balance(ctx)
	if err != nil {
		return err
	}
	if err := errors.Join(
		expectAmount("Alice ends with", end.GetBalance(), "94"),
		expectAmount("Alice holds", end.GetHeld(), "0"),
	); err != nil {
		return err
	}
	settledFee, err := avt(settled.GetFee())
	if err != nil {
		return err
	}
	earned := new(big.Rat).Sub(new(big.Rat).Add(received, big.NewRat(1, 1)), settledFee).FloatString(6)
	bobs, err := bob.balance(ctx)
	if err != nil {
		return err
	}
	if err := expectAmount("Bob ends with", bobs.GetBalance(), earned); err != nil {
		return err
	}

	_, err = alice.ledger.Transfer(ctx, &ledgerv1.TransferRequest{To: bob.did, Amount: "1000", RequestId: random()})
	return expect("An overdraft is refused as", reason(err), "INSUFFICIENT_FUNDS")
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	if err := run(ctx); err != nil {
		fmt.Fprintf(os.Stderr, "FAILED: %v %s\n", err, reason(err))
		os.Exit(1)
	}
}
