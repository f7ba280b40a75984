package hanse.node.operator;

import hanse.node.identity.Ed25519Key;
import java.time.Instant;

/// A holder of an operator key.
///
/// @param keyVersion counts the keys of this name from 1, also those it had before it was removed and added again
/// @param since when the present key was set
public record Operator(String name, Ed25519Key key, long keyVersion, Instant since) {}
