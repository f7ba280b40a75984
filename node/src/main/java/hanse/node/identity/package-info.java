/// Who is who: tenants, agents, their keys and handles, their DID documents.
///
/// Invariants: a key names one agent of the registry, ever; an agent's row and its account agree on its standing and
/// on `auth_version`, because both change in one transaction; every change is an event. May use the ledger, outcomes
/// and storage; knows nothing of signatures on requests, sessions or limits.
@NullMarked
package hanse.node.identity;

import org.jspecify.annotations.NullMarked;
