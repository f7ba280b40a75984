package hanse.node.edge;

import io.grpc.MethodDescriptor;
import io.grpc.ServerCallHandler;

/// An RPC behind the edge.
///
/// @param path full name with its leading slash: what a signature covers
/// @param method as the handler knows it
record Guarded<Q, A>(
        Rpc rpc, String path, Validation validation, MethodDescriptor<Q, A> method, ServerCallHandler<Q, A> handler) {}
