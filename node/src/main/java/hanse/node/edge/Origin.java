package hanse.node.edge;

import hanse.error.v1.Reason;
import hanse.node.access.Presented;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.wire.Headers;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.inprocess.InProcessSocketAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/// Where a call comes from: its address and, from a bridge only, the HTTP request that the bridge translated.
///
/// @param envelope what the HTTP client signed; empty for a call over gRPC
record Origin(String address, Optional<Presented.Envelope> envelope) {
    private static final Metadata.Key<String> HTTP_METHOD = key(Headers.HTTP_METHOD);
    private static final Metadata.Key<String> HTTP_PATH = key(Headers.HTTP_PATH);
    private static final Metadata.Key<String> HTTP_BODY_SHA256 = key(Headers.HTTP_BODY_SHA256);
    private static final Metadata.Key<String> CLIENT_ADDRESS = key(Headers.CLIENT_ADDRESS);
    private static final String IN_PROCESS = "in-process";
    private static final int SAN_URI = 6;

    /// Reads it. Refuses with `ENVELOPE_REFUSED` bridge headers from anybody who is not a bridge of this registry: in
    /// this process, or with a client certificate for `spiffe://<registry>/bridge`.
    static Origin read(Attributes connection, Metadata headers, RegistryId registry) {
        String method = headers.get(HTTP_METHOD);
        String path = headers.get(HTTP_PATH);
        String body = headers.get(HTTP_BODY_SHA256);
        String client = headers.get(CLIENT_ADDRESS);
        String address = address(connection);
        if (method == null && path == null && body == null && client == null) {
            return new Origin(address, Optional.empty());
        }
        if (!isBridge(connection, registry)) {
            throw new RefusedException(Reason.ENVELOPE_REFUSED);
        }
        Optional<Presented.Envelope> envelope = Optional.empty();
        if (method != null || path != null || body != null) {
            if (method == null || path == null || body == null) {
                throw new RefusedException(Reason.BAD_AUTHORIZATION);
            }
            envelope = Optional.of(new Presented.Envelope(method, path, hash(body)));
        }
        return new Origin(client == null ? address : client, envelope);
    }

    private static byte[] hash(String hex) {
        try {
            return HexFormat.of().parseHex(hex);
        } catch (IllegalArgumentException e) {
            throw new RefusedException(Reason.BAD_AUTHORIZATION);
        }
    }

    private static String address(Attributes connection) {
        SocketAddress address = connection.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
        return address instanceof InetSocketAddress inet && inet.getAddress() != null
                ? inet.getAddress().getHostAddress()
                : IN_PROCESS;
    }

    private static boolean isBridge(Attributes connection, RegistryId registry) {
        if (connection.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) instanceof InProcessSocketAddress) {
            return true;
        }
        SSLSession session = connection.get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        if (session == null) {
            return false;
        }
        try {
            Certificate[] chain = session.getPeerCertificates();
            return chain.length > 0
                    && chain[0] instanceof X509Certificate leaf
                    && names(leaf).equals(List.of("spiffe://" + registry + "/bridge"));
        } catch (SSLPeerUnverifiedException | CertificateParsingException e) {
            return false;
        }
    }

    private static List<String> names(X509Certificate leaf) throws CertificateParsingException {
        Collection<List<?>> names = leaf.getSubjectAlternativeNames();
        return names == null
                ? List.of()
                : names.stream()
                        .filter(name -> name.get(0).equals(SAN_URI))
                        .map(name -> (String) name.get(1))
                        .toList();
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }
}
