package hanse.node.ledger;

import hanse.node.call.AgentId;
import hanse.node.call.RegistryId;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/// An account of the registry itself. It comes into being with its first entry; its id follows from its name, so that
/// every process finds the same one.
///
/// @param peer the peer's registry id, `self`, the id of what an escrow is for, or of whose bond it is, or
///     empty
/// @param lane the lane whose stripe it is
public record SystemAccount(AccountKind kind, String peer, int lane) {
    /// This registry, where a peer may stand.
    public static final String SELF = "self";

    public static SystemAccount treasury(int lane) {
        return new SystemAccount(AccountKind.TREASURY, "", lane);
    }

    public static SystemAccount issued(int lane) {
        return new SystemAccount(AccountKind.ISSUED, "", lane);
    }

    public static SystemAccount destroyed(int lane) {
        return new SystemAccount(AccountKind.DESTROYED, "", lane);
    }

    public static SystemAccount imported(RegistryId peer, int lane) {
        return new SystemAccount(AccountKind.IMPORTED, peer.value(), lane);
    }

    public static SystemAccount exported(RegistryId peer, int lane) {
        return new SystemAccount(AccountKind.EXPORTED, peer.value(), lane);
    }

    /// Money on its way to a peer. Striped by the lane that prepared it; whoever ends the transfer must name the same
    /// lane.
    public static SystemAccount inFlight(RegistryId peer, int lane) {
        return new SystemAccount(AccountKind.IN_FLIGHT, peer.value(), lane);
    }

    /// What a contract's contractor has put aside for it.
    public static SystemAccount escrow(UUID contract) {
        return new SystemAccount(AccountKind.ESCROW, contract.toString(), 0);
    }

    /// Where slashed money goes.
    ///
    /// @param claimant registry id of the peer that asked for it, or [#SELF]
    public static SystemAccount slashed(String claimant, int lane) {
        return new SystemAccount(AccountKind.SLASHED, claimant, lane);
    }

    /// Where compensation comes from.
    ///
    /// @param burner registry id of the peer that slashed it, or [#SELF]
    public static SystemAccount compensated(String burner, int lane) {
        return new SystemAccount(AccountKind.COMPENSATED, burner, lane);
    }

    /// What an agent has put up for its conduct.
    public static SystemAccount bond(AgentId agent) {
        return new SystemAccount(AccountKind.BOND, agent.toString(), 0);
    }

    public AccountId id() {
        String name = "hanse-account/" + kind.code() + "/" + peer + "/" + lane;
        return new AccountId(UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)));
    }

    /// As it is written in statements: `treasury`, `in-flight:beta.example`.
    public String label() {
        return peer.isEmpty() ? kind.label() : kind.label() + ":" + peer;
    }
}
