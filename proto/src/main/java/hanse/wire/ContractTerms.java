package hanse.wire;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import hanse.contract.v1.Terms;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.erdtman.jcs.JsonCanonicalizer;

/// The terms of a contract as both sides sign them.
public final class ContractTerms {
    private ContractTerms() {}

    /// The canonical terms: the message as JSON with the names of its definition, without what is absent, in the form
    /// of RFC 8785.
    ///
    /// @throws IllegalArgumentException when a time is none that JSON can write
    public static String canonical(Terms terms) {
        try {
            String json = JsonFormat.printer().preservingProtoFieldNames().print(terms);
            return new JsonCanonicalizer(json).getEncodedString();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("terms hold no message that JSON does not know", e);
        } catch (IOException e) {
            throw new UncheckedIOException("the JSON of a message is JSON", e);
        }
    }

    /// SHA-256 of the canonical terms.
    public static byte[] hash(Terms terms) {
        return SignedText.sha256(canonical(terms).getBytes(StandardCharsets.UTF_8));
    }

    /// What a party signs.
    ///
    /// @param hash of the terms
    public static byte[] signedText(byte[] hash) {
        return SignedText.contract(HexFormat.of().formatHex(hash));
    }
}
