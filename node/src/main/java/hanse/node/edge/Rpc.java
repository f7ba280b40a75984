package hanse.node.edge;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Message;
import hanse.access.v1.Access;
import hanse.access.v1.AccessOuterClass;
import hanse.access.v1.Effect;
import hanse.access.v1.Role;
import hanse.access.v1.Tier;
import hanse.error.v1.Reason;
import hanse.node.access.Identified;
import hanse.node.call.Caller;
import hanse.node.call.RefusedException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What an RPC declares about itself in its definition.
///
/// @param name full name, such as `hanse.ledger.v1.LedgerService/Transfer`
/// @param signed whether a session does not do
/// @param evidence whether the request is kept as it was signed
/// @param signedIf fields of the request: where one of them is not empty, a session does not do either
/// @param answersOnce unary: it is held to the time limit, which a stream is not
/// @param requestId the request's field `request_id`, if it has one
/// @param publicKey the request's field `public_key`, if it has one
/// @param http the HTTP requests that are this RPC
record Rpc(
        String name,
        Set<Role> roles,
        Tier tier,
        boolean changes,
        boolean signed,
        boolean evidence,
        List<FieldDescriptor> signedIf,
        boolean answersOnce,
        Optional<FieldDescriptor> requestId,
        Optional<FieldDescriptor> publicKey,
        HttpBindings http) {

    /// Services that change nothing in the books.
    private static final List<String> APART = List.of("hanse.peer.v1.", "hanse.operator.v1.", "hanse.access.v1.");

    /// Reads a declaration.
    ///
    /// @param problems gets a sentence for everything that keeps the RPC from being served
    static Rpc read(MethodDescriptor method, List<String> problems) {
        String name = method.getService().getFullName() + "/" + method.getName();
        Access access = method.getOptions().getExtension(AccessOuterClass.access);
        List<String> missing = new ArrayList<>();
        if (access.getRolesList().isEmpty() || access.getRolesList().contains(Role.ROLE_UNSPECIFIED)) {
            missing.add("roles");
        }
        if (access.getTier() == Tier.TIER_UNSPECIFIED) {
            missing.add("tier");
        }
        if (access.getEffect() == Effect.EFFECT_UNSPECIFIED) {
            missing.add("effect");
        }
        if (!missing.isEmpty()) {
            problems.add(name + " declares no " + String.join(", ", missing));
        }
        Set<Role> roles = EnumSet.noneOf(Role.class);
        roles.addAll(access.getRolesList());
        // One for peers alone refuses everybody who calls here.
        if (roles.contains(Role.PEER) && roles.size() > 1) {
            problems.add(name + " is for peers, too, who call on the peer port only");
        }
        if (method.isClientStreaming()) {
            problems.add(name + " takes a stream of messages, which AgentSig cannot sign");
        }
        return new Rpc(
                name,
                Set.copyOf(roles),
                access.getTier(),
                access.getEffect() == Effect.WRITES,
                access.getSigned(),
                access.getEvidence(),
                method.getInputType().getFields().stream()
                        .filter(field -> field.getOptions().getExtension(AccessOuterClass.signed))
                        .toList(),
                !method.isServerStreaming(),
                text(method, "request_id"),
                text(method, "public_key"),
                HttpBindings.of(method));
    }

    /// Within what a request id must be unique, besides its caller: the RPC and, for a stranger, the key it brings,
    /// since strangers share a name.
    String scope(Caller caller, Message message) {
        return caller instanceof Caller.Anyone && publicKey.isPresent()
                ? name + "\0" + message.getField(publicKey.get())
                : name;
    }

    private static Optional<FieldDescriptor> text(MethodDescriptor method, String name) {
        return Optional.ofNullable(method.getInputType().findFieldByName(name))
                .filter(field -> field.getJavaType() == FieldDescriptor.JavaType.STRING && !field.isRepeated());
    }

    /// Whether it changes something and is not for operators: that tells whose work it is before anybody is known.
    boolean isAgentsChange() {
        return changes && !roles.contains(Role.OPERATOR);
    }

    /// Refuses with `UNAUTHENTICATED` or `ROLE_REQUIRED` a caller whose role the RPC does not name.
    void requireRole(Caller caller) {
        boolean admitted = roles.contains(Role.ANYONE)
                || roles.contains(caller.role())
                || (caller instanceof Caller.Agent agent && agent.tenantAdmin() && roles.contains(Role.TENANT_ADMIN));
        if (!admitted) {
            throw new RefusedException(caller instanceof Caller.Anyone ? Reason.UNAUTHENTICATED : Reason.ROLE_REQUIRED);
        }
    }

    /// Refuses with `SIGNATURE_REQUIRED` a session where the key itself must have signed.
    void requireSignature(Identified who, Message message) {
        boolean needed = signed || signedIf.stream().anyMatch(field -> isSet(message, field));
        if (needed && who.session().isPresent()) {
            throw new RefusedException(Reason.SIGNATURE_REQUIRED);
        }
    }

    private static boolean isSet(Message message, FieldDescriptor field) {
        return !message.getField(field).equals(field.getDefaultValue());
    }

    /// Whether it may change the books, or what is due by them. Peering, operators' keys and sessions do not, nor does
    /// a freeze: what must not be paid when payments go on is frozen before.
    boolean touchesBooks() {
        return changes
                && !name.endsWith("/FreezeAccount")
                && (name.endsWith("/AdvanceTransfer") || APART.stream().noneMatch(service -> name.startsWith(service)));
    }

    /// The request id in a message; empty when there is none.
    String requestId(Message message) {
        return requestId.map(field -> (String) message.getField(field)).orElse("");
    }

    /// What makes two requests the same: their bytes, without the id that names the change.
    ///
    /// @param sha256 of the bytes as received
    byte[] contentDigest(Message message, byte[] sha256) {
        if (requestId(message).isEmpty()) {
            return sha256;
        }
        Message content =
                message.toBuilder().clearField(requestId.orElseThrow()).build();
        return Received.sha256(content.toByteArray());
    }
}
