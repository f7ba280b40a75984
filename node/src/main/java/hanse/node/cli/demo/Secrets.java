package hanse.node.cli.demo;

import hanse.sdk.AgentKey;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Every secret that the story has seen, to be looked for in the logs.
final class Secrets {
    private static final int SHORTEST = 12;
    private static final int PKCS8_PREFIX = 16;

    private final Map<String, String> named = new LinkedHashMap<>();

    void add(String name, String secret) {
        if (secret.length() >= SHORTEST) {
            named.put(secret, name);
        }
    }

    /// A private key, in the forms in which it could be written.
    void add(String name, AgentKey key) {
        addPem(name, key.toPem());
    }

    /// Every file of a key directory that only its owner may read.
    void addKeyDirectory(String registry, Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                String name = String.valueOf(file.getFileName());
                if (name.endsWith(".key")) {
                    addPem(registry + "'s " + name, Files.readString(file));
                } else if (name.endsWith(".secret")) {
                    add(registry + "'s " + name, Files.readString(file).strip());
                }
            }
        }
    }

    private void addPem(String name, String pem) {
        String body = pem.lines().filter(line -> !line.startsWith("-----")).reduce("", String::concat);
        byte[] der = Base64.getDecoder().decode(body);
        add(name, body);
        pem.lines().filter(line -> !line.startsWith("-----")).skip(1).forEach(line -> add(name, line));
        add(name, HexFormat.of().formatHex(der));
        if (der.length == PKCS8_PREFIX + AgentKey.KEY_BYTES) {
            byte[] seed = java.util.Arrays.copyOfRange(der, PKCS8_PREFIX, der.length);
            add(name, HexFormat.of().formatHex(seed));
            add(name, Base64.getEncoder().encodeToString(seed));
        }
    }

    int count() {
        return (int) named.values().stream().distinct().count();
    }

    /// Where a secret stands in a file: file, line number, and whose it is, never the secret itself.
    List<String> findIn(Path file) throws IOException {
        List<String> found = new ArrayList<>();
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            int number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                for (Map.Entry<String, String> secret : named.entrySet()) {
                    if (line.contains(secret.getKey())) {
                        found.add(file + ":" + number + " has " + secret.getValue());
                    }
                }
            }
        }
        return found;
    }
}
