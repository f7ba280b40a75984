package hanse.node.cli;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import hanse.certs.KeyFiles;
import hanse.sdk.AgentKey;
import hanse.sdk.Credentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Who signs, as it is kept in a file: a JSON object with `subject` (an agent's UUID, or `operator:<name>`),
/// `registry_id` and `private_key` (PKCS#8 PEM), perhaps `grpc` (`host:port`) and `ca_file`; or the bare PEM of an
/// operator, whose name is in the file's name, `operator-<name>.key`.
///
/// @param subject as in [Credentials]
/// @param key     signs
/// @param registryId whose agent or operator this is, when the file says
/// @param grpc    where that registry listens, when the file says
/// @param caFile  its CA, when the file says
record Identity(
        String subject, AgentKey key, Optional<String> registryId, Optional<String> grpc, Optional<Path> caFile) {

    static Identity read(Path file, Optional<String> subject) throws IOException {
        String text = Files.readString(file);
        if (!text.stripLeading().startsWith("{")) {
            String name = String.valueOf(file.getFileName());
            String who = subject.orElseGet(() -> {
                if (!name.matches("operator-[a-z0-9-]+\\.key")) {
                    throw CommandException.usage(
                            "Whose key is " + file + "? Say it with --id: an agent's UUID or DID, or operator:<name>.");
                }
                return "operator:" + name.substring("operator-".length(), name.length() - ".key".length());
            });
            return new Identity(who, AgentKey.fromPem(text), Optional.empty(), Optional.empty(), Optional.empty());
        }
        Struct.Builder json = Struct.newBuilder();
        try {
            Json.read(text, json);
        } catch (CommandException e) {
            throw unreadable(file);
        }
        return new Identity(
                text(json, "subject").or(() -> text(json, "agent_id")).orElseThrow(() -> unreadable(file)),
                AgentKey.fromPem(text(json, "private_key").orElseThrow(() -> unreadable(file))),
                text(json, "registry_id"),
                text(json, "grpc"),
                text(json, "ca_file").map(Path::of));
    }

    /// Writes the file, mode 600; never over another.
    void write(Path file, String did, String handle) {
        if (Files.exists(file)) {
            throw CommandException.failed(file + " is there already; it is not overwritten.");
        }
        Struct.Builder json = Struct.newBuilder();
        put(json, "subject", subject);
        put(json, "did", did);
        put(json, "handle", handle);
        registryId.ifPresent(value -> put(json, "registry_id", value));
        grpc.ifPresent(value -> put(json, "grpc", value));
        caFile.ifPresent(value -> put(json, "ca_file", value.toString()));
        put(json, "private_key", key.toPem());
        KeyFiles.writeSecret(file, Json.pretty(json) + "\n");
    }

    Credentials at(String registry) {
        return new Credentials(subject, key, registry);
    }

    private static void put(Struct.Builder json, String name, String text) {
        json.putFields(name, Value.newBuilder().setStringValue(text).build());
    }

    private static Optional<String> text(Struct.Builder json, String name) {
        return Optional.ofNullable(json.getFieldsMap().get(name))
                .map(Value::getStringValue)
                .filter(text -> !text.isEmpty());
    }

    private static CommandException unreadable(Path file) {
        return CommandException.failed(
                file + " is neither a PKCS#8 PEM key nor a credentials file as `hanse agent register` writes it.");
    }

    /// Names the subject; the key only by its public half.
    @Override
    public String toString() {
        return subject + " with " + key;
    }
}
