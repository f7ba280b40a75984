package hanse.node.identity;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.RefusedException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/// Where a list goes on: the last thing of the page before, for nobody to read.
final class PageToken {
    private static final int DEFAULT_SIZE = 50;
    private static final Pattern SLUG = Pattern.compile("[a-z0-9-]{1,63}");

    private PageToken() {}

    static int size(int asked) {
        return asked == 0 ? DEFAULT_SIZE : asked;
    }

    static String after(String last) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(last.getBytes(StandardCharsets.UTF_8));
    }

    /// Refuses with `BAD_PAGE_TOKEN`.
    static Optional<String> readSlug(String token) {
        Optional<String> slug = read(token);
        if (slug.filter(text -> !SLUG.matcher(text).matches()).isPresent()) {
            throw new RefusedException(Reason.BAD_PAGE_TOKEN);
        }
        return slug;
    }

    private static Optional<String> read(String token) {
        if (token.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw new RefusedException(Reason.BAD_PAGE_TOKEN);
        }
    }

    /// Refuses with `BAD_PAGE_TOKEN`.
    static Optional<AgentId> readAgent(String token) {
        try {
            return read(token).map(text -> new AgentId(UUID.fromString(text)));
        } catch (IllegalArgumentException e) {
            throw new RefusedException(Reason.BAD_PAGE_TOKEN);
        }
    }
}
