package hanse.node.storage;

import com.zaxxer.hikari.HikariConfig;

/// How this node's connections to PostgreSQL are set, wherever they lead.
public final class Connections {
    private Connections() {}

    /// Statements are few and asked often: each connection prepares them once. Arrays of ids go in binary. Locks are
    /// taken by statements that see what was committed before them, whatever the database's own default is.
    public static void configure(HikariConfig pool) {
        pool.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        pool.addDataSourceProperty("prepareThreshold", "3");
        pool.addDataSourceProperty("binaryTransferEnable", "UUID_ARRAY");
        pool.addDataSourceProperty("ApplicationName", "hanse");
        pool.addDataSourceProperty("tcpKeepAlive", "true");
        pool.addDataSourceProperty("loginTimeout", "5");
    }
}
