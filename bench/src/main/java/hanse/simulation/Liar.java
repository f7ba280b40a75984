package hanse.simulation;

import com.google.protobuf.ByteString;
import hanse.certs.CertificateAuthority;
import hanse.certs.SigningKey;
import hanse.dispute.v1.Dispute;
import hanse.federation.v1.ClaimPayment;
import hanse.federation.v1.ConsumePayment;
import hanse.federation.v1.ContractChanged;
import hanse.federation.v1.CreditTransfer;
import hanse.federation.v1.DisputeEvidence;
import hanse.federation.v1.DisputeFiling;
import hanse.federation.v1.DisputeNotice;
import hanse.federation.v1.DisputeWithdrawal;
import hanse.federation.v1.DisputedSubject;
import hanse.federation.v1.MalpracticeShown;
import hanse.federation.v1.Message;
import hanse.federation.v1.OfferContract;
import hanse.federation.v1.Outcome;
import hanse.federation.v1.RelayContractRequest;
import hanse.federation.v1.SlashApplied;
import hanse.federation.v1.SlashConfirmation;
import hanse.federation.v1.SlashRequest;
import hanse.federation.v1.WaivePayment;
import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.RegistryId;
import hanse.peer.MessageIds;
import hanse.peer.MessageSigner;
import hanse.peer.OutgoingMessage;
import hanse.peer.PeeringCards;
import hanse.peer.ReceivedMessage;
import hanse.peer.VerifiedOutcome;
import hanse.peer.v1.AddPeerRequest;
import hanse.peer.v1.PeerServiceGrpc;
import hanse.peer.v1.PeerServiceGrpc.PeerServiceImplBase;
import hanse.peer.v1.SignedCard;
import hanse.simulation.Clients.Member;
import hanse.wire.SignedText;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// A peer of all registries that has no books: it says whatever may pay. Whatever it says is well signed.
final class Liar {
    static final RegistryId ID = new RegistryId("mallory.example");

    private static final String EXPOSURE = "40";

    private final SigningKey key = SigningKey.generate();
    private final MessageSigner signer = new MessageSigner(ID.value(), key);
    private final SignedCard card;
    private final List<Message> said = new ArrayList<>();

    /// @param directory for its certificate authority
    Liar(Path directory) {
        this.card = PeeringCards.make(
                ID.value(),
                "localhost:1",
                "https://" + ID,
                CertificateAuthority.openOrCreate(directory, ID.value(), () -> VirtualTime.BEGINNING)
                        .bundle(),
                key);
    }

    /// Nothing has been said yet.
    void begin() {
        said.clear();
    }

    Operation<?> added(House house, Town town) {
        return town.rules(
                house,
                "adds " + ID,
                PeerServiceGrpc.getAddPeerMethod(),
                AddPeerRequest.newBuilder()
                        .setCard(card)
                        .setExposureLimit(EXPOSURE)
                        .build(),
                at -> at.service(PeerServiceImplBase.class)::addPeer);
    }

    static String did(Chance chance) {
        return new Did(ID, new AgentId(new UUID(1, 1 + chance.below(3)))).toString();
    }

    /// Says something, perhaps again, perhaps something else under the same id.
    void lie(House house, Scene scene) {
        Town town = scene.town;
        Chance chance = scene.chance;
        Message message = !said.isEmpty() && chance.oneIn(4) ? chance.any(said) : lie(house, town);
        if (chance.oneIn(5) && !said.isEmpty()) {
            message = message.toBuilder().setId(chance.any(said).getId()).build();
        }
        if (!message.getTo().equals(house.id.value())) {
            return;
        }
        said.add(message);
        scene.say(ID + " tells " + house + ": " + message.getBodyCase());
        ByteString bytes = message.toByteString();
        var unused = house.inbox()
                .receive(new ReceivedMessage(
                        ID.value(),
                        MessageIds.parse(message.getId()).orElseThrow(),
                        message,
                        SignedText.sha256(bytes.toByteArray())))
                .toCompletableFuture()
                .handle((answer, failure) -> {
                    scene.say("told: " + (failure == null ? "an answer" : failure));
                    return answer;
                })
                .join();
    }

    private Message lie(House house, Town town) {
        Chance chance = town.chance;
        Message.Builder message = signer.message(house.id.value(), new UUID(chance.seed(), chance.seed()), "");
        Member victim = town.memberOf(house);
        Member other = town.member();
        ByteString known = MessageIds.bytes(town.knownId());
        String liar = did(chance);
        long micros = (1 + chance.below(60)) * 1_000_000L;
        DisputedSubject subject = DisputedSubject.newBuilder()
                .setKind(1 + chance.below(3))
                .setId(known)
                .setMilestoneId(chance.oneIn(3) ? "m1" : "")
                .build();
        switch (chance.below(13)) {
            case 0, 1 ->
                message.setCreditTransfer(CreditTransfer.newBuilder()
                        .setPayer(chance.oneIn(4) ? other.did() : liar)
                        .setPayee(chance.oneIn(6) ? other.did() : victim.did())
                        .setAmountMicros(chance.oneIn(8) ? Long.MAX_VALUE - chance.below(9) : micros)
                        .setBucketDay(chance.below(30_000))
                        .setPaymentId(chance.oneIn(3) ? known : ByteString.EMPTY));
            case 2 ->
                message.setConsumePayment(ConsumePayment.newBuilder()
                        .setTokenHash(ByteString.copyFrom(SignedText.sha256(known.toByteArray())))
                        .setPayee(liar)
                        .setHeadroomMicros(micros));
            case 3 ->
                message.setClaimPayment(
                        ClaimPayment.newBuilder().setPaymentId(known).setPayee(liar));
            case 4 ->
                message.setWaivePayment(
                        WaivePayment.newBuilder().setPaymentId(known).setPayee(other.did()));
            case 5, 6 ->
                message.setSlashRequest(SlashRequest.newBuilder()
                        .setDisputeId(MessageIds.bytes(town.id()))
                        .setSubject(subject)
                        .setComplainant(liar)
                        .setDefendant(victim.did())
                        .setAmountMicros(micros)
                        .setFiledAt(com.google.protobuf.Timestamp.newBuilder()
                                .setSeconds(VirtualTime.BEGINNING.getEpochSecond())));
            case 7 ->
                message.setSlashConfirmation(SlashConfirmation.newBuilder()
                        .setDisputeId(known)
                        .setSubject(subject)
                        .setApplied(SlashApplied.newBuilder().setBurnedMicros(micros)));
            case 8 ->
                message.setContractChanged(ContractChanged.newBuilder()
                        .setContract(hanse.contract.v1.Contract.newBuilder()
                                .setContractId(
                                        MessageIds.parse(known).orElseThrow().toString())
                                .setVersion(chance.below(9))));
            case 9 ->
                message.setDisputeFiling(DisputeFiling.newBuilder()
                        .setComplainant(liar)
                        .setSubject(subject)
                        .setReason("mine")
                        .setAmountMicros(micros));
            case 10 ->
                message.setDisputeNotice(DisputeNotice.newBuilder()
                        .setVersion(chance.below(9))
                        .setDispute(Dispute.newBuilder()
                                .setDisputeId(town.id().toString())
                                .setComplainant(liar)
                                .setDefendant(victim.did())));
            case 11 ->
                message.setRelayContractRequest(RelayContractRequest.newBuilder()
                        .setProvider(chance.oneIn(2) ? other.did() : liar)
                        .setMethod("POST")
                        .setPath("/hanse.contract.v1.ContractService/AcceptContract"));
            default -> {
                switch (chance.below(4)) {
                    case 0 -> message.setOfferContract(OfferContract.getDefaultInstance());
                    case 1 ->
                        message.setDisputeEvidence(DisputeEvidence.newBuilder().setDisputeId(known));
                    case 2 ->
                        message.setDisputeWithdrawal(DisputeWithdrawal.newBuilder()
                                .setDisputeId(known)
                                .setSubject(subject)
                                .setComplainant(liar));
                    default -> message.setMalpracticeShown(MalpracticeShown.getDefaultInstance());
                }
            }
        }
        return message.build();
    }

    /// Decides what a registry has asked of it, by chance.
    void answer(House house, Scene scene) {
        Chance chance = scene.chance;
        if (!house.isLinked(ID)) {
            return;
        }
        for (OutgoingMessage message : house.outbox().due(ID.value(), 50)) {
            Message about = Arrival.read(message);
            Outcome.Builder outcome = Outcome.newBuilder()
                    .setFrom(ID.value())
                    .setTo(house.id.value())
                    .setId(about.getId())
                    .setRequestDigest(ByteString.copyFrom(
                            SignedText.sha256(message.signed().getMessage().toByteArray())))
                    .setDecidedAt(com.google.protobuf.Timestamp.newBuilder()
                            .setSeconds(Instant.EPOCH.getEpochSecond() + chance.below(2_000_000_000)));
            if (chance.oneIn(2)) {
                outcome.setAccepted(hanse.federation.v1.Accepted.getDefaultInstance());
            } else {
                outcome.setRefused(hanse.federation.v1.Refused.newBuilder()
                        .setReason(chance.oneIn(2) ? "INSUFFICIENT_FUNDS" : "WHATEVER"));
            }
            Outcome decided = outcome.build();
            scene.say(ID + " answers " + house + ": " + about.getBodyCase() + " " + decided.getResultCase());
            var unused = house.outbox()
                    .decided(ID.value(), new VerifiedOutcome(ID.value(), message.id(), decided, signer.sign(decided)))
                    .toCompletableFuture()
                    .handle((nothing, failure) -> {
                        scene.say("heard: " + (failure == null ? "" : failure));
                        return nothing;
                    })
                    .join();
        }
    }

    /// What is held of it is bounded by what operators have said, whatever it says.
    static void check(List<House> houses) {
        for (House house : houses) {
            long beyond = house.query("select coalesce(max(position + reserved - exposure_limit), 0) from peer_position"
                            + " where peer = '" + ID + "'")
                    .getFirst()
                    .get(0, Long.class);
            if (beyond > 0) {
                throw new Violation(house + " holds " + beyond + " more of " + ID + " than it may");
            }
        }
    }
}
