/// The journal's proof: signed checkpoints, and a verification that trusts nothing but the journal's rows.
///
/// Unlike any other capability it reads the ledger's tables itself: what is to be verified is not asked of the code
/// that wrote it. It writes checkpoints only. May use the ledger's records and chain, and storage.
@NullMarked
package hanse.node.audit;

import org.jspecify.annotations.NullMarked;
