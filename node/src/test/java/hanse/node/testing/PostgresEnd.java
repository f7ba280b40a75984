package hanse.node.testing;

import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestPlan;

/// Ends the tests' PostgreSQL after the last of them. Hundreds of databases are hundreds of thousands of files, and to
/// delete them takes longer than Surefire lets a JVM take to exit.
public final class PostgresEnd implements TestExecutionListener {
    @Override
    public void testPlanExecutionFinished(TestPlan plan) {
        Postgres.end();
    }
}
