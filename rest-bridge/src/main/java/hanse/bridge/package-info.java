/// HTTP and JSON for every unary RPC in `proto`, by its HTTP binding. Speaks gRPC to a node, in process or over TLS,
/// and knows no capability by name.
@NullMarked
package hanse.bridge;

import org.jspecify.annotations.NullMarked;
