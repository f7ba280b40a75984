package hanse.node.identity;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import com.google.protobuf.util.Values;
import hanse.agent.v1.ResolveDidResponse;
import hanse.error.v1.Reason;
import hanse.federation.v1.ResolveAgentResponse;
import hanse.node.call.Did;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.storage.Database;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// DID documents (W3C DID Core 1.0): of this registry's agents, of the registry itself (`did:web:<registry id>`), and
/// of peers' agents, which the peers are asked for.
public final class DidDocuments {
    private static final String WEB = "did:web:";
    private static final String DID_CONTEXT = "https://www.w3.org/ns/did/v1";
    private static final String MULTIKEY_CONTEXT = "https://w3id.org/security/multikey/v1";

    private final RegistryId registry;
    private final Ed25519Key registryKey;
    private final Database database;
    private final Agents agents;
    private final ForeignDids foreign;
    private final InstantSource clock;

    /// @param registryKey with which this registry signs
    public DidDocuments(
            RegistryId registry,
            Ed25519Key registryKey,
            Database database,
            Agents agents,
            ForeignDids foreign,
            InstantSource clock) {
        this.registry = registry;
        this.registryKey = registryKey;
        this.database = database;
        this.agents = agents;
        this.foreign = foreign;
        this.clock = clock;
    }

    /// Resolves a DID, raw or percent-encoded; blocks for the database, not for a peer. Refuses with `BAD_DID`,
    /// `UNKNOWN_AGENT`; fails as [ForeignDids] does, and with `MESSAGE_UNREADABLE` when a peer answers with the
    /// document of somebody else.
    public CompletionStage<ResolveDidResponse> resolve(String text) {
        String did = decoded(text);
        if (did.equals(WEB + registry)) {
            return CompletableFuture.completedStage(ofRegistry());
        }
        Did parsed = Did.parse(did);
        if (parsed.registry().equals(registry)) {
            return CompletableFuture.completedStage(ofAgent(parsed));
        }
        return foreign.resolve(parsed.registry(), did).thenApply(answer -> read(answer, did));
    }

    /// Answers a peer that asks for one of this registry's agents; blocks. Refuses with `BAD_DID`, `UNKNOWN_AGENT`.
    public ResolveAgentResponse resolveForPeer(String did) {
        Did parsed = Did.parse(did);
        if (!parsed.registry().equals(registry)) {
            throw new RefusedException(Reason.UNKNOWN_AGENT);
        }
        ResolveDidResponse resolved = ofAgent(parsed);
        return ResolveAgentResponse.newBuilder()
                .setDidDocument(json(resolved.getDidDocument()))
                .setMetadata(json(resolved.getDidDocumentMetadata()))
                .build();
    }

    private ResolveDidResponse ofAgent(Did did) {
        Agent agent = database.look(tx -> agents.get(tx, did.agent()));
        Struct.Builder document = document(did.toString(), agent.key(), agent.keyVersion(), agent.isDeactivated());
        document.putFields(
                "alsoKnownAs", texts(List.of("did:key:" + Multibase.of(agent.key()), "acct:" + agent.handle())));
        String endpoint = agent.profile().endpointUrl();
        if (!endpoint.isEmpty()) {
            document.putFields(
                    "service",
                    list(Struct.newBuilder()
                            .putFields("id", Values.of(did + "#agent"))
                            .putFields("type", Values.of("AgentEndpoint"))
                            .putFields("serviceEndpoint", Values.of(endpoint))
                            .build()));
        }
        return response(document, agent.keyVersion(), agent.isDeactivated());
    }

    /// This registry's own.
    ResolveDidResponse ofRegistry() {
        return response(document(WEB + registry, registryKey, 1, false), 1, false);
    }

    private ResolveDidResponse response(Struct.Builder document, long keyVersion, boolean deactivated) {
        return ResolveDidResponse.newBuilder()
                .setDidDocument(document)
                .setDidDocumentMetadata(Struct.newBuilder()
                        .putFields("registry", Values.of(registry.value()))
                        .putFields("key_version", Values.of(keyVersion))
                        .putFields("deactivated", Values.of(deactivated))
                        .putFields("resolved_at", Values.of(clock.instant().toString())))
                .build();
    }

    private static Struct.Builder document(String did, Ed25519Key key, long keyVersion, boolean deactivated) {
        Struct.Builder document = Struct.newBuilder()
                .putFields("@context", texts(List.of(DID_CONTEXT, MULTIKEY_CONTEXT)))
                .putFields("id", Values.of(did));
        if (deactivated) {
            // Nobody speaks for it any more.
            return document;
        }
        String method = did + "#key-" + keyVersion;
        return document.putFields(
                        "verificationMethod",
                        list(Struct.newBuilder()
                                .putFields("id", Values.of(method))
                                .putFields("type", Values.of("Multikey"))
                                .putFields("controller", Values.of(did))
                                .putFields("publicKeyMultibase", Values.of(Multibase.of(key)))
                                .build()))
                .putFields("authentication", texts(List.of(method)))
                .putFields("assertionMethod", texts(List.of(method)));
    }

    private static ResolveDidResponse read(ResolveAgentResponse answer, String did) {
        try {
            ResolveDidResponse.Builder response = ResolveDidResponse.newBuilder();
            JsonFormat.parser().merge(answer.getDidDocument(), response.getDidDocumentBuilder());
            JsonFormat.parser().merge(answer.getMetadata(), response.getDidDocumentMetadataBuilder());
            if (!speaksFor(did, response.getDidDocument())) {
                throw new RefusedException(Reason.MESSAGE_UNREADABLE);
            }
            return response.build();
        } catch (InvalidProtocolBufferException e) {
            throw new RefusedException(Reason.MESSAGE_UNREADABLE);
        }
    }

    /// Whether a document is the DID's own, and only its own keys are in it.
    private static boolean speaksFor(String did, Struct document) {
        return text(document, "id").equals(did)
                && document
                        .getFieldsOrDefault("verificationMethod", Value.getDefaultInstance())
                        .getListValue()
                        .getValuesList()
                        .stream()
                        .allMatch(
                                key -> text(key.getStructValue(), "controller").equals(did));
    }

    private static String text(Struct struct, String field) {
        return struct.getFieldsOrDefault(field, Value.getDefaultInstance()).getStringValue();
    }

    private static String json(Struct struct) {
        try {
            return JsonFormat.printer().omittingInsignificantWhitespace().print(struct);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a document of our own is always JSON", e);
        }
    }

    private static String decoded(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new RefusedException(Reason.BAD_DID);
        }
    }

    private static Value texts(List<String> texts) {
        ListValue.Builder list = ListValue.newBuilder();
        texts.forEach(text -> list.addValues(Values.of(text)));
        return Values.of(list.build());
    }

    private static Value list(Struct only) {
        return Values.of(ListValue.newBuilder().addValues(Values.of(only)).build());
    }
}
