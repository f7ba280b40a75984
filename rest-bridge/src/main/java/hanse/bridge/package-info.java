/// HTTP and JSON for every RPC in `proto` that declares an HTTP binding. Speaks gRPC to a node, in process or over TLS,
/// and knows no capability by name: the descriptor set on the classpath is all it reads.
///
/// The way of a request: [Gateway] finds the [Operation] by method and path, [Envelope] carries what the caller signed,
/// [RequestReader] makes the message, [UnaryCall] or [EventStream] asks the node, [Problem] says why not.
///
/// The bridge checks no signature and holds no right of its own. It must be trusted to tell the node truthfully what
/// the HTTP client sent, so a node listens to it only in its own process or behind a certificate with the bridge
/// role.
@NullMarked
package hanse.bridge;

import org.jspecify.annotations.NullMarked;
