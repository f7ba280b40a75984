package hanse.schema;

import java.util.LinkedHashMap;
import java.util.Map;

/// The settings that the server runs with where they differ from PostgreSQL's own, and why.
final class PostgresSettings {
    static final Map<String, String> DEFAULTS = Map.ofEntries(
            Map.entry("listen_addresses", "127.0.0.1"),
            Map.entry("unix_socket_directories", ""),
            Map.entry("max_connections", "100"),
            Map.entry("shared_buffers", "512MB"),
            Map.entry("huge_pages", "off"),
            // Far apart and large: a page's first change after a checkpoint is logged whole, and the hot pages of a
            // ledger change all the time.
            Map.entry("max_wal_size", "8GB"),
            // Log files once used are kept for use again: filling a new one with zeros holds up everybody.
            Map.entry("min_wal_size", "1GB"),
            Map.entry("checkpoint_timeout", "15min"),
            Map.entry("wal_buffers", "16MB"),
            // The artifact is built without lz4; pglz costs more than the bytes it saves on a local disk.
            Map.entry("wal_compression", "off"),
            Map.entry("fsync", "on"),
            Map.entry("synchronous_commit", "on"),
            Map.entry("full_page_writes", "on"),
            Map.entry("random_page_cost", "1.1"),
            Map.entry("jit", "off"),
            Map.entry("timezone", "UTC"),
            Map.entry("log_timezone", "UTC"),
            Map.entry("log_line_prefix", ""),
            // Statements and key values stay out of the log: they may hold what a log must not.
            Map.entry("log_error_verbosity", "terse"),
            Map.entry("log_min_error_statement", "panic"));

    private PostgresSettings() {}

    /// These, with some that are to be others.
    static Map<String, String> with(Map<String, String> others) {
        var settings = new LinkedHashMap<>(DEFAULTS);
        settings.putAll(others);
        return settings;
    }
}
