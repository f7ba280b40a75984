package hanse.node.wires;

import static hanse.node.wires.Town.awaited;
import static hanse.node.wires.Town.ids;
import static hanse.node.wires.Town.ok;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import hanse.contract.v1.Terms;
import hanse.node.wires.Town.Said;
import hanse.sdk.Credentials;
import hanse.sdk.Proofs;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Every path of the source's tables, written as the source writes it, at two registries that are peers: with signed
/// HTTP requests and the names and types of JSON that the source gives. Source: spec/protocol.
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(120)
final class SourcePathsTest {
    private Towns towns;
    private Town alpha;
    private Town beta;
    private Credentials alice;
    private Credentials carol;
    private Credentials erin;
    private Credentials bob;

    @BeforeAll
    void found(@TempDir Path directory) throws IOException {
        towns = new Towns(directory);
        alpha = towns.alpha();
        beta = towns.beta();
        alice = towns.alice();
        bob = towns.bob();
        carol = alpha.agent("carol", "1000");
        erin = alpha.agent("erin", "0");
    }

    @AfterAll
    void leave() {
        towns.close();
    }

    @Test
    void theFourStepsOfAPaymentToken() {
        JsonNode token = towns.authorized(alpha.did(carol), "2.5");
        assertThat(token.at("/payment_token").asText()).matches("apt_[0-9a-f]{64}");
        Said verified = alpha.post(
                carol, "/api/v1/a2a-payment/verify", "{\"payment_token\": " + token.at("/payment_token") + "}");
        assertThat(ok(verified).at("/valid").booleanValue()).isTrue();
        Said settled = alpha.post(
                alice, "/api/v1/a2a-payment/settle", "{\"payment_token\": " + token.at("/payment_token") + "}");
        assertThat(ok(settled).at("/state").asText()).isEqualTo("SETTLED");
        String unused =
                towns.authorized(alpha.did(carol), "1").at("/payment_token").toString();
        Said released = alpha.post(alice, "/api/v1/a2a-payment/release", "{\"payment_token\": " + unused + "}");
        assertThat(ok(released).at("/state").asText()).isEqualTo("RELEASED");
    }

    /// "Settlement routes through /teg/transfer (or /teg/cross-registry-transfer if target is on another registry)".
    @Test
    void aTransferGoesByThePathOfItsPayeesHome() {
        String here = "{\"to\": \"" + alpha.did(carol) + "\", \"amount\": \"0.5\"}";
        String there = "{\"to\": \"" + beta.did(bob) + "\", \"amount\": \"0.5\"}";
        ok(alpha.post(alice, "/api/v1/teg/transfer", here));
        assertThat(alpha.post(alice, "/api/v1/teg/transfer", there).text("/reason"))
                .isEqualTo("FOREIGN_AGENT");
        assertThat(alpha.post(alice, "/api/v1/teg/cross-registry-transfer", there)
                        .status())
                .isIn(200, 202);
        assertThat(alpha.post(alice, "/api/v1/teg/cross-registry-transfer", here)
                        .text("/reason"))
                .isEqualTo("LOCAL_AGENT");
    }

    @Test
    void theCanonicalContractPatternAndItsLists() {
        Terms terms = towns.terms(alpha, carol, "10");
        String id = terms.getContractId();
        Said created = alpha.post(alice, "/api/v1/contracts", Towns.json(Proofs.proposal(terms, alice.key())));
        assertThat(ok(created).at("/state").asText()).isEqualTo("PROPOSED");
        Said accepted = alpha.post(carol, "/api/v1/contracts/" + id + "/accept", Towns.acceptance(terms, carol));
        assertThat(ok(accepted).at("/state").asText()).isEqualTo("ACTIVE");
        Said submitted = alpha.post(carol, "/api/v1/contracts/" + id + "/submit", "{\"submission\": \"done\"}");
        assertThat(ok(submitted).at("/milestones/0/state").asText()).isEqualTo("SUBMITTED");
        assertThat(alpha.post(
                                alice,
                                "/api/v1/contracts/" + id + "/approve-completion",
                                "{\"payment_token\": \"apt_1\"}")
                        .text("/reason"))
                .isEqualTo("BAD_TOKEN");
        JsonNode token = towns.authorized(alpha.did(carol), "10");
        Said approved = alpha.post(
                alice,
                "/api/v1/contracts/" + id + "/approve-completion",
                "{\"payment_token\": " + token.at("/payment_token") + "}");
        assertThat(ok(approved).at("/state").asText()).isEqualTo("COMPLETED");
        assertThat(approved.text("/milestones/0/payment_id"))
                .isEqualTo(token.at("/payment_id").asText());

        assertThat(ok(alpha.get(carol, "/api/v1/contracts/" + id))
                        .at("/contractor")
                        .asText())
                .isEqualTo(alpha.did(alice));
        assertThat(alpha.get(erin, "/api/v1/contracts/" + id).text("/reason")).isEqualTo("UNKNOWN_CONTRACT");
        assertThat(ids(alpha.get(alice, "/api/v1/contracts"), "contract_id")).contains(id);
        for (String path : List.of(alpha.did(carol), Towns.encoded(alpha.did(carol)))) {
            assertThat(ids(alpha.get(alice, "/api/v1/contracts/agent/" + path), "contract_id"))
                    .contains(id);
            assertThat(ids(alpha.get(erin, "/api/v1/contracts/agent/" + path), "contract_id"))
                    .isEmpty();
        }
    }

    @Test
    void workIsMarkedFailedAndMalpracticePutOnRecord() {
        Terms terms = towns.terms(alpha, carol, "3");
        String id = terms.getContractId();
        ok(alpha.post(alice, "/api/v1/contracts", Towns.json(Proofs.proposal(terms, alice.key()))));
        ok(alpha.post(carol, "/api/v1/contracts/" + id + "/accept", Towns.acceptance(terms, carol)));
        Said failed = alpha.post(alice, "/api/v1/contracts/" + id + "/mark-failed", "{\"reason\": \"nothing came\"}");
        assertThat(ok(failed).at("/state").asText()).isEqualTo("FAILED");
        Said reported = alpha.post(alice, "/api/v1/contracts/malpractice", """
                {"dealing": {"kind": "CONTRACT", "id": "%s"}, "grounds": "NOT_DELIVERED", "statement": "nothing came"}
                """.formatted(id));
        assertThat(ok(reported).at("/reported").asText()).isEqualTo(alpha.did(carol));
        assertThat(reported.text("/state")).isEqualTo("STANDING");
    }

    /// "the provider on the peer frame interacts via the federated paths and the registry-to-registry proxy bridges
    /// the two sides".
    @Test
    void aProviderOnAPeerAcceptsAndSubmitsAtItsOwnRegistry() {
        Terms terms = towns.terms(beta, bob, "10");
        String path = "/api/v1/contracts/" + terms.getContractId();
        ok(alpha.post(alice, "/api/v1/contracts", Towns.json(Proofs.proposal(terms, alice.key()))));
        awaited(() -> beta.get(bob, path), said -> said.text("/state").equals("PROPOSED"));
        String acceptance = Towns.acceptance(terms, bob);
        Said accepted = Towns.reached(() -> beta.post(bob, path + "/accept-federated", acceptance));
        assertThat(ok(accepted).at("/state").asText()).isEqualTo("ACTIVE");
        Said submitted = Towns.reached(() -> beta.post(
                bob, path + "/submit-federated", "{\"submission\": \"angekommen ✓\", \"request_id\": \"submit\"}"));
        assertThat(ok(submitted).at("/milestones/0/state").asText()).isEqualTo("SUBMITTED");
        Said kept = alpha.get(alice, path);
        assertThat(kept.text("/milestones/0/submission")).isEqualTo("angekommen ✓");
        assertThat(kept.text("/registry_id")).isEqualTo("alpha.example");
        ok(alpha.post(alice, path + "/approve-completion", "{}"));
        awaited(() -> alpha.get(alice, path), said -> said.text("/state").equals("COMPLETED"));
        awaited(() -> beta.get(bob, path), said -> said.text("/state").equals("COMPLETED"));
        assertThat(ids(beta.get(bob, "/api/v1/contracts"), "contract_id")).contains(terms.getContractId());
    }

    /// "the compensation amount [is added] to tokens_issued (it's the complainant's home registry that mints)"; "the
    /// slashed amount counts toward tokens_destroyed"; "The two events together preserve the global supply
    /// equality".
    @Test
    void whatIsMintedCountsAsIssuedWhereTheComplainantLivesAndWhatIsSlashedAsDestroyedWhereTheDefendantDoes() {
        towns.trust(true, 9);
        String payment = towns.settled(beta, beta.agent("dora", "100"), "9");
        BigDecimal issued = supply(alpha, "tokens_issued");
        BigDecimal destroyed = supply(beta, "tokens_destroyed");
        BigDecimal issuedThere = supply(beta, "tokens_issued");
        String dispute = towns.ruled(payment);
        awaited(
                () -> beta.get(beta.operator(), Towns.settlements("?status=SETTLED")),
                said -> said.body()
                        .at("/settlements")
                        .findValuesAsText("burned")
                        .contains("9"));
        awaited(
                () -> alpha.get(alpha.operator(), Towns.settlements("/" + dispute)),
                said -> said.text("/status").equals("SETTLED"));
        assertThat(supply(alpha, "tokens_issued").subtract(issued)).isEqualByComparingTo("9");
        assertThat(supply(beta, "tokens_destroyed").subtract(destroyed)).isEqualByComparingTo("9");
        assertThat(supply(beta, "tokens_issued")).isEqualByComparingTo(issuedThere);
    }

    private static BigDecimal supply(Town town, String term) {
        JsonNode supply = ok(town.get(town.operator(), "/api/v1/teg/supply"));
        assertThat(supply.at("/holds").booleanValue()).as(supply.toString()).isTrue();
        return new BigDecimal(supply.at("/" + term).asText());
    }

    @Test
    void aDisputeWalksFromOpenToVotingToClosedAndItsSlashIsMintedToTheComplainant() {
        String payment = towns.settled(alpha, carol, "10");
        Said filed = towns.filed(payment);
        String id = filed.text("/dispute_id");
        assertThat(filed.text("/status")).isEqualTo("OPEN");
        assertThat(filed.text("/complainant")).isEqualTo(alpha.did(alice));
        assertThat(filed.text("/defendant")).isEqualTo(alpha.did(carol));
        String path = "/api/v1/disputes/" + id;
        ok(alpha.post(
                alice, path + "/evidence", "{\"statement\": \"the log\", \"reference\": \"https://log.example/1\"}"));
        ok(alpha.post(carol, path + "/evidence", "{\"statement\": \"the log is whole\", \"stance\": \"CONTESTED\"}"));
        for (String all : List.of("/api/v1/disputes/", "/api/v1/disputes")) {
            assertThat(ids(alpha.get(carol, all), "dispute_id")).contains(id);
            assertThat(ids(alpha.get(erin, all), "dispute_id")).isEmpty();
        }
        assertThat(ids(alpha.get(alice, "/api/v1/disputes/agent/" + alpha.did(carol)), "dispute_id"))
                .contains(id);
        assertThat(ids(alpha.get(erin, "/api/v1/disputes/agent/" + Towns.encoded(alpha.did(carol))), "dispute_id"))
                .isEmpty();
        assertThat(alpha.get(erin, path).text("/reason")).isEqualTo("UNKNOWN_DISPUTE");
        assertThat(alpha.post(alice, path + "/ruling", "{\"ruling\": \"DISMISSED\"}")
                        .text("/reason"))
                .isEqualTo("ROLE_REQUIRED");
        assertThat(ok(alpha.post(alpha.operator(), path + "/open-voting", "{}"))
                        .at("/status")
                        .asText())
                .isEqualTo("VOTING");
        ok(alpha.post(alpha.operator(), path + "/ruling/", "{\"ruling\": \"IN_FAVOR_OF_COMPLAINANT\"}"));
        Said closed = alpha.get(alice, path + "/");
        assertThat(closed.text("/status")).isEqualTo("CLOSED");
        assertThat(closed.text("/ruling")).isEqualTo("IN_FAVOR_OF_COMPLAINANT");
        assertThat(closed.text("/effect/compensated")).isEqualTo("10");
        assertThat(closed.body().at("/evidence")).hasSize(2);
    }

    /// "Admin approves a held settlement → executes the slash"; "Admin rejects a held settlement → status = FAILED".
    @Test
    void aSlashThatWaitsAtTheHomeIsApprovedOrRejectedThere() {
        towns.trust(false, 0);
        String approved = towns.held(towns.ruled(towns.settled(beta, bob, "7")));
        Said burned = beta.post(beta.operator(), Towns.settlements("/" + approved + "/approve"), "{}");
        assertThat(ok(burned).at("/status").asText()).isIn("SLASHED", "SETTLED");
        assertThat(burned.text("/burned")).isEqualTo("7");
        towns.ends(approved, "SETTLED");
        assertThat(towns.steps(approved))
                .as("it comes, is held, and is carried out")
                .containsExactly("PENDING_SLASH", "PENDING_SLASH", "SLASHING", "SLASHED", "SETTLED");

        String rejected = towns.held(towns.ruled(towns.settled(beta, bob, "6")));
        Said refused = beta.post(
                beta.operator(), Towns.settlements("/" + rejected + "/reject"), "{\"reason\": \"she was served\"}");
        assertThat(ok(refused).at("/status").asText()).isEqualTo("FAILED");
        towns.ends(rejected, "FAILED");
        assertThat(beta.post(beta.operator(), Towns.settlements("/" + rejected + "/approve"), "{}")
                        .text("/reason"))
                .isEqualTo("SETTLEMENT_NOT_HELD");
        for (String change : List.of("/approve", "/reject")) {
            assertThat(beta.post(bob, Towns.settlements("/" + approved + change), "{}")
                            .text("/reason"))
                    .isEqualTo("ROLE_REQUIRED");
            assertThat(beta.post(beta.operator(), Towns.settlements("/" + UUID.randomUUID() + change), "{}")
                            .text("/reason"))
                    .isEqualTo("UNKNOWN_SETTLEMENT");
        }
        assertThat(beta.get(bob, Towns.settlements("/" + approved)).text("/reason"))
                .isEqualTo("ROLE_REQUIRED");
        assertThat(beta.get(Towns.settlements("")).status()).as("unsigned").isEqualTo(401);
        assertThat(beta.get(alice, Towns.settlements("")).status())
                .as("an agent of a peer")
                .isEqualTo(401);
    }

    /// "Requests ≤ this auto-approve when enabled=true".
    @Test
    void aSlashUnderThePeersThresholdIsCarriedOutAtOnce() {
        towns.trust(true, 8);
        String dispute = towns.ruled(towns.settled(beta, beta.agent("gus", "100"), "8"));
        awaited(
                () -> alpha.get(alpha.operator(), Towns.settlements("/" + dispute)),
                said -> said.text("/status").equals("SETTLED"));
        assertThat(alpha.get(alice, "/api/v1/disputes/" + dispute).text("/effect/compensated"))
                .isEqualTo("8");
    }

    /// The table of the source, "Field on PeerRegistry": each field by its name, with its type.
    @Test
    void thePerPeerConfigurationHasTheSourcesNamesAndTypes() {
        String path = "/api/v1/federation/disputes/peer-slash-config";
        // Something must have ended between the two.
        towns.settled(beta, bob, "1");
        Said changed = beta.put(
                beta.operator(),
                path + "/alpha.example",
                "{\"auto_slash_enabled\": true, \"auto_slash_max_avt\": 1000}");
        JsonNode config = awaited(
                        () -> beta.get(beta.operator(), path),
                        said -> said.body().at("/peers/0/total_interactions").asInt() > 0)
                .body()
                .at("/peers/0");
        assertThat(ok(changed).at("/auto_slash_max_avt").isInt()).isTrue();
        assertThat(config.at("/peer_id").asText()).isEqualTo("alpha.example");
        assertThat(config.at("/auto_slash_enabled").isBoolean()).isTrue();
        assertThat(config.at("/auto_slash_enabled").booleanValue()).isTrue();
        assertThat(config.at("/auto_slash_max_avt").isInt()).isTrue();
        assertThat(config.at("/auto_slash_max_avt").intValue()).isEqualTo(1_000);
        assertThat(config.at("/bayesian_discount").isNumber()).isTrue();
        assertThat(config.at("/bayesian_discount").doubleValue()).isStrictlyBetween(0.0, 1.0);
        assertThat(config.at("/total_interactions").isInt()).isTrue();
        assertThat(config.at("/disputes_lost_with").isInt()).isTrue();
        assertThat(Instant.parse(config.at("/last_interaction_at").asText()))
                .isBefore(Instant.now().plusSeconds(1));

        JsonNode shown = ok(beta.get(bob, path)).at("/peers/0");
        assertThat(shown.at("/auto_slash_max_avt").intValue()).isEqualTo(1_000);
        assertThat(shown.has("bayesian_discount")).as("for operators only").isFalse();
    }

    @Test
    void aThresholdOutsideItsBoundsOrOfNoPeerIsRefused() {
        String path = "/api/v1/federation/disputes/peer-slash-config/";
        for (String most : List.of("-1", "1000000001")) {
            assertThat(beta.put(
                                    beta.operator(),
                                    path + "alpha.example",
                                    "{\"auto_slash_enabled\": true, \"auto_slash_max_avt\": " + most + "}")
                            .text("/reason"))
                    .as(most)
                    .isEqualTo("INVALID_ARGUMENT");
        }
        for (String most : List.of("2147483648", "1.5", "\"many\"")) {
            assertThat(beta.put(
                                    beta.operator(),
                                    path + "alpha.example",
                                    "{\"auto_slash_enabled\": true, \"auto_slash_max_avt\": " + most + "}")
                            .status())
                    .as(most)
                    .isEqualTo(400);
        }
        for (String peer : List.of("gamma.example", "beta.example", "No%20Registry")) {
            assertThat(beta.put(
                                    beta.operator(),
                                    path + peer,
                                    "{\"auto_slash_enabled\": true, \"auto_slash_max_avt\": 1}")
                            .text("/reason"))
                    .as(peer)
                    .isEqualTo("UNKNOWN_PEER");
        }
        assertThat(beta.put(bob, path + "alpha.example", "{\"auto_slash_enabled\": true}")
                        .text("/reason"))
                .isEqualTo("ROLE_REQUIRED");
    }

    /// "federation mTLS": nobody who can speak HTTP is a peer.
    @Test
    void whatIsForPeersIsRefusedToEverybodyElse() {
        for (String path : List.of(
                "/api/v1/federation/disputes/slash-request",
                "/api/v1/federation/disputes/slash-confirmation",
                "/api/v1/contracts/cross-registry/proxy")) {
            for (Credentials caller : List.of(bob, beta.operator())) {
                Said refused = beta.post(caller, path, "{}");
                assertThat(refused.status()).as(path).isEqualTo(403);
                assertThat(refused.text("/reason")).as(path).isEqualTo("ROLE_REQUIRED");
            }
            assertThat(beta.post(path, "{}").status()).as(path).isEqualTo(401);
        }
    }
}
