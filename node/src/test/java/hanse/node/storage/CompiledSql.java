package hanse.node.storage;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.StringEntry;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// All SQL of the node as its class files have it: every text of a store, and every method of jOOQ and JDBC that is
/// called. Nothing is missed because no test came by.
///
/// @param texts of stores and of `hanse.node.storage`, where all SQL is (`ArchitectureTest`), with the class of each
/// @param jooq names of jOOQ's methods that are called
/// @param jdbc names of the methods of `java.sql` that are called, with one class that does
record CompiledSql(SortedMap<String, String> texts, SortedSet<String> jooq, SortedMap<String, String> jdbc) {
    static CompiledSql read() throws IOException, URISyntaxException {
        CompiledSql all = new CompiledSql(new TreeMap<>(), new TreeSet<>(), new TreeMap<>());
        Path classes = Path.of(Database.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        List<Path> files;
        try (var walk = Files.walk(classes)) {
            files = walk.filter(file -> file.toString().endsWith(".class")).toList();
        }
        for (Path file : files) {
            all.add(ClassFile.of().parse(file));
        }
        return all;
    }

    private void add(ClassModel type) {
        String name = type.thisClass().asInternalName();
        boolean store = name.startsWith("hanse/node/storage/") || name.matches(".*Store(\\$.*)?");
        for (PoolEntry entry : type.constantPool()) {
            if (entry instanceof StringEntry text && store) {
                texts.put(text.stringValue(), name);
            }
            if (entry instanceof MemberRefEntry member
                    && member.type().stringValue().startsWith("(")) {
                String owner = member.owner().asInternalName();
                if (owner.startsWith("org/jooq/")) {
                    jooq.add(member.name().stringValue());
                } else if (owner.startsWith("java/sql/")) {
                    jdbc.put(
                            owner.substring("java/sql/".length()) + "."
                                    + member.name().stringValue(),
                            name);
                }
            }
        }
    }
}
