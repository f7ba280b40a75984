package hanse.node.storage;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Finds in a statement what a PostgreSQL-compatible distributed database does not have, or has otherwise: by the
/// documents of the two that `docs/databases.md` names.
final class SqlLint {
    private static final int FLAGS = Pattern.CASE_INSENSITIVE | Pattern.DOTALL;
    private static final Pattern LITERAL = Pattern.compile("'(?:[^']|'')*'");
    private static final Pattern COMMENT = Pattern.compile("--[^\n]*|/\\*.*?\\*/", Pattern.DOTALL);
    private static final Pattern SETTING =
            Pattern.compile("^\\s*(?:re)?set\\s+(?:local\\s+|session\\s+)?(\\w+)", FLAGS);

    /// What both targets have a setting for. Others are set where the database itself says that it has them.
    private static final Set<String> SETTINGS = Set.of("lock_timeout", "transaction");

    /// @param found in the statement without its comments and literals
    /// @param why which target forbids it, and what to do instead
    private record Rule(String name, Pattern found, String why) {
        static Rule of(String name, String found, String why) {
            return new Rule(name, Pattern.compile(found, FLAGS), why);
        }
    }

    private static final List<Rule> RULES = List.of(
            Rule.of(
                    "advisory lock",
                    "\\bpg_(try_)?advisory_\\w+",
                    "CockroachDB's do nothing, YugabyteDB's have to be switched on: lock a row"),
            Rule.of(
                    "LISTEN, NOTIFY",
                    "^\\s*(un)?listen\\b|^\\s*notify\\b|\\bpg_notify\\b",
                    "neither CockroachDB nor YugabyteDB has them: look at the table, and take hints from this process"),
            Rule.of(
                    "LOCK TABLE",
                    "^\\s*lock\\b|\\block\\s+table\\b",
                    "CockroachDB has no table locks, YugabyteDB's are a preview: lock rows"),
            Rule.of(
                    "system column",
                    "\\b(ctid|xmin|xmax|cmin|cmax|tableoid)\\b",
                    "CockroachDB has no ctid or xmin, YugabyteDB's mean nothing: use the key, or a version column"),
            Rule.of(
                    "COPY",
                    "^\\s*copy\\b",
                    "CockroachDB has a part of its syntax and commits it in pieces: insert from unnest"),
            Rule.of(
                    "temporary or unlogged table",
                    "\\b(temp|temporary|unlogged)\\s+(table|sequence|view)\\b",
                    "CockroachDB's are experimental, YugabyteDB ignores UNLOGGED: use with, or arrays and unnest"),
            Rule.of(
                    "prepared transaction",
                    "\\bprepare\\s+transaction\\b|\\b(commit|rollback)\\s+prepared\\b",
                    "neither CockroachDB nor YugabyteDB has XA: write the outbox in the same transaction"),
            Rule.of(
                    "cursor that is held",
                    "\\bwith\\s+hold\\b",
                    "read in pages, or by a RowStream within the transaction"),
            Rule.of(
                    "FOR KEY SHARE",
                    "\\bfor\\s+key\\s+share\\b",
                    "CockroachDB takes a full FOR SHARE, which waits for FOR NO KEY UPDATE: say for share, or do without"),
            Rule.of(
                    "collation",
                    "\\bcollate\\b",
                    "CockroachDB takes no collation \"C\" for a column, and compares no collated string with a plain one:"
                            + " bytes' order is the default there and in YugabyteDB"),
            Rule.of(
                    "index that is not a B-tree or GIN",
                    "\\busing\\s+(brin|gist|spgist|hash)\\b",
                    "YugabyteDB has no BRIN, GiST or SP-GiST, and HASH is another thing in CockroachDB: use a B-tree"),
            Rule.of(
                    "object of the database",
                    "\\bcreate\\s+(or\\s+replace\\s+)?(constraint\\s+)?"
                            + "(function|procedure|trigger|rule|domain|type|sequence|extension|materialized\\s+view|schema)\\b"
                            + "|^\\s*do\\b",
                    "CockroachDB has no domains, no rules and no extensions, and both have limits with the others: say it in"
                            + " Java, with a CHECK or a table"),
            Rule.of("MERGE", "^\\s*merge\\b", "CockroachDB has no MERGE: insert … on conflict"),
            Rule.of("TRUNCATE", "^\\s*truncate\\b", "changes the schema in both, outside of the transaction: delete"),
            Rule.of(
                    "sample or grouping sets",
                    "\\b(tablesample|grouping\\s+sets|rollup|cube)\\b",
                    "CockroachDB has none"),
            Rule.of("division", "\\s/\\s", "CockroachDB makes a decimal of two integers: divide in Java"),
            Rule.of(
                    "range type",
                    "\\b(int4|int8|num|ts|tstz|date)(multi)?range\\b",
                    "CockroachDB has none: two columns"),
            Rule.of(
                    "catalog or function of PostgreSQL's own",
                    "\\bpg_(?!(try_)?advisory_|notify\\b)\\w+",
                    "few of them are alike elsewhere: see docs/databases.md, and add it to SqlLint if both have it"));

    private SqlLint() {}

    /// What is wrong with a statement, or a part of one, in words; empty if nothing is.
    static List<String> problems(String sql) {
        String bare = LITERAL.matcher(COMMENT.matcher(sql).replaceAll(" ")).replaceAll("''");
        List<String> found = new ArrayList<>();
        for (Rule rule : RULES) {
            if (rule.found().matcher(bare).find()) {
                found.add(rule.name() + ": " + rule.why() + "\n    in " + sql.strip());
            }
        }
        Matcher setting = SETTING.matcher(bare);
        if (setting.find()
                && !SETTINGS.contains(setting.group(1).toLowerCase(Locale.ROOT))
                && !bare.matches("(?s)\\s*set\\s+\\w+\\s*=\\s*(u|excluded|\\?).*")) {
            found.add("setting " + setting.group(1)
                    + ": CockroachDB fails where it has no such setting: select set_config('…', …, true)"
                    + " where current_setting('…', true) is not null\n    in " + sql.strip());
        }
        return found;
    }
}
