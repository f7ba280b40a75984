package hanse.node.dispute;

import hanse.node.ledger.Avt;
import java.util.Optional;

/// What somebody asks for who disputes a dealing.
///
/// @param amount what the complainant wants back; empty for all there is
record Complaint(Subject subject, Dispute.Grounds grounds, String reason, Optional<Avt> amount) {}
