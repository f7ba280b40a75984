package hanse.node.cli;

import hanse.bridge.Bridge;
import hanse.bridge.BridgeSettings;
import hanse.bridge.BridgeSettings.ServerInfo;
import hanse.bridge.TlsIdentity;
import hanse.certs.Leaf;
import hanse.node.Node;
import hanse.node.config.NodeConfig;
import hanse.node.ops.Software;

/// The REST bridge of a node, in its own process.
public final class HttpFront {
    private HttpFront() {}

    /// Starts to listen at the node's REST port. Closed before the node.
    public static Bridge start(Node node) {
        NodeConfig config = node.config();
        return Bridge.start(
                BridgeSettings.of(
                                config.bind(),
                                config.ports().rest(),
                                () -> identity(node.publicLeaf()),
                                new ServerInfo("Hanse · " + config.registry(), Software.VERSION))
                        .withCorsOrigins(config.corsOrigins())
                        .withDrain(config.drain()),
                node.inProcess());
    }

    private static TlsIdentity identity(Leaf leaf) {
        return new TlsIdentity(leaf.key(), leaf.chain());
    }
}
