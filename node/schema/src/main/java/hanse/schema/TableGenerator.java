package hanse.schema;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.tools.ToolProvider;
import org.jooq.codegen.GenerationTool;
import org.jooq.meta.jaxb.Configuration;
import org.jooq.meta.jaxb.Database;
import org.jooq.meta.jaxb.ForcedType;
import org.jooq.meta.jaxb.Generate;
import org.jooq.meta.jaxb.Generator;
import org.jooq.meta.jaxb.Jdbc;
import org.jooq.meta.jaxb.Logging;
import org.jooq.meta.jaxb.Target;
import org.postgresql.ds.PGSimpleDataSource;

/// Build step: applies the migrations to a real PostgreSQL, writes jOOQ's view of the tables (`hanse.schema.jooq`) and
/// compiles it into this module's classes. Does nothing when the migrations are those of the last time.
///
/// Arguments: the migrations' directory, the directory for the sources, the directory for the classes.
final class TableGenerator {

    private static final String PACKAGE = "hanse.schema.jooq";

    /// Held, or its level would be collected with it.
    private static final Logger MIGRATION_LOG = Logger.getLogger("org.flywaydb");

    private TableGenerator() {}

    public static void main(String[] arguments) throws Exception {
        MIGRATION_LOG.setLevel(Level.WARNING);
        Path migrations = Path.of(arguments[0]);
        Path sources = Path.of(arguments[1]);
        Path classes = Path.of(arguments[2]);
        Path stamp = sources.resolve("migrations.sha256");
        String checksum = checksum(migrations);
        boolean current = Files.exists(stamp) && Files.readString(stamp).equals(checksum);
        Path packaged = classes.resolve(PACKAGE.replace('.', '/'));
        if (current && Files.isDirectory(packaged)) {
            return;
        }
        forgetRenamed(migrations, classes.resolve("db/migration"));
        PostgresBinaries.deleteTree(sources);
        PostgresBinaries.deleteTree(packaged);
        Files.createDirectories(sources);
        generate(sources);
        compile(sources, classes);
        Files.writeString(stamp, checksum);
    }

    /// Maven copies a migration to the classes but never takes one away: a renamed one would be there twice.
    private static void forgetRenamed(Path migrations, Path copies) throws IOException {
        if (!Files.isDirectory(copies)) {
            return;
        }
        try (var all = Files.list(copies)) {
            for (Path copy : all.toList()) {
                if (!Files.exists(migrations.resolve(copy.getFileName().toString()))) {
                    Files.delete(copy);
                }
            }
        }
    }

    private static void generate(Path sources) throws Exception {
        // Nothing here outlives the build: durability would only cost time.
        var options = EmbeddedPostgres.Options.small()
                .withoutRestart()
                .withSetting("shared_buffers", "32MB")
                .withSetting("fsync", "off");
        try (var postgres = EmbeddedPostgres.temporary(options)) {
            var database = new PGSimpleDataSource();
            database.setURL(postgres.jdbcUrl());
            database.setUser(postgres.username());
            database.setPassword(postgres.password());
            Migrations.apply(database);
            GenerationTool.generate(new Configuration()
                    .withLogging(Logging.WARN)
                    .withJdbc(new Jdbc()
                            .withDriver("org.postgresql.Driver")
                            .withUrl(postgres.jdbcUrl())
                            .withUser(postgres.username())
                            .withPassword(postgres.password()))
                    .withGenerator(new Generator()
                            .withDatabase(new Database()
                                    .withName("org.jooq.meta.postgres.PostgresDatabase")
                                    .withInputSchema("public")
                                    .withOutputSchemaToDefault(true)
                                    .withExcludes("flyway_schema_history")
                                    .withForcedTypes(new ForcedType()
                                            .withName("INSTANT")
                                            .withIncludeTypes("(?i:TIMESTAMP\\ WITH\\ TIME\\ ZONE|TIMESTAMPTZ)")))
                            .withGenerate(new Generate()
                                    .withRecords(true)
                                    .withPojos(false)
                                    .withDaos(false)
                                    .withComments(true)
                                    .withGeneratedAnnotation(false))
                            .withTarget(new Target().withPackageName(PACKAGE).withDirectory(sources.toString()))));
        }
    }

    private static void compile(Path sources, Path classes) throws IOException {
        List<Path> files;
        try (var all = Files.walk(sources)) {
            files = all.filter(path -> path.toString().endsWith(".java")).toList();
        }
        if (files.isEmpty()) {
            return;
        }
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var manager = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            var options = new ArrayList<>(List.of("-d", classes.toString(), "-proc:none", "-nowarn", "-parameters"));
            options.addAll(List.of("-classpath", System.getProperty("java.class.path")));
            boolean compiled = compiler.getTask(
                            null, manager, null, options, null, manager.getJavaFileObjectsFromPaths(files))
                    .call();
            if (!compiled) {
                throw new IllegalStateException("the generated tables do not compile");
            }
        }
    }

    private static String checksum(Path migrations) throws IOException, NoSuchAlgorithmException {
        var digest = MessageDigest.getInstance("SHA-256");
        if (Files.isDirectory(migrations)) {
            try (var all = Files.walk(migrations)) {
                for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
                    digest.update(migrations.relativize(file).toString().getBytes(StandardCharsets.UTF_8));
                    digest.update((byte) 0);
                    digest.update(Files.readAllBytes(file));
                }
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
