package hanse.peer;

/// Why something that came over a link was not taken up, as metrics and the log say it; what the peer is told says
/// less.
enum Refusal {
    /// A connection that ended before it was known who called: no TLS, half of it, or a certificate that was refused.
    HANDSHAKE_UNFINISHED,
    /// More connections than one address may begin, or one peer may have.
    TOO_MANY_CONNECTIONS,
    /// A certificate that names no peer of this registry.
    NOT_A_PEER,
    /// A certificate that claims to be a peer's and is not, or not now.
    CERTIFICATE_REFUSED,
    /// A certificate that was revoked.
    CERTIFICATE_REVOKED,
    /// A connection of a peer that is trusted no more.
    NOT_TRUSTED,
    /// More Exchange streams than a peer may have.
    TOO_MANY_STREAMS,
    /// More single calls at once than a peer may have.
    TOO_MANY_CALLS,
    /// More refused messages than a stream goes on for.
    TOO_MUCH_REFUSED,
    /// A call of something that is not served.
    UNKNOWN_CALL,
    MESSAGE_TOO_LARGE,
    MESSAGE_MALFORMED,
    FOREIGN_SENDER,
    FOREIGN_RECEIVER,
    BAD_SIGNATURE,
    UNKNOWN_PROTOCOL,
    UNKNOWN_BODY,
    /// More messages than are decided at once for one peer.
    OVERLOADED,
    /// A message that failed while it was decided.
    UNAVAILABLE,
    /// An answer that does not prove itself.
    FORGED_OUTCOME,
    /// An outcome of a message that had another one before.
    CHANGED_OUTCOME,
    /// An answer to nothing that was asked.
    UNASKED_ANSWER,
    /// An answer that says nothing.
    EMPTY_ANSWER
}
