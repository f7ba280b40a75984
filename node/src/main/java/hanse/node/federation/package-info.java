/// Money and questions between registries: whom this one trusts, how much of their money it holds, what it sends and
/// what it decides for them.
///
/// A change at two registries is a row of state on each side and a message between them. The message is written to the
/// outbox by the transaction that decides to send it; the peer decides it once, stores the outcome in its inbox and
/// repeats it, signed, for ever; only that outcome moves in-flight money. [hanse.node.federation.MessageRoutes] tells
/// which capability decides which message, so that none of them is known here.
///
/// Invariants: a frame is PREPARED exactly as long as the outbox holds its message and the in-flight account its money;
/// position + reserved of a peer never rises above its limit; an inbox row never changes. May use the ledger, outcomes
/// and the peer gateway.
@NullMarked
package hanse.node.federation;

import org.jspecify.annotations.NullMarked;
