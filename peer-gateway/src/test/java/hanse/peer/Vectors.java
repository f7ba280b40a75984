package hanse.peer;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import hanse.certs.SigningKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/// What registries have said to each other, kept in `docs/federation-vectors.json`: what was said by an earlier version
/// is understood by each later one. A vector is never changed. To add one, write it there without `bytes`, and run
/// [VectorsTest] with `-Dhanse.vectors.write=true`.
final class Vectors {
    static final Path FILE = Path.of(System.getProperty("basedir", ".")).resolve("../docs/federation-vectors.json");

    private final JsonObject document;

    Vectors() throws IOException {
        document = JsonParser.parseString(Files.readString(FILE)).getAsJsonObject();
    }

    /// Something that a registry signed.
    ///
    /// @param by who signed it
    /// @param json what it says
    record Vector(String name, String by, JsonObject json, byte[] bytes, byte[] signature) {
        ByteString content() {
            return ByteString.copyFrom(bytes);
        }

        /// What its JSON says.
        <T extends Message.Builder> T read(T into) {
            try {
                JsonFormat.parser().merge(json.toString(), into);
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalStateException(name, e);
            }
            return into;
        }
    }

    /// By name.
    Map<String, Vector> of(String kind) {
        Map<String, Vector> all = new LinkedHashMap<>();
        for (JsonElement one : document.getAsJsonArray(kind)) {
            JsonObject vector = one.getAsJsonObject();
            all.put(text(vector, "name"), vector(vector));
        }
        return all;
    }

    private static Vector vector(JsonObject vector) {
        return new Vector(
                text(vector, "name"),
                text(vector, "by"),
                vector.getAsJsonObject("says"),
                HexFormat.of().parseHex(text(vector, "bytes")),
                Base64.getDecoder().decode(text(vector, "signature")));
    }

    /// A registry's key, as it is written in each of its forms.
    record Key(String registry, byte[] seed, String publicKey, String pem) {}

    List<Key> keys() {
        return StreamSupport.stream(document.getAsJsonArray("keys").spliterator(), false)
                .map(JsonElement::getAsJsonObject)
                .map(key -> new Key(
                        text(key, "registry"),
                        HexFormat.of().parseHex(text(key, "seed")),
                        text(key, "public_key"),
                        text(key, "pkcs8_pem")))
                .toList();
    }

    SigningKey key(String registry) {
        return keys().stream()
                .filter(key -> key.registry().equals(registry))
                .map(key -> SigningKey.parse(key.pem()))
                .findFirst()
                .orElseThrow();
    }

    /// What is read out of the first card.
    String fingerprint() {
        return text(document.getAsJsonArray("cards").get(0).getAsJsonObject(), "fingerprint");
    }

    /// Writes what new vectors lack. Those that are whole stay.
    static void complete(String kind, Message.Builder builder, SignedBytes prefix) throws IOException {
        Vectors vectors = new Vectors();
        for (JsonElement one : vectors.document.getAsJsonArray(kind)) {
            JsonObject vector = one.getAsJsonObject();
            if (!vector.has("bytes")) {
                vectors.complete(vector, builder.clone().clear(), prefix);
            }
        }
        Files.writeString(
                FILE,
                new GsonBuilder()
                                .setPrettyPrinting()
                                .disableHtmlEscaping()
                                .create()
                                .toJson(vectors.document) + "\n");
    }

    private void complete(JsonObject vector, Message.Builder builder, SignedBytes prefix) throws IOException {
        if (vector.has("answers")) {
            byte[] asked = of("messages").get(text(vector, "answers")).bytes();
            vector.getAsJsonObject("says")
                    .addProperty(
                            "request_digest",
                            Base64.getEncoder().encodeToString(SignedBytes.sha256(ByteString.copyFrom(asked))));
        }
        JsonFormat.parser().merge(vector.getAsJsonObject("says").toString(), builder);
        ByteString bytes = builder.build().toByteString();
        vector.addProperty("bytes", HexFormat.of().formatHex(bytes.toByteArray()));
        vector.addProperty(
                "signature",
                Base64.getEncoder().encodeToString(key(text(vector, "by")).sign(prefix.of(bytes))));
    }

    private static String text(JsonObject object, String name) {
        return object.get(name).getAsString();
    }
}
