package hanse.node.federation;

import hanse.certs.CertificateId;
import hanse.certs.Fingerprint;
import hanse.error.v1.Reason;
import hanse.node.call.Call;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.ledger.Avt;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Ledger;
import hanse.node.ledger.Posting;
import hanse.node.ledger.Rows;
import hanse.node.outcome.Outcomes;
import hanse.node.storage.Database;
import hanse.node.storage.Tx;
import hanse.peer.BadCardException;
import hanse.peer.PeeringCards;
import hanse.peer.PeeringCards.CheckedCard;
import hanse.peer.v1.SignedCard;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/// The operations on peers.
public final class Peers {
    private final RegistryId self;
    private final String publicUrl;
    private final Database database;
    private final Ledger ledger;
    private final Outcomes outcomes;
    private final PeerStore store;
    private final PeerPositionStore positions;
    private final PeerDirectory directory;
    private final WitnessStore witnesses = new WitnessStore();
    private final PeerWire wire;
    private final Avt usualLimit;
    private final Supplier<SignedCard> card;

    /// @param usualLimit how much of a peer's money is held when its card is accepted without a word about it
    Peers(
            RegistryId self,
            String publicUrl,
            Database database,
            Ledger ledger,
            Outcomes outcomes,
            PeerStore store,
            PeerPositionStore positions,
            PeerDirectory directory,
            PeerWire wire,
            Avt usualLimit,
            Supplier<SignedCard> card) {
        this.self = self;
        this.publicUrl = publicUrl;
        this.database = database;
        this.ledger = ledger;
        this.outcomes = outcomes;
        this.store = store;
        this.positions = positions;
        this.directory = directory;
        this.wire = wire;
        this.usualLimit = usualLimit;
        this.card = card;
    }

    /// This registry's card, with its CAs as they are now.
    SignedCard card() {
        return card.get();
    }

    /// Trusts the registry of a card. The same card again changes nothing; another endpoint or bundle is taken over;
    /// another key is a new identity, refused with `PEER_KEY_CHANGED` while messages to the old one have no
    /// outcome. Refuses with `BAD_CARD`, also for a public URL that is another's, and `OWN_CARD`.
    ///
    /// @param readOut the fingerprint as the other operator read it out; empty when it was not
    hanse.peer.v1.Peer add(Call call, SignedCard signed, Optional<Avt> limit, String readOut) {
        CheckedCard checked = check(signed, readOut);
        RegistryId id = new RegistryId(checked.card().getRegistryId());
        return run(call, tx -> {
            Optional<Peer> before = store.find(tx, id);
            boolean sameKey = before.map(peer -> peer.trusted().signingKeys().contains(checked.signingKey()))
                    .orElse(true);
            if (!sameKey && store.outstanding(tx, id) > 0) {
                throw new RefusedException(Reason.PEER_KEY_CHANGED);
            }
            boolean news = before.isEmpty()
                    || !before.get().status().isLinked()
                    || !before.get().trusted().revoking(Set.of()).equals(checked.peer())
                    || !before.get().publicUrl().equals(checked.card().getPublicUrl());
            if (news) {
                requireFreeUrl(tx, id, checked.card().getPublicUrl());
                store.put(tx, checked);
                change(tx, id, EntryKind.PEER_ADDED, limit.orElse(usualLimit), position -> {
                    PeerStatus status = sameKey ? position.status().added() : PeerStatus.PENDING;
                    return position.with(status).limitedTo(limit.orElse(position.limit()));
                });
            } else if (limit.isPresent()) {
                change(tx, id, EntryKind.PEER_CHANGED, limit.get(), position -> position.limitedTo(limit.get()));
            }
            return show(tx, id);
        });
    }

    /// A peer shows its card as it is now, over the link. What it says is taken over if a key that is pinned has
    /// signed it, and nothing older. Refuses with `BAD_CARD`, and with `PEER_KEY_CHANGED` where only the two
    /// operators can help.
    void renew(RegistryId peer, SignedCard signed) {
        CheckedCard checked = check(signed, "");
        if (!checked.card().getRegistryId().equals(peer.value())) {
            throw new RefusedException(Reason.BAD_CARD);
        }
        boolean isNews = database.write(tx -> {
            Rows rows = Rows.wanting(positions, peer);
            return ledger.post(tx, rows, wanted -> {}, books -> {
                // Under the position's lock, so that of two cards the newer one stays.
                Peer before = require(tx, peer);
                PeerPosition position = books.rows().get(positions, peer).orElseThrow();
                if (!position.status().isLinked()) {
                    throw new RefusedException(Reason.PEER_REMOVED);
                }
                if (!before.trusted().signingKeys().contains(checked.signingKey())) {
                    throw new RefusedException(Reason.PEER_KEY_CHANGED);
                }
                boolean isSame = before.trusted().bundle().equals(checked.bundle())
                        && before.trusted().signingKeys().equals(checked.peer().signingKeys());
                if (isSame) {
                    return false;
                }
                if (checked.card().getMadeAtMs() <= store.cardMadeAt(tx, peer)) {
                    throw new RefusedException(Reason.BAD_CARD);
                }
                store.renew(tx, checked);
                books.post(Posting.event(EntryKind.PEER_CHANGED, subject(peer), note(position)));
                return true;
            });
        });
        if (isNews) {
            directory.refresh();
        }
    }

    /// Callers name issuers by their URL, so nobody takes another's.
    private void requireFreeUrl(Tx tx, RegistryId id, String url) {
        String plain = Peer.plainUrl(url);
        boolean isTaken = Peer.plainUrl(publicUrl).equals(plain)
                || store.all(tx).stream()
                        .filter(peer -> peer.status().isLinked() && !peer.id().equals(id))
                        .anyMatch(peer -> Peer.plainUrl(peer.publicUrl()).equals(plain));
        if (isTaken) {
            throw new RefusedException(Reason.BAD_CARD);
        }
    }

    private CheckedCard check(SignedCard signed, String readOut) {
        try {
            CheckedCard checked = PeeringCards.check(signed);
            if (!readOut.isEmpty() && !Fingerprint.matches(checked.fingerprint(), readOut)) {
                throw new RefusedException(Reason.BAD_CARD);
            }
            if (checked.card().getRegistryId().equals(self.value())) {
                throw new RefusedException(Reason.OWN_CARD);
            }
            return checked;
        } catch (BadCardException e) {
            throw new RefusedException(Reason.BAD_CARD);
        }
    }

    hanse.peer.v1.Peer get(RegistryId id) {
        return database.read(tx -> show(tx, id));
    }

    /// One more than `size` peers after an id, so that the caller sees whether there are more.
    List<hanse.peer.v1.Peer> page(String after, int size) {
        return database.read(tx -> store.page(tx, after, size + 1).stream()
                .map(peer -> show(tx, peer))
                .toList());
    }

    /// Changes how much of the peer's money is held. What is held above a lower limit stays, and nothing is added.
    hanse.peer.v1.Peer limit(Call call, RegistryId id, Avt limit) {
        return run(call, tx -> {
            require(tx, id);
            change(tx, id, EntryKind.PEER_CHANGED, limit, position -> position.limitedTo(limit));
            return show(tx, id);
        });
    }

    hanse.peer.v1.Peer suspend(Call call, RegistryId id) {
        return move(call, id, EntryKind.PEER_CHANGED, PeerStatus::suspended);
    }

    hanse.peer.v1.Peer resume(Call call, RegistryId id) {
        return move(call, id, EntryKind.PEER_CHANGED, PeerStatus::resumed);
    }

    /// Cuts the link. Unfinished transfers stay and go on when the same identity is added again.
    hanse.peer.v1.Peer remove(Call call, RegistryId id) {
        return move(call, id, EntryKind.PEER_REMOVED, status -> PeerStatus.REMOVED);
    }

    /// Believes a certificate of the peer no more, for good. Connections that came by it close.
    hanse.peer.v1.Peer revoke(Call call, RegistryId id, CertificateId certificate) {
        return run(call, tx -> {
            require(tx, id);
            if (store.revoke(tx, id, certificate)) {
                ledger.post(
                        tx,
                        Rows.wanting(positions, id),
                        wanted -> {},
                        books -> books.post(Posting.event(
                                EntryKind.PEER_CHANGED,
                                subject(id),
                                "{\"peer\":\"" + id + "\",\"revoked\":\"" + certificate.hex() + "\"}")));
            }
            return show(tx, id);
        });
    }

    /// Ends what keeps the peer's journal, or ours, from what was once signed of it.
    hanse.peer.v1.Peer accept(Call call, RegistryId id, boolean ours) {
        return run(call, tx -> {
            require(tx, id);
            if (ours) {
                witnesses.accept(tx, id);
            } else {
                witnesses.forget(tx, id);
            }
            ledger.record(
                    tx,
                    EntryKind.PEER_CHANGED,
                    subject(id),
                    "{\"peer\":\"" + id + "\",\"accepted\":\"" + (ours ? "our" : "its") + " journal\"}");
            return show(tx, id);
        });
    }

    /// The peer was reached and knows us.
    void welcomed(RegistryId id) {
        database.write(tx -> {
            change(
                    tx,
                    id,
                    EntryKind.PEER_CHANGED,
                    usualLimit,
                    position -> position.with(position.status().welcomed()));
            return id;
        });
        directory.refresh();
    }

    private hanse.peer.v1.Peer move(Call call, RegistryId id, EntryKind kind, UnaryOperator<PeerStatus> transition) {
        return run(call, tx -> {
            require(tx, id);
            change(tx, id, kind, usualLimit, position -> position.with(transition.apply(position.status())));
            return show(tx, id);
        });
    }

    private hanse.peer.v1.Peer run(Call call, java.util.function.Function<Tx, hanse.peer.v1.Peer> work) {
        hanse.peer.v1.Peer answer = outcomes.run(call, hanse.peer.v1.Peer.parser(), work);
        directory.refresh();
        return answer;
    }

    /// Changes a position under its lock, and says so in the journal if that made a difference.
    private void change(Tx tx, RegistryId id, EntryKind kind, Avt firstLimit, UnaryOperator<PeerPosition> step) {
        Rows rows = Rows.wanting(positions, id);
        ledger.post(tx, rows, wanted -> {}, books -> {
            Optional<PeerPosition> before = books.rows().get(positions, id);
            PeerPosition after = step.apply(before.orElse(PeerPosition.added(id, firstLimit)));
            if (before.isEmpty()) {
                books.rows().insert(positions, id, after);
            } else {
                books.rows().update(positions, id, after);
            }
            if (kind == EntryKind.PEER_ADDED || !before.equals(Optional.of(after))) {
                books.post(Posting.event(kind, subject(id), note(after)));
            }
            return after;
        });
    }

    private Peer require(Tx tx, RegistryId id) {
        return store.find(tx, id).orElseThrow(() -> new RefusedException(Reason.UNKNOWN_PEER));
    }

    private hanse.peer.v1.Peer show(Tx tx, RegistryId id) {
        return show(tx, require(tx, id));
    }

    private hanse.peer.v1.Peer show(Tx tx, Peer peer) {
        return wire.peer(
                peer, store.outstanding(tx, peer.id()), witnesses.find(tx, peer.id()), witnesses.held(tx, peer.id()));
    }

    private static UUID subject(RegistryId id) {
        return UUID.nameUUIDFromBytes(("hanse-peer/" + id).getBytes(StandardCharsets.UTF_8));
    }

    private static String note(PeerPosition position) {
        return "{\"peer\":\"" + position.peer() + "\",\"status\":\"" + position.status() + "\",\"exposure_limit\":\""
                + position.limit() + "\"}";
    }
}
