package hanse.node.dispute;

import hanse.node.call.AgentId;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/// An appointed arbiter, and what it thinks.
///
/// @param ruling how it would rule, once it has said so
record Opinion(UUID dispute, AgentId arbiter, Optional<Ruling> ruling, String note, Optional<Instant> at) {}
