package hanse.node.storage;

import java.time.Instant;
import org.jooq.DSLContext;

/// A transaction in progress. Whoever takes one as an argument runs inside it and never commits it.
public final class Tx {
  private final DSLContext sql;
  private final Instant now;

  Tx(DSLContext sql, Instant now) {
    this.sql = sql;
    this.now = now;
  }

  public DSLContext sql() {
    return sql;
  }

  /// The time of this transaction, in whole microseconds as PostgreSQL keeps it; the same for all that happens in it.
  public Instant now() {
    return now;
  }
}
