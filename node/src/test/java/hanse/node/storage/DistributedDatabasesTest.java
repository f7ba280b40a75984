package hanse.node.storage;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.FixedDelay;
import hanse.node.call.AgentId;
import hanse.node.ledger.AccountId;
import hanse.node.outcome.OutcomeStore;
import hanse.node.testing.Postgres;
import hanse.node.testing.TestRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Schema and SQL stay inside what PostgreSQL-compatible distributed databases have: `docs/databases.md` says
/// which, and where that is written. What fails here names the database that would not do it, and what to do instead.
final class DistributedDatabasesTest {
    /// Of jOOQ, what is used so far; what it makes of these both targets have. A new one is added when somebody has
    /// looked what it makes for PostgreSQL, and whether they have that.
    private static final Set<String> JOOQ = Set.of("""
            <init> and any between cast close coalesce coerce collect contains count deleteFrom desc doNothing doUpdate eq
            execute fetch fetchCount fetchExists fetchLazy fetchMap fetchOptional fetchSet fetchSingle fetchSize field fields
            filterWhere forEach forNoKeyUpdate forShare forUpdate from ge get getName greatest groupBy gt having in inline
            insertInto into intoMap isFalse isNotNull isNull isTrue iterator join le leftJoin limit lt map max min ne newRecord
            noCondition not notIn offset on onConflict onConflictDoNothing or orderBy plus resultQuery resultSet returningResult row
            select selectDistinct selectFrom selectOne set setNull skipLocked sum update using val value1 value2 value3 value4
            value5 value6 value7 value8 value9 values when where withCacheRecordMappers withExecuteLogging
            withFetchWarnings withRenderSchema withReturnRecordToPojo
            """.strip().split("\\s+"));

    /// JDBC has its own ways to send a statement: only here.
    private static final Set<String> SENDS_SQL = Set.of(
            "Connection.prepareStatement",
            "Connection.prepareCall",
            "Connection.createStatement",
            "Statement.execute",
            "Statement.executeQuery",
            "Statement.executeUpdate",
            "Statement.executeLargeUpdate",
            "Statement.addBatch",
            "Connection.nativeSQL");

    @Test
    void theSchemaHasNothingThatADistributedDatabaseHasNot() throws SQLException, IOException {
        try (var database = Postgres.fresh();
                Connection connection = database.pool().getConnection()) {
            assertThat(SchemaLint.problems(connection)).isEmpty();
            List<String> problems = new ArrayList<>();
            int migrations = 0;
            for (Path file : migrations()) {
                for (String problem : SchemaLint.problems(connection, Files.readString(file))) {
                    problems.add(file.getFileName() + ": " + problem);
                }
                migrations++;
            }
            assertThat(problems).isEmpty();
            assertThat(migrations).isGreaterThan(20);
        }
    }

    @Test
    void noStatementOfAStoreNeedsWhatADistributedDatabaseHasNot() throws Exception {
        CompiledSql sql = CompiledSql.read();
        List<String> problems = new ArrayList<>();
        sql.texts().forEach((text, store) -> {
            for (String problem : SqlLint.problems(text)) {
                problems.add(store + ": " + problem);
            }
        });
        assertThat(problems).isEmpty();
        assertThat(sql.texts().keySet())
                .as("the texts that are looked at, text blocks and parts of concatenations included")
                .anyMatch(text -> text.startsWith("update account a"))
                .anyMatch(text -> text.endsWith(" from payment where id = any(?) order by id for no key update"))
                .hasSizeGreaterThan(150);
    }

    @Test
    void jooqIsAskedForNothingNew() throws Exception {
        CompiledSql sql = CompiledSql.read();
        assertThat(sql.jooq()).contains("forNoKeyUpdate", "skipLocked", "onConflictDoNothing");
        Set<String> unknown = new TreeSet<>(sql.jooq());
        unknown.removeAll(JOOQ);
        assertThat(unknown)
                .as("methods of jOOQ that nobody has looked at: if YugabyteDB and CockroachDB have what they make"
                        + " (docs/databases.md says where that is written), add them to the list in this test")
                .isEmpty();
    }

    @Test
    void onlyThePipelineAndWhatBeginsAReadSendStatementsOfTheirOwn() throws Exception {
        CompiledSql sql = CompiledSql.read();
        assertThat(sql.jdbc().keySet()).contains("Connection.prepareStatement");
        sql.jdbc().forEach((method, type) -> {
            if (SENDS_SQL.contains(method)) {
                assertThat(type)
                        .as("who calls " + method)
                        .isIn("hanse/node/storage/Pipeline", "hanse/node/storage/Database");
            }
        });
    }

    @Test
    void whatIsSentToPostgresIsNothingElse() throws InterruptedException {
        try (var fresh = Postgres.fresh()) {
            RecordedSql recorded = new RecordedSql(fresh.pool());
            try (TestRegistry registry = TestRegistry.on(recorded.source())) {
                AgentId payer = registry.agent("10");
                AgentId payee = registry.agent("0");
                registry.pay(payer, payee, "1");
                registry.database.read(tx -> registry.ledger.walk(
                        tx, AccountId.of(payer), registry.account(payer).lastEntry(), 10));
                registry.database.write(tx -> tx.orTakeBack(
                        () -> new OutcomeStore().prune(tx, Instant.now().minus(Duration.ofDays(7)), 10)));
                assertThat(registry.verify().fault()).isEmpty();
                runATask(recorded);
            }
            assertThat(recorded.statements())
                    .anyMatch(sql -> sql.contains("insert into journal"))
                    .anyMatch(sql -> sql.contains("delete from \"outcome\""))
                    .anyMatch(sql -> sql.contains("scheduled_tasks"))
                    .allSatisfy(sql -> assertThat(SqlLint.problems(sql)).isEmpty());
        }
    }

    private static void runATask(RecordedSql recorded) throws InterruptedException {
        CountDownLatch ran = new CountDownLatch(1);
        Scheduler scheduler = Scheduler.create(recorded.source())
                .threads(1)
                .pollingInterval(Duration.ofMillis(50))
                .heartbeatInterval(Duration.ofMillis(100))
                .startTasks(Tasks.recurring("chore", FixedDelay.of(Duration.ofHours(1)))
                        .execute((instance, context) -> ran.countDown()))
                .build();
        try {
            scheduler.start();
            assertThat(ran.await(30, TimeUnit.SECONDS)).isTrue();
        } finally {
            scheduler.stop();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select pg_advisory_xact_lock(1)",
                "select pg_try_advisory_lock(1)",
                "listen changes",
                "select pg_notify('changes', '')",
                "lock table account in exclusive mode",
                "select ctid from account",
                "update account set balance = 1 where xmin = '7'",
                "copy account to stdout",
                "create temporary table scratch (id uuid)",
                "create unlogged table scratch (id uuid primary key)",
                "prepare transaction 'x'",
                "declare c cursor with hold for select 1",
                "select id from account where id = ? for key share",
                "set local work_mem = '64MB'",
                "set statement_mem to 1",
                "select id from account order by peer collate \"C\"",
                "create index a on account using brin (lane)",
                "create function f() returns int language sql as 'select 1'",
                "do $$ begin end $$",
                "merge into account a using peer p on false when matched then delete",
                "truncate account",
                "select id from account tablesample system (1)",
                "select balance / 2 from account",
                "select reltuples from pg_class"
            })
    void findsAStatementThatIsPlanted(String sql) {
        assertThat(SqlLint.problems(sql)).isNotEmpty().allMatch(problem -> problem.endsWith("in " + sql));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select 'lock table account', 'a / b' from account -- copy it, not collate it",
                "set local lock_timeout = 200",
                "update lane set position = ?, head = ? where id = ?",
                "set state = u.state, fee = u.fee",
                "select set_config('work_mem', '64MB', true) where current_setting('work_mem', true) is not null",
                "select position, block, head from lane where id = ? for no key update",
                "create index agent_capabilities on agent using gin (capabilities)"
            })
    void leavesAloneWhatBothHave(String sql) {
        assertThat(SqlLint.problems(sql)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            index that is not a B-tree or GIN | create index planted on journal using brin (at)
            index that is not a B-tree or GIN | create index planted on account using hash (id)
            GIN index of several columns | create index planted on agent using gin (capabilities, capabilities)
            unique index that takes nulls | create unique index planted on account (peer) nulls not distinct
            rule | create rule planted as on insert to lane do instead nothing
            exclusion constraint | alter table lane add constraint planted exclude using btree (id with =)
            deferrable constraint | alter table session add constraint planted unique (agent) deferrable
            partitioned table | create table planted (id uuid primary key) partition by hash (id)
            inheritance | create table planted (primary key (id)) inherits (lane)
            unlogged or temporary table | create unlogged table planted (id uuid primary key)
            table without a primary key | create table planted (id uuid)
            sequence or identity | create sequence planted
            sequence or identity | create table planted (id bigint generated always as identity primary key)
            materialized view | create materialized view planted as select 1
            generated column | create table planted (id bigint primary key, two bigint generated always as (id * 2) stored)
            collation | create table planted (id text collate "C" primary key)
            storage parameter | create table planted (id uuid primary key) with (autovacuum_vacuum_cost_delay = 0)
            type | create table planted (id uuid primary key, what jsonb)
            type or domain of our own | create domain planted as text
            function | create function planted() returns int language sql as 'select 1'
            trigger | create trigger planted before update on lane for each row execute function suppress_redundant_updates_trigger()
            """)
    void findsWhatIsPlantedInTheSchema(String rule, String sql) throws SQLException {
        try (var database = Postgres.fresh();
                Connection connection = database.pool().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
            assertThat(SchemaLint.problems(connection))
                    .anyMatch(problem -> problem.startsWith(rule) && problem.contains("planted"));
        }
    }

    @Test
    void findsAnIndexByTimeThatDoesNotSayItsOrder() throws SQLException {
        try (var database = Postgres.fresh();
                Connection connection = database.pool().getConnection()) {
            assertThat(SchemaLint.problems(connection, "create index planted on journal (at);\n"))
                    .singleElement()
                    .asString()
                    .startsWith("index by time: planted");
            assertThat(SchemaLint.problems(connection, "create index planted on journal (at asc);\n"))
                    .isEmpty();
        }
    }

    private static List<Path> migrations() throws IOException {
        Path directory = Path.of("schema/src/main/resources/db/migration");
        try (var files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".sql"))
                    .sorted()
                    .toList();
        }
    }
}
