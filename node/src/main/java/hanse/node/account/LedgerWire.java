package hanse.node.account;

import hanse.ledger.v1.Balance;
import hanse.ledger.v1.Entry;
import hanse.ledger.v1.PeerSupply;
import hanse.ledger.v1.Supply;
import hanse.node.call.AgentId;
import hanse.node.call.Parties;
import hanse.node.call.WireTime;
import hanse.node.ledger.Account;
import hanse.node.ledger.AccountKind;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Ledger;
import hanse.node.ledger.Position;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/// The ledger's records as messages.
final class LedgerWire {
    private LedgerWire() {}

    static Balance balance(AgentId agent, Account account) {
        return Balance.newBuilder()
                .setAgentId(agent.toString())
                .setBalance(Avt.text(account.balance()))
                .setHeld(account.held().toString())
                .setAvailable(account.available().toString())
                .setVersion(account.version())
                .setFrozen(account.isFrozen())
                .build();
    }

    static Balance treasury(long micros) {
        return Balance.newBuilder()
                .setBalance(Avt.text(micros))
                .setHeld("0")
                .setAvailable(Avt.text(micros))
                .build();
    }

    /// The accounts on the other side of these lines, whose names a statement shows.
    static Set<UUID> counterparties(List<Statement.Line> lines) {
        Set<UUID> ids = new HashSet<>();
        for (Statement.Line line : lines) {
            other(line).ifPresent(ids::add);
        }
        return ids;
    }

    static Entry entry(Statement.Line line, Map<UUID, String> labels, Parties parties) {
        hanse.node.ledger.Entry entry = line.entry();
        long amount = line.isDebit() ? -entry.amount().micros() : entry.amount().micros();
        return Entry.newBuilder()
                .setTransferId(entry.position().toString())
                .setType(entry.kind().event())
                .setChange(Avt.text(amount))
                .setHeldChange(Avt.text(line.isDebit() ? entry.heldChange() : 0))
                .setBalance(Avt.text(line.side().balance()))
                .setHeld(Avt.text(line.side().held()))
                .setCounterparty(other(line)
                        .map(id -> Optional.ofNullable(labels.get(id))
                                .orElseGet(() -> parties.did(new AgentId(id)).toString()))
                        .orElse(""))
                .setLinkedTo(entry.link().map(Position::toString).orElse(""))
                .setMemo(entry.note())
                .setAt(WireTime.of(entry.at()))
                .setVersion(line.side().version())
                .setSubject(entry.subject().map(UUID::toString).orElse(""))
                .build();
    }

    private static Optional<UUID> other(Statement.Line line) {
        return (line.isDebit() ? line.entry().credit() : line.entry().debit())
                .map(hanse.node.ledger.Entry.Side::account);
    }

    static Supply supply(List<Ledger.Total> totals) {
        long issued = sum(totals, AccountKind.ISSUED);
        long compensated = sum(totals, AccountKind.COMPENSATED);
        long imported = sum(totals, AccountKind.IMPORTED);
        long destroyed = sum(totals, AccountKind.DESTROYED);
        long slashed = sum(totals, AccountKind.SLASHED);
        long exported = sum(totals, AccountKind.EXPORTED);
        long agents = sum(totals, AccountKind.AGENT);
        long treasury = sum(totals, AccountKind.TREASURY);
        long escrow = sum(totals, AccountKind.ESCROW);
        long bonds = sum(totals, AccountKind.BOND);
        long inFlight = sum(totals, AccountKind.IN_FLIGHT);
        long made = issued + compensated + imported - destroyed - slashed - exported;
        long there = agents + treasury + escrow + bonds + inFlight;
        Supply.Builder supply = Supply.newBuilder()
                .setIssued(Avt.text(issued))
                .setCompensated(Avt.text(compensated))
                .setImported(Avt.text(imported))
                .setDestroyed(Avt.text(destroyed))
                .setSlashed(Avt.text(slashed))
                .setExported(Avt.text(exported))
                .setAgents(Avt.text(agents))
                .setTreasury(Avt.text(treasury))
                .setEscrow(Avt.text(escrow))
                .setBonds(Avt.text(bonds))
                .setInFlight(Avt.text(inFlight))
                .setHolds(made == there)
                .setTokensIssued(Avt.text(issued + compensated))
                .setTokensDestroyed(Avt.text(destroyed + slashed));
        for (String peer : peers(totals)) {
            List<Ledger.Total> ofPeer = totals.stream()
                    .filter(total -> total.peer().filter(peer::equals).isPresent())
                    .toList();
            supply.addPeers(PeerSupply.newBuilder()
                    .setRegistryId(peer)
                    .setImported(Avt.text(sum(ofPeer, AccountKind.IMPORTED)))
                    .setExported(Avt.text(sum(ofPeer, AccountKind.EXPORTED)))
                    .setInFlight(Avt.text(sum(ofPeer, AccountKind.IN_FLIGHT)))
                    .setCompensated(Avt.text(sum(ofPeer, AccountKind.COMPENSATED)))
                    .setSlashed(Avt.text(sum(ofPeer, AccountKind.SLASHED))));
        }
        return supply.build();
    }

    private static Set<String> peers(List<Ledger.Total> totals) {
        Set<String> peers = new TreeSet<>();
        for (Ledger.Total total : totals) {
            boolean ofPeer = switch (total.kind()) {
                case IMPORTED, EXPORTED, IN_FLIGHT, COMPENSATED, SLASHED -> true;
                case AGENT, TREASURY, ESCROW, BOND, ISSUED, DESTROYED -> false;
            };
            if (ofPeer) {
                total.peer().ifPresent(peers::add);
            }
        }
        return peers;
    }

    /// The magnitude of a kind's sum: sources of tokens are kept negative.
    private static long sum(List<Ledger.Total> totals, AccountKind kind) {
        long sum = 0;
        for (Ledger.Total total : totals) {
            if (total.kind() == kind) {
                sum = Math.addExact(sum, total.micros());
            }
        }
        return Math.abs(sum);
    }
}
