/// What an agent embeds to talk to its registry: its key, the signature on each request, payments given and taken.
///
/// Start at `HanseClient`: connect, register, `as(credentials)`, and call the generated stubs; each request is signed
/// on its way out. A caller with a high rate adds `SessionCredentials`. An agent that sells embeds `PaymentVerifier`;
/// one that buys, `PaidCalls`. Over REST, `HttpSigner` gives the headers. A refusal is a `HanseException` with its
/// `Reason`.
///
/// Knows `proto` alone: nothing here depends on a node.
@NullMarked
package hanse.sdk;

import org.jspecify.annotations.NullMarked;
