package hanse.node.wires;

import static hanse.node.wires.Town.awaited;
import static hanse.node.wires.Town.ids;
import static hanse.node.wires.Town.ok;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.JsonFormat;
import com.google.protobuf.util.Timestamps;
import hanse.contract.v1.MilestoneTerms;
import hanse.contract.v1.Terms;
import hanse.node.wires.Town.Said;
import hanse.sdk.Credentials;
import hanse.sdk.Proofs;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/// Two registries that are peers: alice at alpha buys and complains, bob at beta sells and is slashed.
final class Towns implements AutoCloseable {
    private final Town alpha;
    private final Town beta;
    private final Credentials alice;
    private final Credentials bob;

    Towns(Path directory) throws IOException {
        alpha = Town.found(directory, "alpha.example");
        beta = Town.found(directory, "beta.example");
        Town.peer(alpha, beta);
        alice = alpha.agent("alice", "1000");
        bob = beta.agent("bob", "100");
    }

    Town alpha() {
        return alpha;
    }

    Town beta() {
        return beta;
    }

    Credentials alice() {
        return alice;
    }

    Credentials bob() {
        return bob;
    }

    JsonNode authorized(String payee, String amount) {
        return ok(alpha.post(
                alice,
                "/api/v1/a2a-payment/authorize",
                "{\"payee\": \"%s\", \"amount\": %s}".formatted(payee, amount)));
    }

    /// A payment of alice's, verified and paid. Its id.
    String settled(Town home, Credentials payee, String amount) {
        JsonNode token = authorized(home.did(payee), amount);
        String named = "{\"payment_token\": %s, \"issuer\": \"alpha.example\"}".formatted(token.at("/payment_token"));
        assertThat(ok(reached(() -> home.post(payee, "/api/v1/a2a-payment/verify", named)))
                        .at("/valid")
                        .booleanValue())
                .isTrue();
        String id = token.at("/payment_id").asText();
        alpha.post(alice, "/api/v1/a2a-payment/settle", "{\"payment_id\": \"" + id + "\"}");
        awaited(
                () -> alpha.get(alice, "/api/v1/a2a-payment/payments/" + id),
                said -> said.text("/state").equals("SETTLED"));
        return id;
    }

    Said filed(String payment) {
        Said filed = alpha.post(alice, "/api/v1/disputes/", """
                {"subject": {"kind": "PAYMENT", "id": "%s"}, "grounds": "NOT_DELIVERED", "reason": "nothing came"}
                """.formatted(payment));
        ok(filed);
        return filed;
    }

    /// A dispute of a payment that alpha's operator has decided for alice. Its id, which is alpha's settlement's.
    String ruled(String payment) {
        String id = filed(payment).text("/dispute_id");
        ok(alpha.post(alpha.operator(), "/api/v1/disputes/" + id + "/open-voting", "{}"));
        ok(alpha.post(
                alpha.operator(), "/api/v1/disputes/" + id + "/ruling", "{\"ruling\": \"IN_FAVOR_OF_COMPLAINANT\"}"));
        return id;
    }

    /// Beta's settlement of a dispute, once it waits for beta's operator.
    String held(String dispute) {
        return awaited(() -> settlementOf(dispute), said -> said.text("/status").equals("PENDING_SLASH"))
                .text("/settlement_id");
    }

    private Said settlementOf(String dispute) {
        return ids(beta.get(bob, settlements("?status=PENDING_SLASH")), "settlement_id").stream()
                .map(id -> beta.get(beta.operator(), settlements("/" + id)))
                .filter(said -> said.text("/dispute_id").equals(dispute))
                .findFirst()
                .orElse(new Said(404, MissingNode.getInstance()));
    }

    /// At both registries.
    void ends(String settlement, String status) {
        Said home = awaited(
                () -> beta.get(beta.operator(), settlements("/" + settlement)),
                said -> said.text("/status").equals(status));
        awaited(
                () -> alpha.get(alpha.operator(), settlements("/" + home.text("/dispute_id"))),
                said -> said.text("/status").equals(status));
    }

    List<String> steps(String settlement) {
        return beta.get(beta.operator(), settlements("/" + settlement))
                .body()
                .at("/steps")
                .findValuesAsText("status");
    }

    void trust(boolean enabled, int most) {
        ok(beta.put(
                beta.operator(),
                "/api/v1/federation/disputes/peer-slash-config/alpha.example",
                "{\"auto_slash_enabled\": %s, \"auto_slash_max_avt\": %d}".formatted(enabled, most)));
    }

    static String settlements(String rest) {
        return "/api/v1/federation/disputes/settlements" + rest;
    }

    Terms terms(Town home, Credentials provider, String amount) {
        return Terms.newBuilder()
                .setContractId(UUID.randomUUID().toString())
                .setRegistryId(alpha.registry())
                .setContractor(alpha.did(alice))
                .setProvider(home.did(provider))
                .setTitle("A chart of the Øresund")
                .setFunding(Terms.Funding.ON_APPROVAL)
                .setAcceptBy(Timestamps.add(Timestamps.now(), Durations.fromDays(1)))
                .addMilestones(MilestoneTerms.newBuilder().setAmount(amount))
                .build();
    }

    /// Of the contract that the path names.
    static String acceptance(Terms terms, Credentials provider) {
        return json(Proofs.acceptance(terms, provider.key()).toBuilder()
                .clearContractId()
                .setRequestId("accept " + terms.getContractId()));
    }

    /// Asks again while the other registry does not answer in time.
    static Said reached(Supplier<Said> asked) {
        return awaited(asked, said -> !said.text("/reason").equals("PEER_UNREACHABLE"));
    }

    static String json(MessageOrBuilder message) {
        try {
            return JsonFormat.printer().preservingProtoFieldNames().print(message);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    static String encoded(String did) {
        return URLEncoder.encode(did, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        alpha.close();
        beta.close();
    }
}
