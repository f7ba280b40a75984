package hanse.bridge;

import com.linecorp.armeria.common.RequestHeaders;
import hanse.error.v1.Reason;
import hanse.wire.Headers;
import hanse.wire.SignedText;
import io.grpc.Metadata;
import java.net.InetAddress;
import java.util.HexFormat;
import java.util.List;

/// What the caller signed, carried to the node unchanged: the signature's headers, and the method, path and body hash
/// that only the bridge has seen. The metadata is built from nothing, so whatever `x-hanse-…` header an HTTP client
/// makes up stays outside.
final class Envelope {
    private record Carried(String header, Metadata.Key<String> key) {
        static Carried of(String header) {
            return new Carried(header, Envelope.key(header));
        }
    }

    private static final List<Carried> CARRIED = List.of(
            Carried.of(Headers.AUTHORIZATION),
            Carried.of(Headers.TIMESTAMP),
            Carried.of(Headers.NONCE),
            Carried.of(Headers.AUDIENCE),
            Carried.of(Headers.IDEMPOTENCY_KEY),
            Carried.of(Headers.TRACEPARENT));

    private static final Metadata.Key<String> METHOD = key(Headers.HTTP_METHOD);
    private static final Metadata.Key<String> PATH = key(Headers.HTTP_PATH);
    private static final Metadata.Key<String> BODY_SHA256 = key(Headers.HTTP_BODY_SHA256);
    private static final Metadata.Key<String> CLIENT_ADDRESS = key(Headers.CLIENT_ADDRESS);

    private static final Metadata.Key<byte[]> BODY =
            Metadata.Key.of(Headers.HTTP_BODY, Metadata.BINARY_BYTE_MARSHALLER);

    /// A longer body is not passed on, and the node says so where it needs it.
    private static final int LONGEST_EVIDENCE = 16 << 10;

    private Envelope() {}

    static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    /// @param target the path with its query, exactly as it was sent
    /// @param evidence whether the node needs the body as it was signed
    static Metadata of(RequestHeaders headers, String target, byte[] body, boolean evidence, InetAddress client) {
        Metadata metadata = new Metadata();
        for (Carried carried : CARRIED) {
            List<String> values = headers.getAll(carried.header());
            if (values.size() > 1) {
                throw RefusedException.field(Reason.INVALID_ARGUMENT, carried.header(), "the header is sent twice");
            }
            if (!values.isEmpty()) {
                metadata.put(carried.key(), printable(carried.header(), values.getFirst()));
            }
        }
        metadata.put(METHOD, headers.method().name());
        metadata.put(PATH, printable("path", target));
        metadata.put(BODY_SHA256, HexFormat.of().formatHex(SignedText.sha256(body)));
        if (evidence && body.length <= LONGEST_EVIDENCE) {
            metadata.put(BODY, body);
        }
        metadata.put(CLIENT_ADDRESS, client.getHostAddress());
        return metadata;
    }

    /// Metadata carries ASCII; another character would arrive as another text than the one that was signed.
    private static String printable(String name, String value) {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) < 0x20 || value.charAt(i) > 0x7e) {
                throw RefusedException.field(Reason.INVALID_ARGUMENT, name, "only printable ASCII is allowed");
            }
        }
        return value;
    }
}
