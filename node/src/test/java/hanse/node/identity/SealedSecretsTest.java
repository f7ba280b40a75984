package hanse.node.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hanse.node.call.AgentId;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SealedSecretsTest {
    private static final byte[] SECRET = "swordfish".getBytes(StandardCharsets.UTF_8);
    private final SecureRandom random = new SecureRandom();
    private final SealedSecrets secrets = new SealedSecrets(random.generateSeed(32), random);
    private final AgentId agent = new AgentId(UUID.randomUUID());

    @Test
    void opensWhatItSealed() {
        byte[] sealed = secrets.seal(SECRET, agent);
        assertThat(secrets.open(sealed, agent)).isEqualTo(SECRET);
        assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("swordfish");
        assertThat(secrets.seal(SECRET, agent)).isNotEqualTo(sealed);
    }

    @Test
    void opensNothingForAnotherAgentOrWithAnotherNodesSecretOrAltered() {
        byte[] sealed = secrets.seal(SECRET, agent);
        assertThatThrownBy(() -> secrets.open(sealed, new AgentId(UUID.randomUUID())))
                .isInstanceOf(IllegalStateException.class);
        SealedSecrets other = new SealedSecrets(random.generateSeed(32), random);
        assertThatThrownBy(() -> other.open(sealed, agent)).isInstanceOf(IllegalStateException.class);
        sealed[sealed.length - 1] ^= 1;
        assertThatThrownBy(() -> secrets.open(sealed, agent)).isInstanceOf(IllegalStateException.class);
    }
}
