package hanse.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import hanse.contract.v1.Terms;
import hanse.wire.ContractTerms;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The vectors in the docs were made by another implementation; this one must get every byte of them.
class ContractTermsTest {
    @Test
    void everyVectorIsCanonicalizedHashedAndSignedAlike() throws Exception {
        Struct.Builder vectors = Struct.newBuilder();
        JsonFormat.parser().merge(Files.readString(Path.of("../docs/contract-vectors.json")), vectors);
        List<Value> all = vectors.getFieldsOrThrow("vectors").getListValue().getValuesList();
        assertThat(all).hasSizeGreaterThan(2);
        for (Value value : all) {
            Struct vector = value.getStructValue();
            Terms.Builder terms = Terms.newBuilder();
            JsonFormat.parser()
                    .merge(
                            JsonFormat.printer()
                                    .print(vector.getFieldsOrThrow("terms").getStructValue()),
                            terms);
            assertThat(ContractTerms.canonical(terms.build())).isEqualTo(text(vector, "canonical"));
            byte[] hash = ContractTerms.hash(terms.build());
            assertThat(HexFormat.of().formatHex(hash)).isEqualTo(text(vector, "terms_hash"));
            AgentKey key = AgentKey.fromSeed(HexFormat.of().parseHex(text(vector, "seed_hex")));
            assertThat(Proofs.proposal(terms.build(), key).getTermsSignature()).isEqualTo(text(vector, "signature"));
            assertThat(Proofs.acceptance(terms.build(), key).getTermsHash()).isEqualTo(text(vector, "terms_hash"));
        }
    }

    private static String text(Struct vector, String name) {
        return vector.getFieldsOrThrow(name).getStringValue();
    }
}
