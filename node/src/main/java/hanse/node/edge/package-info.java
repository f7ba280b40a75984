/// The way in: every RPC that an agent, an operator or a bridge calls passes here first, in one order that
/// [hanse.node.edge.Edge] states, and every refusal leaves here, mapped in one place ([hanse.node.edge.Errors]).
///
/// Invariants: no RPC is served that does not declare its roles, tier and effect; a handler sees only calls whose
/// caller is known, admitted, within its limits and well formed; no text of an exception reaches a client. May use
/// [hanse.node.access] and [hanse.node.call]; knows no capability.
@NullMarked
package hanse.node.edge;

import org.jspecify.annotations.NullMarked;
