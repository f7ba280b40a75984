package hanse.node.storage;

import com.zaxxer.hikari.HikariConfig;

/// How this node's connections to PostgreSQL are set, wherever they lead.
public final class Connections {
    private Connections() {}

    /// Statements are few and asked often: each connection prepares them once. Arrays of ids go in binary.
    public static void configure(HikariConfig pool) {
        pool.addDataSourceProperty("prepareThreshold", "3");
        pool.addDataSourceProperty("binaryTransferEnable", "UUID_ARRAY");
        pool.addDataSourceProperty("ApplicationName", "hanse");
        pool.addDataSourceProperty("tcpKeepAlive", "true");
        pool.addDataSourceProperty("loginTimeout", "5");
    }
}
