package hanse.simulation;

import java.util.List;

/// What the members of all registries have dealt in before anything goes wrong, so that there is something to go wrong.
///
/// @param amounts how many were moved by it
record Past(
        List<Payments.Token> tokens,
        List<Contracts.Agreement> agreements,
        List<Quarrels.Filed> disputes,
        long amounts) {
    static final Past NONE = new Past(List.of(), List.of(), List.of(), 0);

    /// What concerns these registries alone.
    Past among(List<House> houses) {
        return new Past(
                tokens.stream()
                        .filter(token -> houses.contains(token.payer.house()) && houses.contains(token.payee.house()))
                        .toList(),
                agreements.stream()
                        .filter(agreement -> houses.contains(agreement.contractor.house())
                                && houses.contains(agreement.provider.house()))
                        .toList(),
                disputes.stream()
                        .filter(dispute -> houses.contains(dispute.complainant().house())
                                && houses.contains(dispute.defendant().house()))
                        .toList(),
                amounts);
    }
}
