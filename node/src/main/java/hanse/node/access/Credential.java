package hanse.node.access;

import hanse.certs.SigningKey;
import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import java.util.Base64;
import java.util.UUID;
import java.util.regex.Pattern;

/// What an `authorization` header says.
sealed interface Credential {
    /// As `PutOperatorRequest.name` declares it.
    Pattern OPERATOR = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    /// No header.
    record None() implements Credential {}

    /// `AgentSig <agent UUID or DID>:<base64>` or `AgentSig operator:<name>:<base64>`.
    record Signature(Holder holder, byte[] bytes) implements Credential {}

    /// `Bearer <token>`.
    record Bearer(SessionKey key) implements Credential {}

    /// Reads the header. Refuses with `BAD_AUTHORIZATION`, and with `UNKNOWN_CALLER` a DID of another registry.
    static Credential read(String header, RegistryId registry) {
        if (header.isEmpty()) {
            return new None();
        }
        if (header.regionMatches(true, 0, "AgentSig ", 0, 9)) {
            return signature(header.substring(9).strip(), registry);
        }
        if (header.regionMatches(true, 0, "Bearer ", 0, 7)) {
            return new Bearer(SessionKey.of(header.substring(7).strip()));
        }
        throw new RefusedException(Reason.BAD_AUTHORIZATION);
    }

    private static Signature signature(String text, RegistryId registry) {
        int colon = text.lastIndexOf(':');
        if (colon <= 0) {
            throw new RefusedException(Reason.BAD_AUTHORIZATION);
        }
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(text.substring(colon + 1));
        } catch (IllegalArgumentException e) {
            throw new RefusedException(Reason.BAD_AUTHORIZATION);
        }
        if (bytes.length != SigningKey.SIGNATURE_SIZE) {
            throw new RefusedException(Reason.BAD_AUTHORIZATION);
        }
        return new Signature(holder(text.substring(0, colon), registry), bytes);
    }

    private static Holder holder(String name, RegistryId registry) {
        if (name.startsWith("operator:")) {
            String operator = name.substring("operator:".length());
            if (!OPERATOR.matcher(operator).matches()) {
                throw new RefusedException(Reason.BAD_AUTHORIZATION);
            }
            return new Holder.Operator(operator);
        }
        if (Did.looksLikeOne(name)) {
            Did did;
            try {
                did = Did.parse(name);
            } catch (RefusedException e) {
                throw new RefusedException(Reason.BAD_AUTHORIZATION);
            }
            if (!did.registry().equals(registry)) {
                throw new RefusedException(Reason.UNKNOWN_CALLER);
            }
            return new Holder.Agent(did.agent());
        }
        try {
            return new Holder.Agent(new AgentId(UUID.fromString(name)));
        } catch (IllegalArgumentException e) {
            throw new RefusedException(Reason.BAD_AUTHORIZATION);
        }
    }
}
