package hanse.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import hanse.agent.v1.RegisterAgentRequest;
import hanse.wire.SignedText;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The vectors in the docs were made by another implementation; this one must get every byte of them.
class AgentSigVectorsTest {
    private static Struct vectors;
    private static Map<String, AgentKey> keys;

    @BeforeAll
    static void read() throws Exception {
        Struct.Builder builder = Struct.newBuilder();
        JsonFormat.parser().merge(Files.readString(Path.of("../docs/agentsig-vectors.json")), builder);
        vectors = builder.build();
        keys = list("keys").stream()
                .collect(Collectors.toMap(
                        key -> text(key, "name"),
                        key -> AgentKey.fromSeed(HexFormat.of().parseHex(text(key, "seed_hex")))));
    }

    @Test
    void everyKeyHasItsPublicHalfAndItsPem() {
        assertThat(keys).hasSizeGreaterThan(2);
        for (Struct key : list("keys")) {
            AgentKey ours = keys.get(text(key, "name"));
            assertThat(ours.publicKeyBase64()).isEqualTo(text(key, "public_key"));
            assertThat(ours.toPem()).isEqualTo(text(key, "pkcs8_pem"));
            assertThat(AgentKey.fromPem(text(key, "pkcs8_pem"))).isEqualTo(ours);
        }
    }

    @Test
    void everyRequestIsSignedAsTheVectorSays() throws Exception {
        assertThat(list("requests")).hasSizeGreaterThan(10);
        for (Struct request : list("requests")) {
            boolean grpc = text(request, "transport").equals("grpc");
            byte[] body = grpc
                    ? HexFormat.of().parseHex(text(request, "message_hex"))
                    : text(request, "body").getBytes(StandardCharsets.UTF_8);
            Optional<String> nonce = optional(request, "nonce");
            Optional<String> audience = optional(request, "audience");
            AgentKey key = keys.get(text(request, "key"));

            byte[] signed = SignedText.request(
                    text(request, "timestamp"),
                    text(request, "method"),
                    text(request, "path"),
                    SignedText.sha256(body),
                    nonce.orElse(null),
                    audience.orElse(null));
            AgentSig signature = new Credentials(text(request, "subject"), key, "alpha.example")
                    .sign(
                            text(request, "method"),
                            text(request, "path"),
                            body,
                            text(request, "timestamp"),
                            nonce,
                            audience);

            String name = text(request, "name");
            assertThat(HexFormat.of().formatHex(SignedText.sha256(body)))
                    .as(name)
                    .isEqualTo(text(request, "body_sha256"));
            assertThat(new String(signed, StandardCharsets.UTF_8)).as(name).isEqualTo(text(request, "signed_text"));
            assertThat(signature.signature()).as(name).isEqualTo(text(request, "signature"));
            assertThat(signature.authorization()).as(name).isEqualTo(text(request, "authorization"));
            assertThat(AgentKey.verifies(
                            key.publicKey(), signed, Base64.getDecoder().decode(signature.signature())))
                    .as(name)
                    .isTrue();
            if (grpc) {
                assertThat(message(request)).as(name).isEqualTo(body);
            }
        }
    }

    @Test
    void registrationsRotationsAndInvitationsAreProvedAsTheVectorsSay() {
        for (Struct v : list("registrations")) {
            proves(v, SignedText.registration(text(v, "registry"), text(v, "public_key"), text(v, "timestamp")));
        }
        for (Struct v : list("rotations")) {
            long version = (long) v.getFieldsOrThrow("key_version").getNumberValue();
            proves(v, SignedText.rotation(text(v, "did"), version, text(v, "new_public_key")));
            assertThat(Proofs.rotation(text(v, "did"), version, keys.get(text(v, "key")))
                            .getProof())
                    .isEqualTo(text(v, "signature"));
        }
        for (Struct v : list("invitations")) {
            proves(v, SignedText.invitation(text(v, "tenant"), text(v, "invited_public_key")));
            assertThat(Proofs.invitation(
                                    "x", keys.get(text(v, "key")), text(v, "tenant"), text(v, "invited_public_key"))
                            .getSignature())
                    .isEqualTo(text(v, "signature"));
        }
    }

    @Test
    void aRegistrationIsProvedByTheKeyThatJoins() {
        AgentKey key = keys.get("alice");
        RegisterAgentRequest request = Proofs.registration(
                RegisterAgentRequest.newBuilder().setName("alice").build(), key, "alpha.example");
        byte[] signed = SignedText.registration("alpha.example", request.getPublicKey(), request.getTimestamp());
        assertThat(AgentKey.verifies(
                        key.publicKey(), signed, Base64.getDecoder().decode(request.getProof())))
                .isTrue();
        assertThat(request.getName()).isEqualTo("alice");
    }

    private static void proves(Struct vector, byte[] signed) {
        assertThat(new String(signed, StandardCharsets.UTF_8)).isEqualTo(text(vector, "signed_text"));
        assertThat(keys.get(text(vector, "key")).signBase64(signed)).isEqualTo(text(vector, "signature"));
    }

    private static byte[] message(Struct request) throws Exception {
        String type = text(request, "message_type");
        Class<?> generated = Class.forName(type);
        Message.Builder builder =
                (Message.Builder) generated.getMethod("newBuilder").invoke(null);
        JsonFormat.parser()
                .merge(
                        JsonFormat.printer()
                                .print(request.getFieldsOrThrow("message").getStructValue()),
                        builder);
        return builder.build().toByteArray();
    }

    private static List<Struct> list(String name) {
        return vectors.getFieldsOrThrow(name).getListValue().getValuesList().stream()
                .map(Value::getStructValue)
                .toList();
    }

    private static String text(Struct of, String field) {
        return of.getFieldsOrThrow(field).getStringValue();
    }

    private static Optional<String> optional(Struct of, String field) {
        return of.containsFields(field) ? Optional.of(text(of, field)) : Optional.empty();
    }
}
