/// The two wires beside each other: a whole node and its bridge, asked over gRPC and over HTTP.
package hanse.node.wires;
