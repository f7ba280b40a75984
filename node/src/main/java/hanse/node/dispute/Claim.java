package hanse.node.dispute;

import hanse.node.call.Did;
import hanse.node.ledger.Avt;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/// What a ruling asks of a defendant.
///
/// @param note what the ruling said
/// @param cited attestations that the defendant has cited
/// @param filedAt when the dispute was filed
public record Claim(
        UUID dispute,
        Subject subject,
        Did complainant,
        Did defendant,
        Avt amount,
        String note,
        List<UUID> cited,
        Instant filedAt) {}
