package hanse.simulation;

import hanse.dispute.v1.ApproveSettlementRequest;
import hanse.dispute.v1.DisputeServiceGrpc;
import hanse.dispute.v1.DisputeServiceGrpc.DisputeServiceImplBase;
import hanse.dispute.v1.OpenVotingRequest;
import hanse.dispute.v1.RejectSettlementRequest;
import hanse.dispute.v1.RuleDisputeRequest;
import hanse.dispute.v1.Ruling;
import hanse.dispute.v1.SettlementServiceGrpc;
import hanse.dispute.v1.SettlementServiceGrpc.SettlementServiceImplBase;
import hanse.dispute.v1.UpdatePeerSlashConfigRequest;
import hanse.ledger.v1.DepositRequest;
import hanse.ledger.v1.DestroyRequest;
import hanse.ledger.v1.LedgerServiceGrpc;
import hanse.ledger.v1.LedgerServiceGrpc.LedgerServiceImplBase;
import hanse.peer.v1.AddPeerRequest;
import hanse.peer.v1.AdvanceTransferRequest;
import hanse.peer.v1.PeerServiceGrpc;
import hanse.peer.v1.PeerServiceGrpc.PeerServiceImplBase;
import hanse.peer.v1.RemovePeerRequest;
import hanse.peer.v1.ResumePeerRequest;
import hanse.peer.v1.SignedCard;
import hanse.peer.v1.SuspendPeerRequest;
import hanse.peer.v1.UpdatePeerRequest;
import hanse.simulation.Clients.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/// What the operators of registries decide, at random.
final class Operators {
    private static final List<Ruling> RULINGS = List.of(
            Ruling.IN_FAVOR_OF_COMPLAINANT,
            Ruling.IN_FAVOR_OF_COMPLAINANT,
            Ruling.IN_FAVOR_OF_COMPLAINANT,
            Ruling.IN_FAVOR_OF_DEFENDANT,
            Ruling.DISMISSED);

    private final Town town;
    private final Map<House, SignedCard> cards;
    private final Liar liar;

    /// @param cards of all registries
    Operators(Town town, Map<House, SignedCard> cards, Liar liar) {
        this.town = town;
        this.cards = cards;
        this.liar = liar;
    }

    /// What makes a registry work with all others, whatever its operator has done before.
    List<Operation<?>> befriend(House house) {
        Set<String> strangers = house.strangers();
        List<Operation<?>> all = new ArrayList<>();
        for (House peer : town.houses) {
            if (peer != house && strangers.contains(peer.id.value())) {
                all.add(add(house, peer));
                all.add(resume(house, peer));
            }
        }
        return all;
    }

    /// What makes a new registry work with all others.
    List<Operation<?>> introduce(House house) {
        List<Operation<?>> all = new ArrayList<>();
        town.houses.stream().filter(peer -> peer != house).forEach(peer -> all.add(add(house, peer)));
        all.add(liar.added(house, town));
        return all;
    }

    /// Something that an operator does next, if there is anything to do.
    Optional<Operation<?>> next(House house) {
        return switch (town.chance.below(12)) {
            case 0, 1, 2, 3 -> judge(house).or(() -> settle(house));
            case 4, 5, 6, 7 -> settle(house).or(() -> judge(house));
            case 8 -> Optional.of(trust(house, other(house)));
            case 9 -> Optional.of(meddle(house, other(house)));
            case 10 -> advance(house);
            default -> Optional.of(money(house));
        };
    }

    private House other(House than) {
        return town.chance.any(
                town.houses.stream().filter(house -> house != than).toList());
    }

    private Optional<Operation<?>> judge(House house) {
        // Where the defendant's registry takes no part nobody would answer.
        String present = town.houses.stream()
                .map(peer -> "defendant like '%:" + peer + ":%'")
                .collect(Collectors.joining(" or ", "(", ")"));
        Optional<UUID> open = oneOf(house, "select id from dispute where state < 3 and " + present + " order by id");
        if (open.isEmpty()) {
            return Optional.empty();
        }
        String id = open.get().toString();
        if (town.chance.oneIn(4)) {
            return Optional.of(openVoting(house, id));
        }
        Ruling ruling = town.chance.any(RULINGS);
        return Optional.of(town.rules(
                house,
                "rules " + ruling + " on " + id,
                DisputeServiceGrpc.getRuleDisputeMethod(),
                RuleDisputeRequest.newBuilder()
                        .setDisputeId(id)
                        .setRuling(ruling)
                        .setNote("as the evidence shows")
                        .build(),
                at -> at.service(DisputeServiceImplBase.class)::ruleDispute));
    }

    Operation<?> openVoting(House house, String id) {
        return town.rules(
                house,
                "opens the voting on " + id,
                DisputeServiceGrpc.getOpenVotingMethod(),
                OpenVotingRequest.newBuilder().setDisputeId(id).build(),
                at -> at.service(DisputeServiceImplBase.class)::openVoting);
    }

    private Optional<Operation<?>> settle(House house) {
        Optional<UUID> held = oneOf(house, "select id from settlement where state = 1 and role = 3 order by id");
        return held.map(UUID::toString)
                .map(id -> town.chance.oneIn(4)
                        ? town.rules(
                                house,
                                "rejects the slash " + id,
                                SettlementServiceGrpc.getRejectSettlementMethod(),
                                RejectSettlementRequest.newBuilder()
                                        .setSettlementId(id)
                                        .setReason("she was served")
                                        .build(),
                                at -> at.service(SettlementServiceImplBase.class)::rejectSettlement)
                        : town.rules(
                                house,
                                "approves the slash " + id,
                                SettlementServiceGrpc.getApproveSettlementMethod(),
                                ApproveSettlementRequest.newBuilder()
                                        .setSettlementId(id)
                                        .build(),
                                at -> at.service(SettlementServiceImplBase.class)::approveSettlement));
    }

    private Operation<?> trust(House house, House peer) {
        return trust(house, peer, town.chance.below(12));
    }

    Operation<?> trust(House house, House peer, int most) {
        return town.rules(
                house,
                "approves slashes of " + peer + " up to " + most + " by itself",
                SettlementServiceGrpc.getUpdatePeerSlashConfigMethod(),
                UpdatePeerSlashConfigRequest.newBuilder()
                        .setPeerId(peer.id.value())
                        .setAutoSlashEnabled(most > 1)
                        .setAutoSlashMaxAvt(most)
                        .build(),
                at -> at.service(SettlementServiceImplBase.class)::updatePeerSlashConfig);
    }

    private Operation<?> meddle(House house, House peer) {
        String id = peer.id.value();
        return switch (town.chance.below(7)) {
            case 0 ->
                town.rules(
                        house,
                        "suspends " + peer,
                        PeerServiceGrpc.getSuspendPeerMethod(),
                        SuspendPeerRequest.newBuilder().setRegistryId(id).build(),
                        at -> at.service(PeerServiceImplBase.class)::suspendPeer);
            case 1 ->
                town.rules(
                        house,
                        "removes " + peer,
                        PeerServiceGrpc.getRemovePeerMethod(),
                        RemovePeerRequest.newBuilder().setRegistryId(id).build(),
                        at -> at.service(PeerServiceImplBase.class)::removePeer);
            case 2 ->
                town.rules(
                        house,
                        "limits " + peer,
                        PeerServiceGrpc.getUpdatePeerMethod(),
                        UpdatePeerRequest.newBuilder()
                                .setRegistryId(id)
                                .setExposureLimit(Integer.toString(town.chance.below(30)))
                                .build(),
                        at -> at.service(PeerServiceImplBase.class)::updatePeer);
            case 3, 4 -> resume(house, peer);
            default -> add(house, peer);
        };
    }

    private Operation<?> resume(House house, House peer) {
        return town.rules(
                house,
                "goes on with " + peer,
                PeerServiceGrpc.getResumePeerMethod(),
                ResumePeerRequest.newBuilder().setRegistryId(peer.id.value()).build(),
                at -> at.service(PeerServiceImplBase.class)::resumePeer);
    }

    private Operation<?> add(House house, House peer) {
        return town.rules(
                house,
                "adds " + peer,
                PeerServiceGrpc.getAddPeerMethod(),
                AddPeerRequest.newBuilder()
                        .setCard(cards.get(peer))
                        .setExposureLimit(House.EXPOSURE)
                        .build(),
                at -> at.service(PeerServiceImplBase.class)::addPeer);
    }

    private Optional<Operation<?>> advance(House house) {
        return oneOf(house, "select id from frame where state = 1 order by id")
                .map(UUID::toString)
                .map(id -> town.rules(
                        house,
                        "advances " + id,
                        PeerServiceGrpc.getAdvanceTransferMethod(),
                        AdvanceTransferRequest.newBuilder().setTransferId(id).build(),
                        at -> at.service(PeerServiceImplBase.class)::advanceTransfer));
    }

    private Operation<?> money(House house) {
        Member member = town.memberOf(house);
        return town.chance.oneIn(3) ? destroy(member) : deposit(member, Integer.toString(1 + town.chance.below(9)));
    }

    Operation<?> deposit(Member member, String amount) {
        return town.rules(
                member.house(),
                "gives " + member + " " + amount,
                LedgerServiceGrpc.getDepositMethod(),
                DepositRequest.newBuilder()
                        .setAgentId(member.id().toString())
                        .setAmount(amount)
                        .build(),
                at -> at.service(LedgerServiceImplBase.class)::deposit);
    }

    private Operation<?> destroy(Member member) {
        return town.rules(
                member.house(),
                "takes 1 from " + member,
                LedgerServiceGrpc.getDestroyMethod(),
                DestroyRequest.newBuilder()
                        .setAgentId(member.id().toString())
                        .setAmount("1")
                        .build(),
                at -> at.service(LedgerServiceImplBase.class)::destroy);
    }

    private Optional<UUID> oneOf(House house, String query) {
        List<UUID> found = house.query(query).map(row -> row.get(0, UUID.class));
        return found.isEmpty() ? Optional.empty() : Optional.of(town.chance.any(found));
    }
}
