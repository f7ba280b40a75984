package hanse.node.contract;

import static hanse.node.federation.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import hanse.contract.v1.Contract.State;
import hanse.contract.v1.Milestone;
import hanse.contract.v1.SubmitWorkRequest;
import hanse.contract.v1.Terms;
import hanse.error.v1.Reason;
import hanse.federation.v1.Answer;
import hanse.federation.v1.ContractChanged;
import hanse.federation.v1.Message;
import hanse.federation.v1.Outcome;
import hanse.federation.v1.RelayContractRequest;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.Did;
import hanse.node.call.RefusedException;
import hanse.node.call.SignedRequest;
import hanse.node.call.WireTime;
import hanse.node.federation.Cut;
import hanse.node.federation.Pair;
import hanse.node.federation.TestNode;
import hanse.node.testing.AgentKeys;
import hanse.node.testing.TestRegistry;
import hanse.peer.MessageIds;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A contract whose provider is of a peer: kept at the contractor's registry, mirrored at the provider's, which passes
/// on
/// what its agent has signed.
@Timeout(120)
class PeerContractTest {
    private Pair pair;

    @BeforeEach
    void start(@TempDir Path directory) {
        pair = new Pair(directory);
    }

    @AfterEach
    void holds() {
        Pair.requireWhole(pair.alpha(), pair.beta());
        pair.close();
    }

    @Test
    void isProposedAcceptedSubmittedApprovedAndPaidAcrossTheLink() {
        Voyage voyage = voyage(Terms.Funding.ON_APPROVAL, "10", "20");
        voyage.create("create").join();
        mirrors(voyage, State.PROPOSED);
        assertThat(voyage.mirrored().getTerms()).isEqualTo(voyage.terms);
        assertThat(voyage.accept("accept").join().getState()).isEqualTo(State.ACTIVE);
        assertThat(voyage.kept().getProviderSignature()).isEqualTo(Workshop.sign(voyage.provider, voyage.terms));
        for (String milestone : List.of("1", "2")) {
            voyage.submit("submit " + milestone, milestone).join();
            hanse.contract.v1.Contract paid =
                    voyage.approve("approve " + milestone, milestone).join();
            assertThat(paid.getMilestones(Integer.parseInt(milestone) - 1).getState())
                    .isEqualTo(Milestone.State.PAID);
        }
        assertThat(voyage.kept().getState()).isEqualTo(State.COMPLETED);
        mirrors(voyage, State.COMPLETED);
        assertThat(pair.alpha().balance(voyage.contractor)).isEqualTo("70");
        assertThat(pair.beta().balance(voyage.provider)).isEqualTo("29.85");
        assertThat(voyage.mirrored().getMilestones(0).getSubmission()).isEqualTo("arrived");
        assertThat(voyage.mirrored().getMilestonesList())
                .isEqualTo(voyage.kept().getMilestonesList());
    }

    @Test
    void isAcceptedAndSubmittedByTheFederatedPathsOfHttp() {
        Voyage voyage = voyage(Terms.Funding.ON_APPROVAL, "10");
        voyage.create("create").join();
        mirrors(voyage, State.PROPOSED);
        String signature = Workshop.sign(voyage.provider, voyage.terms);
        Call accept = voyage.asProviderOverHttp(
                "accept",
                "/api/v1/contracts/" + voyage.id + "/accept-federated",
                "{\"terms_signature\": \"" + signature + "\"}");
        pair.beta().contracts.accept(accept, voyage.id, signature, "").join();
        Call submit = voyage.asProviderOverHttp(
                "submit",
                "/api/v1/contracts/" + voyage.id + "/submit-federated",
                "{\"submission\": \"angekommen \\u2713\", \"request_id\": \"submit\"}");
        pair.beta()
                .contracts
                .change(submit, voyage.id, new Change.Submit("", "angekommen ✓"))
                .join();
        assertThat(voyage.kept().getMilestones(0).getSubmission()).isEqualTo("angekommen ✓");
    }

    @Test
    void isDeclinedWhenItsProviderIsNotThere() {
        Voyage voyage = new Voyage(
                pair::alpha,
                pair::beta,
                pair.alpha().agent("100"),
                new AgentId(UUID.randomUUID()),
                Terms.Funding.ON_APPROVAL,
                "10");
        voyage.create("create").join();
        eventually("it is declined", () -> voyage.kept().getState() == State.DECLINED);
        assertThat(voyage.kept().getNote()).isEqualTo("UNKNOWN_AGENT");
    }

    @Test
    void escrowPaysAcrossTheLinkAndIsFilledAgainByARefusal() {
        Voyage voyage = active(Terms.Funding.ESCROWED, "10", "20");
        assertThat(pair.alpha().balance(voyage.contractor)).isEqualTo("70");
        voyage.submit("submit", "1").join();
        pair.beta().limitPeer(pair.alpha(), "0.000001");
        hanse.contract.v1.Contract refused = voyage.approve("approve", "1").join();
        assertThat(refused.getMilestones(0).getState()).isEqualTo(Milestone.State.APPROVED);
        assertThat(refused.getMilestones(0).getRefusal()).isEqualTo("EXPOSURE_EXCEEDED");
        assertThat(refused.getEscrowed()).isEqualTo("30");
        pair.beta().limitPeer(pair.alpha(), "1000");
        hanse.contract.v1.Contract paid = voyage.approve("again", "1").join();
        assertThat(paid.getMilestones(0).getState()).isEqualTo(Milestone.State.PAID);
        assertThat(paid.getEscrowed()).isEqualTo("20");
        assertThat(pair.beta().balance(voyage.provider)).isEqualTo("9.95");
        voyage.change("fail", new Change.MarkFailed("the second never sailed")).join();
        mirrors(voyage, State.FAILED);
        pair.pass(Duration.ofHours(25));
        assertThat(pair.alpha().contracts.sweep()).isEqualTo(1);
        assertThat(pair.alpha().balance(voyage.contractor)).isEqualTo("90");
    }

    @Test
    void whatComesBackAfterTheContractHasFailedGoesToTheContractor() {
        Voyage voyage = active(Terms.Funding.ESCROWED, "10");
        voyage.submit("submit", "1").join();
        pair.beta().limitPeer(pair.alpha(), "0.000001");
        TestNode alpha = pair.alpha();
        alpha.network.at(
                TestNode.Network.Moment.ANSWERED,
                () -> voyage.change("fail", new Change.MarkFailed("no")).join());
        voyage.approve("approve", "1").join();
        eventually(
                "its pay has come back", () -> voyage.kept().getMilestones(0).getState() == Milestone.State.APPROVED);
        assertThat(voyage.kept().getState()).isEqualTo(State.FAILED);
        pair.pass(Duration.ofHours(25));
        assertThat(alpha.contracts.sweep()).isEqualTo(1);
        assertThat(alpha.balance(voyage.contractor)).isEqualTo("100");
        pair.beta().limitPeer(alpha, "1000");
    }

    @Test
    void nobodyCancelsWhileAMilestonesPayIsOnItsWay() {
        Voyage voyage = active(Terms.Funding.ESCROWED, "10", "20");
        voyage.submit("submit", "1").join();
        Cut.BEFORE_IT_IS_SENT.during(pair.alpha(), pair.beta(), () -> voyage.approve("approve", "1"), () -> {
            assertThat(voyage.kept().getMilestones(0).getState()).isEqualTo(Milestone.State.PAYING);
            assertThat(TestRegistry.refusal(voyage.change("early", new Change.Cancel(true, ""))))
                    .contains(Reason.MILESTONE_PAYING);
        });
        eventually("it is paid", () -> voyage.kept().getMilestones(0).getState() == Milestone.State.PAID);
        assertThat(voyage.change("cancel", new Change.Cancel(true, "")).join().getCancelAskedBy())
                .isEqualTo(voyage.terms.getContractor());
    }

    @Test
    void theMirrorFollowsAlsoAfterTheProvidersRegistryWasSuspended() {
        Voyage voyage = active(Terms.Funding.ON_APPROVAL, "10");
        pair.beta().suspendPeer(pair.alpha());
        pair.alpha().suspendPeer(pair.beta());
        voyage.submit("submit", "1").join();
        voyage.change("reject", new Change.Reject("1", "wet")).join();
        eventually(
                "the mirror follows", () -> voyage.mirrored().getMilestones(0).getState() == Milestone.State.REJECTED);
        assertThat(voyage.mirrored().getMilestones(0).getRejection()).isEqualTo("wet");
        Voyage another =
                new Voyage(pair::alpha, pair::beta, voyage.contractor, voyage.provider, Terms.Funding.ON_APPROVAL, "1");
        assertThat(TestRegistry.refusal(another.create("create 2"))).contains(Reason.PEER_SUSPENDED);
    }

    @Test
    void whatIsRefusedAtTheContractorsRegistryIsRefusedToTheProvider() {
        Voyage voyage = active(Terms.Funding.ON_APPROVAL, "10");
        voyage.submit("submit", "1").join();
        assertThat(TestRegistry.refusal(voyage.submit("submit again", "1"))).contains(Reason.WORK_ALREADY_SUBMITTED);
        assertThat(TestRegistry.refusal(voyage.submit("submit again", "1"))).contains(Reason.WORK_ALREADY_SUBMITTED);
        assertThat(voyage.submit("submit", "1").join().getMilestones(0).getState())
                .isEqualTo(Milestone.State.SUBMITTED);
        Call unsigned = TestNode.call(voyage.provider, "by session", "");
        assertThat(TestRegistry.refusal(pair.beta().contracts.change(unsigned, voyage.id, new Change.Submit("1", "x"))))
                .contains(Reason.SIGNATURE_REQUIRED);
        Call approving = voyage.asProvider("approve", "ApproveCompletion", SubmitWorkRequest.getDefaultInstance());
        assertThat(TestRegistry.refusal(
                        pair.beta().contracts.change(approving, voyage.id, new Change.Approve("1", Optional.empty()))))
                .contains(Reason.NOT_YOURS);
        AgentId stranger = pair.beta().agent("0");
        assertThat(TestRegistry.refusal(pair.beta()
                        .contracts
                        .change(TestNode.call(stranger, "strange", ""), voyage.id, new Change.Submit("1", "x"))))
                .contains(Reason.UNKNOWN_CONTRACT);
        assertThatThrownBy(() -> pair.beta()
                        .contracts
                        .show(TestNode.call(stranger, "r", "").caller(), voyage.id))
                .isInstanceOf(RefusedException.class);
    }

    @Test
    void bothListItAndItsEventsReachBoth() {
        Voyage voyage = active(Terms.Funding.ON_APPROVAL, "10");
        for (TestNode node : List.of(pair.alpha(), pair.beta())) {
            AgentId agent = node == pair.alpha() ? voyage.contractor : voyage.provider;
            Side other = node == pair.alpha() ? Side.PROVIDER : Side.CONTRACTOR;
            var caller = TestNode.call(agent, "r", "").caller();
            assertThat(node.contracts.list(caller, Optional.empty(), Optional.of(Contract.State.ACTIVE), "", 10))
                    .extracting(Contracts.Listed::id)
                    .containsExactly(voyage.id);
            assertThat(node.contracts.list(caller, Optional.of(other), Optional.empty(), "", 10))
                    .isEmpty();
            Did counterparty = node == pair.alpha()
                    ? new Did(pair.beta().id, voyage.provider)
                    : new Did(pair.alpha().id, voyage.contractor);
            assertThat(node.contracts.listOf(caller, counterparty, Optional.empty(), "", 10))
                    .hasSize(1);
        }
    }

    // ---- a provider's registry that lies

    @Test
    void aSignedRequestIsCarriedOutOnceHoweverOftenItIsPassedOn() {
        Voyage voyage = active(Terms.Funding.ON_APPROVAL, "10");
        SubmitWorkRequest asked = SubmitWorkRequest.newBuilder()
                .setContractId(voyage.id.toString())
                .setSubmission("first")
                .build();
        Call signed = voyage.asProvider("one", "SubmitWork", asked);
        SignedRequest evidence = signed.evidence().orElseThrow();
        pair.beta()
                .contracts
                .change(signed, voyage.id, new Change.Submit("", "first"))
                .join();
        voyage.change("reject", new Change.Reject("", "wet")).join();
        assertThat(TestRegistry.refusal(pair.beta()
                        .contracts
                        .change(voyage.with("two", evidence), voyage.id, new Change.Submit("", "first"))))
                .contains(Reason.SIGNATURE_REPLAYED);
        assertThat(voyage.kept().getMilestones(0).getState()).isEqualTo(Milestone.State.REJECTED);
    }

    @Test
    void onlyWhatTheProviderHasSignedIsBelieved() {
        Voyage voyage = active(Terms.Funding.ON_APPROVAL, "10");
        SubmitWorkRequest asked = SubmitWorkRequest.newBuilder()
                .setContractId(voyage.id.toString())
                .setSubmission("never said")
                .build();
        assertThat(relaying(voyage, asked, relay -> relay.setBody(ByteString.copyFromUtf8("other"))))
                .contains("BAD_SIGNATURE");
        assertThat(relaying(
                        voyage,
                        asked,
                        relay -> relay.setKey(ByteString.copyFrom(
                                AgentKeys.of(voyage.contractor).publicKey()))))
                .contains("BAD_SIGNATURE");
        assertThat(relaying(voyage, asked, relay -> relay.setKey(ByteString.copyFromUtf8("short"))))
                .contains("BAD_PUBLIC_KEY");
        assertThat(relaying(
                        voyage,
                        asked,
                        relay -> relay.setReceivedAt(
                                WireTime.of(pair.beta().now().plus(Duration.ofMinutes(1))))))
                .contains("SIGNATURE_STALE");
        assertThat(relaying(voyage, asked, relay -> relay.setAudience("alpha.example")))
                .contains("MESSAGE_REFUSED");
        assertThat(relaying(
                        voyage,
                        asked,
                        relay -> relay.setProvider(new Did(pair.alpha().id, voyage.contractor).toString())))
                .contains("MESSAGE_REFUSED");
        assertThat(relaying(voyage, SubmitWorkRequest.getDefaultInstance(), relay -> {}))
                .contains("MESSAGE_UNREADABLE");
        assertThat(voyage.kept().getMilestones(0).getState()).isEqualTo(Milestone.State.DUE);
    }

    @Test
    void aContractOfAnotherHomesProviderIsNotTouched() {
        AgentId local = pair.alpha().agent("0");
        Voyage within =
                new Voyage(pair::alpha, pair::alpha, pair.alpha().agent("100"), local, Terms.Funding.ON_APPROVAL, "10");
        within.create("create").join();
        Voyage voyage = active(Terms.Funding.ON_APPROVAL, "10");
        SubmitWorkRequest asked = SubmitWorkRequest.newBuilder()
                .setContractId(within.id.toString())
                .build();
        assertThat(relaying(voyage, asked, relay -> {})).contains("NOT_PROVIDERS_HOME");
        Message shown = message(body -> body.setContractChanged(ContractChanged.newBuilder()
                .setContract(hanse.contract.v1.Contract.newBuilder()
                        .setContractId(within.id.toString())
                        .setVersion(99))));
        assertThat(refusal(pair.alpha().receive(pair.beta(), shown))).contains("UNKNOWN_CONTRACT");
    }

    /// What alpha says to a request that beta passes on, after beta has done something to it.
    private Optional<String> relaying(
            Voyage voyage, SubmitWorkRequest asked, Consumer<RelayContractRequest.Builder> lie) {
        SignedRequest signed =
                voyage.asProvider("x", "SubmitWork", asked).evidence().orElseThrow();
        RelayContractRequest.Builder relay = RelayContractRequest.newBuilder()
                .setProvider(new Did(pair.beta().id, voyage.provider).toString())
                .setKey(ByteString.copyFrom(AgentKeys.of(voyage.provider).publicKey()))
                .setReceivedAt(WireTime.of(pair.beta().now()))
                .setMethod(signed.method())
                .setPath(signed.path())
                .setTimestamp(signed.timestamp())
                .setAudience(signed.audience())
                .setBody(ByteString.copyFrom(signed.body()))
                .setSignature(ByteString.copyFrom(signed.signature()));
        lie.accept(relay);
        return refusal(pair.alpha().receive(pair.beta(), message(body -> body.setRelayContractRequest(relay))));
    }

    private Message message(Consumer<Message.Builder> body) {
        Message.Builder message = Message.newBuilder()
                .setFrom(pair.beta().id.value())
                .setTo(pair.alpha().id.value())
                .setId(MessageIds.bytes(UUID.randomUUID()));
        body.accept(message);
        return message.build();
    }

    private static Optional<String> refusal(Answer answer) {
        try {
            Outcome outcome = Outcome.parseFrom(answer.getOutcome().getOutcome());
            return outcome.hasRefused() ? Optional.of(outcome.getRefused().getReason()) : Optional.empty();
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    private Voyage voyage(Terms.Funding funding, String... amounts) {
        return new Voyage(pair::alpha, pair::beta, funding, amounts);
    }

    private Voyage active(Terms.Funding funding, String... amounts) {
        Voyage voyage = voyage(funding, amounts);
        voyage.create("create").join();
        mirrors(voyage, State.PROPOSED);
        CompletableFuture<hanse.contract.v1.Contract> accepted = voyage.accept("accept");
        assertThat(accepted.join().getState()).isEqualTo(State.ACTIVE);
        return voyage;
    }

    private static void mirrors(Voyage voyage, State state) {
        eventually("the mirror shows " + state, () -> {
            try {
                return voyage.mirrored().getState() == state;
            } catch (RefusedException notThereYet) {
                return false;
            }
        });
    }
}
