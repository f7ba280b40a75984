package hanse.node.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hanse.certs.CertificateAuthority;
import hanse.certs.SigningKey;
import hanse.error.v1.Reason;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.testing.Postgres;
import hanse.peer.PeeringCards;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A URL by which callers name an issuer is one registry's, whatever the cards of others say.
class PublicUrlTest {
    private static final RegistryId ALPHA = new RegistryId("alpha.example");
    private static final RegistryId MALLORY = new RegistryId("mallory.example");

    @TempDir
    Path directory;

    private TestNode beta;

    @BeforeEach
    void peer() {
        beta = new TestNode("beta.example", directory.resolve("beta"), Postgres.fresh());
        add(ALPHA, "https://alpha.example");
    }

    @AfterEach
    void close() {
        beta.close();
        beta.fresh.close();
    }

    @Test
    void aCardWithTheUrlOfAnotherPeerOrOfThisRegistryIsRefused() {
        for (String url : List.of(
                "https://alpha.example",
                "https://alpha.example/",
                "https://ALPHA.example",
                "https://alpha.example:443",
                "HTTPS://Alpha.Example:443/",
                "https://beta.example")) {
            assertThatThrownBy(() -> add(MALLORY, url))
                    .describedAs(url)
                    .isInstanceOfSatisfying(
                            RefusedException.class, e -> assertThat(e.reason()).isEqualTo(Reason.BAD_CARD));
        }
        assertThat(beta.federation.directory().find(MALLORY)).isEmpty();
        add(MALLORY, "https://alpha.example/mallory");
        assertThat(issuer("https://alpha.example")).isEqualTo(ALPHA);
        assertThat(issuer("https://alpha.example:443/mallory/")).isEqualTo(MALLORY);
    }

    @Test
    void aPeerKeepsItsUrlWhenItsCardSaysItAnotherWay() {
        add(ALPHA, "https://Alpha.example/");
        assertThat(issuer("https://alpha.example")).isEqualTo(ALPHA);
    }

    @Test
    void theUrlOfARemovedPeerIsFree() {
        beta.federation.peers().remove(beta.operator(), ALPHA);
        assertThat(issuer("https://alpha.example")).isEqualTo(ALPHA);
        add(MALLORY, "https://alpha.example");
        assertThat(issuer("https://alpha.example")).isEqualTo(MALLORY);
        assertThat(issuer("alpha.example")).isEqualTo(ALPHA);
        assertThatThrownBy(() -> add(ALPHA, "https://alpha.example"))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.reason()).isEqualTo(Reason.BAD_CARD));
    }

    private RegistryId issuer(String text) {
        return beta.federation.directory().byIssuer(text).id();
    }

    private void add(RegistryId id, String url) {
        Path keys = directory.resolve(id.value());
        var card = PeeringCards.make(
                id.value(),
                "localhost:1",
                url,
                CertificateAuthority.openOrCreate(keys, id.value(), InstantSource.system())
                        .bundle(),
                SigningKey.openOrCreate(keys.resolve("signing.key")));
        beta.federation.peers().add(beta.operator(), card, Optional.empty(), "");
    }
}
