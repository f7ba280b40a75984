package hanse.node.config;

import java.util.Locale;
import java.util.Optional;

/// Everything that can be set: its path in `hanse.yaml`, what it means, and what holds when it is not set. README's
/// table of settings is this list.
public enum Setting {
    REGISTRY("registry", "", "The registry's id, a DNS name of the operator's such as `alpha.example`. Never changes."),
    HOSTS(
            "hosts",
            "localhost, 127.0.0.1",
            "Host names and addresses under which clients and peers reach this node; the certificates name them."),
    PUBLIC_URL(
            "public_url",
            "https://<first host>:<ports.rest>",
            "Where HTTP clients reach the node, as published at /.well-known/hanse."),
    BIND("bind", "0.0.0.0", "The address that the public ports and the peer port listen on."),
    PORT_GRPC("ports.grpc", "7101", "gRPC for agents and operators, TLS."),
    PORT_REST("ports.rest", "7102", "HTTP/JSON, TLS."),
    PORT_PEER("ports.peer", "7103", "gRPC between registries, mutual TLS."),
    PORT_OPS(
            "ports.ops",
            "7104",
            "Metrics, health and readiness: plain HTTP, always on 127.0.0.1 unless ops_bind says otherwise."),
    OPS_BIND("ops_bind", "127.0.0.1", "The address that the metrics port listens on."),
    JDBC_URL(
            "database.jdbc_url",
            "",
            "PostgreSQL to use, such as `jdbc:postgresql://db/hanse`. Not set: the node runs its own."),
    JDBC_USER("database.user", "", "User of that database."),
    JDBC_PASSWORD(
            "database.password", "", "Its password; better given as HANSE_DATABASE_PASSWORD or by password_file."),
    JDBC_PASSWORD_FILE("database.password_file", "", "A file that holds the password."),
    EMBEDDED(
            "database.embedded",
            "postgres",
            "Without jdbc_url: the directory of the node's own PostgreSQL, beside hanse.yaml."),
    POOL(
            "database.connections",
            "24",
            "Most connections to the database. 5 to 500; the writers' own come out of these."),
    KEYS("keys", "keys", "The directory of keys and certificates (mode 700), beside hanse.yaml."),
    WRITERS("writing.writers", "2", "Lanes this process writes side by side. 1 to 16."),
    LARGEST_BATCH("writing.largest_batch", "1024", "Most commands in one transaction. 1 to 8192."),
    LONGEST_QUEUE(
            "writing.longest_queue", "16384", "Most commands waiting; more are refused with OVERLOADED. 1 to 1000000."),
    LONGEST_WAIT(
            "writing.longest_wait_ms",
            "50",
            "Beyond what the writers get done in so many milliseconds, agents' commands are refused with OVERLOADED. 1 to"
                    + " 60000."),
    FEE_PPM("fee_ppm", "5000", "Fee in parts per million of the amount: 5000 is 0.5 %. 0 to 500000."),
    ATTESTATION_REDUCTION(
            "disputes.attestation_reduction_ppm",
            "0",
            "What each attestation that a defendant cites takes off a slash, in parts per million, half of it at most for"
                    + " all together. 0 to 500000; 0: none counts."),
    FAUCET("faucet", "false", "Whether agents may draw test tokens. Only for a registry whose money is worth nothing."),
    RATE_FACTOR("limits.rate_factor", "1", "Multiplies the capacity and the refill of every rate limit. 1 to 1000000."),
    PEER_EXPOSURE(
            "peers.exposure_limit",
            "10000",
            "The most of a peer's money, in AVT, that this registry holds when `peer add` names no limit."),
    PEER_ENDPOINT("peers.endpoint", "<first host>:<ports.peer>", "`host:port` that the peering card names."),
    PEER_CANARY(
            "peers.canary",
            "true",
            "Whether a payment of 0.000002 AVT goes to each peer every minute, so that metrics and `peer doctor` say"
                    + " whether money arrives there."),
    TRUST_SEEDS(
            "trust.seeds",
            "",
            "DIDs of agents that are trusted beforehand, from whom all other trust flows. None: all agents alike."),
    TRUST_DAMPING("trust.damping", "0.15", "Share of trust that goes to the seeds in each round. 0.01 to 1."),
    TRUST_SECONDS(
            "trust.refresh_seconds",
            "60",
            "How often scores are computed anew when something has changed. 1 to 86400."),
    TRUST_ATTESTATIONS(
            "trust.attestations",
            "false",
            "Whether agents may have their settled dealings attested, and cite that when they lose a dispute."),
    TRUST_ATTESTED(
            "trust.attested_dealings",
            "10",
            "The least bound that an attestation must have proved to count in a dispute. 1 to 1000000000."),
    BOND_AMOUNT("bond.amount_avt", "", "The least that a reputation bond must hold to open gates, AVT. Not set: any."),
    BOND_TRANSACTIONS(
            "bond.min_transactions", "0", "Settled dealings that an agent must have had before it may post a bond."),
    BOND_AGE("bond.min_age_days", "0", "Days since its registration before an agent may post a bond. 0 to 36500."),
    BOND_EIGENTRUST("bond.min_eigentrust", "0", "The least eigentrust of an agent that may post a bond. 0 to 1."),
    BOND_RELEASE("bond.release_days", "30", "Days between asking a bond back and getting it. 0 to 3650."),
    BOND_REQUIRED(
            "bond.required_for",
            "",
            "RPCs such as `hanse.payment.v1.PaymentService/Authorize` that only agents with a sufficient bond may call."),
    CORS(
            "cors_origins",
            "",
            "Origins such as `https://shop.example` whose pages may call the HTTP API; `*` means every one."),
    LOG_FORMAT("log.format", "text", "`text` for people, `json` for machines: one object a line."),
    LOG_LEVEL("log.level", "info", "`error`, `warn`, `info` or `debug`."),
    LEAF_DAYS("tls.leaf_days", "30", "How long a TLS certificate lives; it is renewed at two thirds. 1 to 397."),
    DRAIN_SECONDS("drain_seconds", "20", "How long calls under way may take when the node stops. 1 to 600.");

    private final String path;
    private final String standard;
    private final String meaning;

    Setting(String path, String standard, String meaning) {
        this.path = path;
        this.standard = standard;
        this.meaning = meaning;
    }

    /// Its place in `hanse.yaml`.
    public String path() {
        return path;
    }

    /// What holds when it is not set, as text; empty: nothing.
    public String standard() {
        return standard;
    }

    /// One sentence or two for the operator.
    public String meaning() {
        return meaning;
    }

    /// The environment variable that overrides the file: `HANSE_` and the path, upper case, `.` as `_`.
    public String variable() {
        return "HANSE_" + path.toUpperCase(Locale.ROOT).replace('.', '_');
    }

    boolean isList() {
        return this == HOSTS || this == CORS || this == TRUST_SEEDS || this == BOND_REQUIRED;
    }

    static Optional<Setting> at(String path) {
        for (Setting setting : values()) {
            if (setting.path.equals(path)) {
                return Optional.of(setting);
            }
        }
        return Optional.empty();
    }
}
