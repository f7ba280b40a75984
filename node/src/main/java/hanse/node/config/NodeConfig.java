package hanse.node.config;

import hanse.node.call.Did;
import hanse.node.call.RegistryId;
import hanse.node.ledger.Avt;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Everything a node is told, checked.
///
/// @param directory      where `hanse.yaml` lies; relative paths in it start there
/// @param registry       whose node this is
/// @param hosts          names and addresses in the certificates, at least one; the first is the one to advertise
/// @param publicUrl      where HTTP clients reach the node
/// @param bind           address of the public ports and the peer port
/// @param ports          the four ports
/// @param database       whose PostgreSQL
/// @param keys           the directory of keys and certificates
/// @param writing        how the group commit batches
/// @param feePpm         fee in parts per million
/// @param attestationReductionPpm what a cited attestation takes off a slash, in parts per million; 0: none counts
/// @param faucet         whether test tokens are given
/// @param rateFactor     multiplies every rate limit
/// @param peers          what holds for peers
/// @param trust          how scores are computed
/// @param bond           what is asked of a reputation bond, and what needs one
/// @param corsOrigins    whose pages may call
/// @param log            how to log
/// @param leafLifetime   how long a TLS certificate lives
/// @param drain          how long calls under way may take at the end
public record NodeConfig(
        Path directory,
        RegistryId registry,
        List<String> hosts,
        URI publicUrl,
        String bind,
        Ports ports,
        DatabaseSource database,
        Path keys,
        Writing writing,
        int feePpm,
        int attestationReductionPpm,
        boolean faucet,
        int rateFactor,
        Peers peers,
        Trust trust,
        Bond bond,
        List<String> corsOrigins,
        Log log,
        Duration leafLifetime,
        Duration drain) {

    public NodeConfig {
        hosts = List.copyOf(hosts);
        corsOrigins = List.copyOf(corsOrigins);
    }

    /// The ports; `opsBind` is the address of the last one.
    public record Ports(int grpc, int rest, int peer, int ops, String opsBind) {}

    /// Where the books are kept.
    public sealed interface DatabaseSource {
        /// Most connections.
        int connections();

        /// A PostgreSQL that is run by someone else.
        record Jdbc(String url, String user, String password, int connections) implements DatabaseSource {
            /// Leaves the password out.
            @Override
            public String toString() {
                return url + " as " + user;
            }
        }

        /// A PostgreSQL that the node runs.
        record Embedded(Path directory, int connections) implements DatabaseSource {}
    }

    /// How the group commit batches: writers (one lane each), most commands in a transaction, most commands
    /// waiting, and how long an agent's command should wait at most.
    public record Writing(int writers, int largestBatch, int longestQueue, Duration longestWait) {}

    /// What holds for peers: the limit when an operator names none, the `host:port` on our card, and whether canary
    /// payments are sent.
    public record Peers(Avt exposureLimit, String endpoint, boolean canary) {}

    /// How scores are computed: who is trusted beforehand, how much of all trust goes to them, and how often; whether
    /// counts are attested, and the bound that counts in a dispute.
    public record Trust(List<Did> seeds, double damping, Duration refresh, boolean attestations, int attestedDealings) {
        public Trust {
            seeds = List.copyOf(seeds);
        }
    }

    /// What is asked of a reputation bond: the least amount that opens gates (empty: any), settled dealings, age and
    /// eigentrust of who posts one, how long giving it back takes, and the full names of the RPCs that need one.
    public record Bond(
            Optional<Avt> amount,
            int minTransactions,
            Duration minAge,
            double minEigentrust,
            Duration releaseAfter,
            Set<String> requiredFor) {
        public Bond {
            requiredFor = Set.copyOf(requiredFor);
        }
    }

    /// How to log.
    public record Log(Format format, String level) {
        /// How a line looks.
        public enum Format {
            TEXT,
            JSON
        }
    }

    /// What a client on this machine dials for a port of this node.
    public String local(int port) {
        boolean everywhere = bind.equals("0.0.0.0") || bind.equals("::");
        return (everywhere ? "127.0.0.1" : bind.contains(":") ? "[" + bind + "]" : bind) + ":" + port;
    }

    /// The CA's certificate, for clients; a copy that anybody may read.
    public Path caFile() {
        return directory.resolve("ca.crt");
    }

    /// Where the key of an operator lies that this node made or was given.
    public Path operatorKey(String name) {
        return keys.resolve("operator-" + name + ".key");
    }
}
