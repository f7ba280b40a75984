package hanse.node.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import hanse.agent.v1.Agent;
import hanse.agent.v1.AgentServiceGrpc;
import hanse.agent.v1.CreateTenantRequest;
import hanse.agent.v1.DeactivateAgentRequest;
import hanse.agent.v1.GetAgentRequest;
import hanse.agent.v1.GetReputationRequest;
import hanse.agent.v1.Invitation;
import hanse.agent.v1.ListAgentsRequest;
import hanse.agent.v1.ListAgentsResponse;
import hanse.agent.v1.ListTenantsRequest;
import hanse.agent.v1.RegisterAgentRequest;
import hanse.agent.v1.RegisterAgentResponse;
import hanse.agent.v1.ResolveDidRequest;
import hanse.agent.v1.ResolveDidResponse;
import hanse.agent.v1.RotateKeyRequest;
import hanse.agent.v1.SetTenantAdminRequest;
import hanse.agent.v1.TenantServiceGrpc;
import hanse.agent.v1.UpdateAgentRequest;
import hanse.agent.v1.UpdateTenantRequest;
import hanse.certs.SigningKey;
import hanse.error.v1.Reason;
import hanse.federation.v1.ResolveAgentResponse;
import hanse.ledger.v1.DepositRequest;
import hanse.ledger.v1.GetBalanceRequest;
import hanse.ledger.v1.LedgerServiceGrpc;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.Avt;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Posting;
import hanse.node.testing.GuardedRegistry;
import hanse.node.testing.GuardedRegistry.Options;
import hanse.node.testing.Party;
import hanse.node.testing.Reply;
import hanse.operator.v1.OperatorServiceGrpc;
import hanse.operator.v1.SuspendAgentRequest;
import hanse.wire.Headers;
import hanse.wire.SignedText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class AgentsTest {
    private static final String MISTAKEN = "did:theprotocol:beta.example:" + UUID.randomUUID();
    private static final String BORROWED = "did:theprotocol:beta.example:" + UUID.randomUUID();
    private static final Set<UUID> busy = ConcurrentHashMap.newKeySet();
    private static GuardedRegistry registry;

    @BeforeAll
    static void open() {
        registry = new GuardedRegistry(Options.standard()
                .unfinished((tx, agent) -> busy.contains(agent.value()))
                .peers((home, did) -> CompletableFuture.completedFuture(ResolveAgentResponse.newBuilder()
                        .setDidDocument(document(did))
                        .setMetadata("{\"registry\":\"" + home + "\"}")
                        .build())));
    }

    @AfterAll
    static void close() {
        registry.close();
    }

    @Test
    void registersInOneStep() {
        Party newcomer = newcomer();
        RegisterAgentResponse registered = newcomer.unsigned(
                        AgentServiceGrpc.getRegisterAgentMethod(),
                        newcomer.registration(GuardedRegistry.NAME)
                                .setName("weather")
                                .setDisplayName("Weather")
                                .setDescription("Tells the weather.")
                                .setEndpointUrl("https://weather.example.com/")
                                .addCapabilities("weather-report")
                                .build())
                .answer();
        Agent agent = registered.getAgent();
        assertThat(registered.getAgentId()).isEqualTo(agent.getAgentId());
        assertThat(agent.getDid()).isEqualTo("did:theprotocol:alpha.example:" + agent.getAgentId());
        assertThat(agent.getHandle()).isEqualTo("weather@public");
        assertThat(agent.getPublicKey()).isEqualTo(newcomer.publicKey());
        assertThat(agent.getKeyVersion()).isEqualTo(1);
        assertThat(agent.getStatus()).isEqualTo(Agent.Status.active);
        assertThat(registered.getWebhookSecret()).matches("[0-9a-f]{64}");
        Party me = newcomer.named(agent.getAgentId());
        assertThat(me.call(
                                LedgerServiceGrpc.getGetBalanceMethod(),
                                GetBalanceRequest.newBuilder()
                                        .setAgentId("weather@public")
                                        .build())
                        .answer()
                        .getBalance())
                .isEqualTo("0");
        assertThat(registry.<Integer>read(
                        "select count(*)::int from journal where kind = 40 and subject = '" + agent.getAgentId() + "'"))
                .isEqualTo(1);
        byte[] kept = registry.database.read(tx -> registry.agents.webhookSecret(tx, registry.id(me)));
        assertThat(java.util.HexFormat.of().formatHex(kept)).isEqualTo(registered.getWebhookSecret());
    }

    @Test
    void showsTheWebhookSecretOnlyOnce() {
        Party newcomer = newcomer();
        RegisterAgentRequest request =
                newcomer.registration(GuardedRegistry.NAME).setRequestId("mine").build();
        RegisterAgentResponse first = newcomer.unsigned(AgentServiceGrpc.getRegisterAgentMethod(), request)
                .answer();
        Reply<RegisterAgentResponse> again = newcomer.unsigned(AgentServiceGrpc.getRegisterAgentMethod(), request);
        assertThat(again.header(Headers.IDEMPOTENT_REPLAYED)).contains("true");
        assertThat(again.answer().getAgentId()).isEqualTo(first.getAgentId());
        assertThat(again.answer().getWebhookSecret()).isEmpty();
        // Strangers share a name; their request ids do not meet.
        Party other = newcomer();
        assertThat(other.unsigned(
                                AgentServiceGrpc.getRegisterAgentMethod(),
                                other.registration(GuardedRegistry.NAME)
                                        .setRequestId("mine")
                                        .build())
                        .answer()
                        .getAgentId())
                .isNotEqualTo(first.getAgentId());
    }

    @Test
    void refusesABadKeyAProofThatIsNotOneAndAnOldOne() {
        Party newcomer = newcomer();
        RegisterAgentRequest good = newcomer.registration(GuardedRegistry.NAME).build();
        assertThat(register(newcomer, good.toBuilder().setPublicKey("AAAA").build())
                        .reason())
                .isEqualTo(Reason.BAD_PUBLIC_KEY);
        byte[] identity = new byte[32];
        identity[0] = 1;
        assertThat(register(
                                newcomer,
                                good.toBuilder()
                                        .setPublicKey(Base64.getEncoder().encodeToString(identity))
                                        .build())
                        .reason())
                .as("a point of small order signs for everybody")
                .isEqualTo(Reason.BAD_PUBLIC_KEY);
        assertThat(register(
                                newcomer,
                                good.toBuilder()
                                        .setPublicKey(newcomer().publicKey())
                                        .build())
                        .reason())
                .isEqualTo(Reason.BAD_PROOF);
        RegisterAgentRequest elsewhere = newcomer.registration(new hanse.node.call.RegistryId("beta.example"))
                .build();
        assertThat(register(newcomer, elsewhere).reason()).isEqualTo(Reason.BAD_PROOF);
        assertThat(register(newcomer, good.toBuilder().setTimestamp("yesterday").build())
                        .reason())
                .isEqualTo(Reason.PROOF_EXPIRED);
        registry.clock.advance(Duration.ofSeconds(31));
        assertThat(register(newcomer, good).reason()).isEqualTo(Reason.PROOF_EXPIRED);
    }

    @Test
    void refusesATakenKeyATakenHandleAnUnknownTenantAndAPrivateEndpoint() {
        Party first = newcomer();
        assertThat(register(
                                first,
                                first.registration(GuardedRegistry.NAME)
                                        .setName("first")
                                        .build())
                        .isOk())
                .isTrue();
        assertThat(first.register(GuardedRegistry.NAME).reason()).isEqualTo(Reason.PUBLIC_KEY_TAKEN);
        Party second = newcomer();
        var registration = second.registration(GuardedRegistry.NAME);
        assertThat(register(second, registration.clone().setName("first").build())
                        .reason())
                .isEqualTo(Reason.HANDLE_TAKEN);
        assertThat(register(second, registration.clone().setTenant("nowhere").build())
                        .reason())
                .isEqualTo(Reason.UNKNOWN_TENANT);
        assertThat(register(
                                second,
                                registration
                                        .clone()
                                        .setEndpointUrl("https://10.0.0.1/")
                                        .build())
                        .reason())
                .isEqualTo(Reason.BAD_ENDPOINT_URL);
        assertThat(register(second, registration.build()).isOk()).isTrue();
        Party operator = registry.operator();
        assertThat(operator.register(GuardedRegistry.NAME).reason()).isEqualTo(Reason.PUBLIC_KEY_TAKEN);
    }

    @Test
    void givesOneOfManyRacingForAHandleTheHandle() {
        List<CompletableFuture<Reply<?>>> racing = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Party newcomer = newcomer();
            racing.add(CompletableFuture.supplyAsync(
                    () -> register(
                            newcomer,
                            newcomer.registration(GuardedRegistry.NAME)
                                    .setName("contested")
                                    .build()),
                    command -> Thread.ofVirtual().start(command)));
        }
        List<Reply<?>> replies =
                racing.stream().<Reply<?>>map(CompletableFuture::join).toList();
        assertThat(replies.stream().filter(reply -> reply.isOk())).hasSize(1);
        assertThat(replies.stream().filter(reply -> !reply.isOk()).map(Reply::reason))
                .containsOnly(Reason.HANDLE_TAKEN);
    }

    @Test
    void changesOnlyWhatIsGivenAndOnlyOnesOwn() {
        Party agent = registry.register();
        update(
                agent,
                UpdateAgentRequest.newBuilder()
                        .setDisplayName("A")
                        .setDescription("B")
                        .addCapabilities("c"));
        Agent changed = update(agent, UpdateAgentRequest.newBuilder().setDisplayName("A2"))
                .answer();
        assertThat(changed.getDisplayName()).isEqualTo("A2");
        assertThat(changed.getDescription()).isEqualTo("B");
        assertThat(changed.getCapabilitiesList()).containsExactly("c");
        Agent without = update(agent, UpdateAgentRequest.newBuilder().setSetCapabilities(true))
                .answer();
        assertThat(without.getCapabilitiesList()).isEmpty();
        assertThat(get(agent.name()).answer()).isEqualTo(without);
        assertThat(update(agent, UpdateAgentRequest.newBuilder().setEndpointUrl("http://x.example"))
                        .reason())
                .isEqualTo(Reason.BAD_ENDPOINT_URL);
        Reply<?> anothers = registry.register()
                .call(
                        AgentServiceGrpc.getUpdateAgentMethod(),
                        UpdateAgentRequest.newBuilder()
                                .setAgentId(agent.name())
                                .setDisplayName("mine")
                                .build());
        assertThat(anothers.reason()).isEqualTo(Reason.NOT_YOURS);
    }

    @Test
    void rotatesAKeyByItsOwnRpcAndByAnUpdate() {
        Party agent = registry.register();
        SigningKey second = SigningKey.generate();
        Agent rotated = agent.call(AgentServiceGrpc.getRotateKeyMethod(), rotation(agent, second, 1))
                .answer();
        assertThat(rotated.getKeyVersion()).isEqualTo(2);
        Party now = agent.with(second);
        SigningKey third = SigningKey.generate();
        Agent again = now.call(
                        AgentServiceGrpc.getUpdateAgentMethod(),
                        UpdateAgentRequest.newBuilder()
                                .setAgentId(agent.name())
                                .setPublicKey(base64(third))
                                .setKeyProof(now.rotationProof(third, 2))
                                .build())
                .answer();
        assertThat(again.getKeyVersion()).isEqualTo(3);
        assertThat(again.getPublicKey()).isEqualTo(base64(third));
        assertThat(registry.<Integer>read("select count(*)::int from signing_key where agent = '" + agent.name()
                        + "' and until is not null"))
                .isEqualTo(2);
    }

    @Test
    void refusesARotationWithoutTheNewKeysProofForThisVersion() {
        Party agent = registry.register();
        SigningKey next = SigningKey.generate();
        RotateKeyRequest good = rotation(agent, next, 1);
        assertThat(agent.call(AgentServiceGrpc.getRotateKeyMethod(), rotation(agent, next, 2))
                        .reason())
                .isEqualTo(Reason.BAD_PROOF);
        assertThat(agent.call(
                                AgentServiceGrpc.getRotateKeyMethod(),
                                good.toBuilder().setProof("not base64").build())
                        .reason())
                .isEqualTo(Reason.BAD_PROOF);
        Party other = registry.register();
        assertThat(other.call(AgentServiceGrpc.getRotateKeyMethod(), good).reason())
                .isEqualTo(Reason.NOT_YOURS);
        assertThat(agent.call(AgentServiceGrpc.getRotateKeyMethod(), rotation(agent, other.key(), 1))
                        .reason())
                .isEqualTo(Reason.PUBLIC_KEY_TAKEN);
        // A key that was given up is nobody's for ever.
        agent.call(AgentServiceGrpc.getRotateKeyMethod(), good).answer();
        assertThat(agent.with(next)
                        .call(AgentServiceGrpc.getRotateKeyMethod(), rotation(agent, agent.key(), 2))
                        .reason())
                .isEqualTo(Reason.PUBLIC_KEY_TAKEN);
    }

    @Test
    void letsOneOfTwoCrossingRotationsWin() {
        Party agent = registry.register();
        var first = CompletableFuture.supplyAsync(
                () -> agent.call(AgentServiceGrpc.getRotateKeyMethod(), rotation(agent, SigningKey.generate(), 1)));
        var second = CompletableFuture.supplyAsync(
                () -> agent.call(AgentServiceGrpc.getRotateKeyMethod(), rotation(agent, SigningKey.generate(), 1)));
        List<Reply<Agent>> replies = List.of(first.join(), second.join());
        assertThat(replies.stream().filter(reply -> reply.isOk())).hasSize(1);
        assertThat(replies.stream().filter(reply -> !reply.isOk()).map(Reply::reason))
                .allMatch(reason -> reason == Reason.KEY_CHANGED || reason == Reason.BAD_SIGNATURE);
    }

    @Test
    void deactivatesAnEmptyAgentForGood() {
        Party agent = registry.register();
        Agent gone = deactivate(agent, "").answer();
        assertThat(gone.getStatus()).isEqualTo(Agent.Status.deactivated);
        assertThat(get(agent.name()).answer().getStatus()).isEqualTo(Agent.Status.deactivated);
        assertThat(deactivate(agent, "").reason()).isEqualTo(Reason.CALLER_DEACTIVATED);
        assertThat(registry.operator()
                        .call(
                                OperatorServiceGrpc.getSuspendAgentMethod(),
                                SuspendAgentRequest.newBuilder()
                                        .setAgentId(agent.name())
                                        .build())
                        .reason())
                .isEqualTo(Reason.AGENT_DEACTIVATED);
        assertThat(agent.register(GuardedRegistry.NAME).reason()).isEqualTo(Reason.PUBLIC_KEY_TAKEN);
    }

    @Test
    void movesTheRemainderAndRefusesWithoutAnHeir() {
        Party agent = registry.register();
        Party heir = registry.register();
        deposit(agent, "12.5");
        assertThat(deactivate(agent, "").reason()).isEqualTo(Reason.ACCOUNT_NOT_EMPTY);
        assertThat(deactivate(agent, agent.name()).reason()).isEqualTo(Reason.SELF_TRANSFER);
        assertThat(deactivate(agent, UUID.randomUUID().toString()).reason()).isEqualTo(Reason.UNKNOWN_AGENT);
        assertThat(deactivate(agent, heir.name()).isOk()).isTrue();
        assertThat(balance(heir)).isEqualTo("12.5");
        assertThat(deposit(agent, "1").reason()).isEqualTo(Reason.AGENT_NOT_ACTIVE);
    }

    @Test
    void finishesWhatIsPromisedFirst() {
        Party agent = registry.register();
        Party heir = registry.register();
        deposit(agent, "10");
        hold(agent, EntryKind.PAYMENT_AUTHORIZED, "3", true);
        assertThat(deactivate(agent, heir.name()).reason()).isEqualTo(Reason.FUNDS_PROMISED);
        hold(agent, EntryKind.PAYMENT_RELEASED, "3", false);
        busy.add(UUID.fromString(agent.name()));
        assertThat(deactivate(agent, heir.name()).reason()).isEqualTo(Reason.FUNDS_PROMISED);
        busy.remove(UUID.fromString(agent.name()));
        assertThat(deactivate(agent, heir.name()).isOk()).isTrue();
        assertThat(balance(heir)).isEqualTo("10");
    }

    @Test
    void listsInPagesWithoutSkippingOrRepeating() {
        String tenant = tenant(true);
        List<String> registered = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            Party newcomer = newcomer();
            registered.add(register(
                            newcomer,
                            newcomer.registration(GuardedRegistry.NAME)
                                    .setTenant(tenant)
                                    .addCapabilities(i % 2 == 0 ? "even" : "odd")
                                    .build())
                    .answer()
                    .getAgentId());
        }
        Party reader = registry.register();
        List<String> listed = new ArrayList<>();
        ListAgentsRequest.Builder request =
                ListAgentsRequest.newBuilder().setTenant(tenant).setPageSize(3);
        int pages = 0;
        do {
            ListAgentsResponse page = reader.call(AgentServiceGrpc.getListAgentsMethod(), request.build())
                    .answer();
            page.getAgentsList().forEach(agent -> listed.add(agent.getAgentId()));
            request.setPageToken(page.getNextPageToken());
            pages++;
        } while (!request.getPageToken().isEmpty());
        assertThat(listed).isEqualTo(registered);
        assertThat(pages).isEqualTo(3);
        assertThat(reader.call(
                                AgentServiceGrpc.getListAgentsMethod(),
                                ListAgentsRequest.newBuilder()
                                        .setTenant(tenant)
                                        .setCapability("odd")
                                        .build())
                        .answer()
                        .getAgentsCount())
                .isEqualTo(3);
        assertThat(reader.call(
                                AgentServiceGrpc.getListAgentsMethod(),
                                ListAgentsRequest.newBuilder()
                                        .setPageToken("!!")
                                        .build())
                        .reason())
                .isEqualTo(Reason.BAD_PAGE_TOKEN);
        // With a character that PostgreSQL could not even compare.
        assertThat(registry.operator()
                        .call(
                                TenantServiceGrpc.getListTenantsMethod(),
                                ListTenantsRequest.newBuilder()
                                        .setPageToken("YQBi")
                                        .build())
                        .reason())
                .isEqualTo(Reason.BAD_PAGE_TOKEN);
    }

    @Test
    void findsAnAgentByUuidDidAndHandleAndCallsANewOneNew() {
        Party agent = registry.register();
        Agent byUuid = get(agent.name()).answer();
        assertThat(get(byUuid.getDid()).answer()).isEqualTo(byUuid);
        assertThat(get(byUuid.getHandle()).answer()).isEqualTo(byUuid);
        assertThat(get(UUID.randomUUID().toString()).reason()).isEqualTo(Reason.UNKNOWN_AGENT);
        assertThat(get("nobody@public").reason()).isEqualTo(Reason.UNKNOWN_AGENT);
        assertThat(get("did:theprotocol:nonsense").reason()).isEqualTo(Reason.BAD_DID);
        assertThat(agent.unsigned(
                                AgentServiceGrpc.getGetReputationMethod(),
                                GetReputationRequest.newBuilder()
                                        .setAgentId(agent.name())
                                        .build())
                        .answer()
                        .getReputationSeller())
                .isEqualTo("New");
    }

    /// A peer that answers two DIDs with somebody else's document.
    private static String document(String did) {
        String other = "did:theprotocol:beta.example:" + UUID.randomUUID();
        return "{\"id\":\"%s\",\"verificationMethod\":[{\"controller\":\"%s\"}]}"
                .formatted(did.equals(MISTAKEN) ? other : did, did.equals(BORROWED) ? other : did);
    }

    @Test
    void refusesAPeersDocumentOfSomebodyElse() {
        assertThat(resolve(MISTAKEN).reason()).isEqualTo(Reason.MESSAGE_UNREADABLE);
        assertThat(resolve(BORROWED).reason()).isEqualTo(Reason.MESSAGE_UNREADABLE);
    }

    @Test
    void resolvesDidsOfAgentsOfTheRegistryAndOfPeers() {
        Party agent = registry.register();
        String did = "did:theprotocol:alpha.example:" + agent.name();
        Struct document = resolve(did).answer().getDidDocument();
        assertThat(document.getFieldsOrThrow("id").getStringValue()).isEqualTo(did);
        Struct method = document.getFieldsOrThrow("verificationMethod")
                .getListValue()
                .getValues(0)
                .getStructValue();
        assertThat(method.getFieldsOrThrow("publicKeyMultibase").getStringValue())
                .startsWith("z6Mk");
        assertThat(document.getFieldsOrThrow("authentication")
                        .getListValue()
                        .getValues(0)
                        .getStringValue())
                .isEqualTo(did + "#key-1");
        assertThat(resolve(did.replace(":", "%3A")).answer().getDidDocument()).isEqualTo(document);

        assertThat(resolve("did:web:alpha.example")
                        .answer()
                        .getDidDocument()
                        .getFieldsOrThrow("id")
                        .getStringValue())
                .isEqualTo("did:web:alpha.example");
        String foreign = "did:theprotocol:beta.example:" + UUID.randomUUID();
        assertThat(resolve(foreign)
                        .answer()
                        .getDidDocumentMetadata()
                        .getFieldsOrThrow("registry")
                        .getStringValue())
                .isEqualTo("beta.example");
        assertThat(resolve("did:theprotocol:alpha.example:" + UUID.randomUUID()).reason())
                .isEqualTo(Reason.UNKNOWN_AGENT);
        assertThat(resolve("did:theprotocol:x").reason()).isEqualTo(Reason.BAD_DID);

        deactivate(agent, "").answer();
        ResolveDidResponse gone = resolve(did).answer();
        assertThat(gone.getDidDocument().containsFields("verificationMethod")).isFalse();
        assertThat(gone.getDidDocumentMetadata().getFieldsOrThrow("deactivated").getBoolValue())
                .isTrue();
    }

    @Test
    void admitsToAClosedTenantWhomAnAdministratorInvites() {
        String tenant = tenant(true);
        Party admin = member(tenant);
        Party newcomer = newcomer();
        setAdmin(registry.operator(), tenant, admin, true).answer();
        admin.call(
                        TenantServiceGrpc.getUpdateTenantMethod(),
                        UpdateTenantRequest.newBuilder()
                                .setSlug(tenant)
                                .setOpen(false)
                                .build())
                .answer();
        var registration = newcomer.registration(GuardedRegistry.NAME).setTenant(tenant);
        assertThat(register(newcomer, registration.clone().build()).reason()).isEqualTo(Reason.TENANT_CLOSED);
        Party outsider = registry.register();
        assertThat(register(
                                newcomer,
                                registration
                                        .clone()
                                        .setInvitation(invitation(outsider, tenant, newcomer))
                                        .build())
                        .reason())
                .isEqualTo(Reason.TENANT_CLOSED);
        assertThat(register(
                                newcomer,
                                registration
                                        .clone()
                                        .setInvitation(invitation(admin, tenant, newcomer()))
                                        .build())
                        .reason())
                .isEqualTo(Reason.BAD_PROOF);
        assertThat(register(
                                newcomer,
                                registration
                                        .clone()
                                        .setInvitation(invitation(admin, tenant, newcomer))
                                        .build())
                        .answer()
                        .getAgent()
                        .getTenant())
                .isEqualTo(tenant);
    }

    @Test
    void letsAnAdministratorChangeItsOwnTenantOnlyAndOnlyWhileItIsOne() {
        String tenant = tenant(true);
        String other = tenant(true);
        Party admin = member(tenant);
        assertThat(rename(admin, tenant).reason()).isEqualTo(Reason.ROLE_REQUIRED);
        setAdmin(registry.operator(), tenant, admin, true).answer();
        registry.clock.advance(Duration.ofSeconds(1));
        assertThat(rename(admin, tenant).isOk()).isTrue();
        assertThat(rename(admin, other).reason()).isEqualTo(Reason.NOT_YOURS);
        assertThat(rename(admin, "nowhere").reason()).isEqualTo(Reason.UNKNOWN_TENANT);
        assertThat(setAdmin(admin, tenant, registry.register(), true).reason()).isEqualTo(Reason.UNKNOWN_AGENT);
        setAdmin(registry.operator(), tenant, admin, false).answer();
        assertThat(rename(admin, tenant).reason()).isIn(Reason.NOT_YOURS, Reason.ROLE_REQUIRED);
        assertThat(registry.operator()
                        .call(
                                TenantServiceGrpc.getCreateTenantMethod(),
                                CreateTenantRequest.newBuilder().setSlug(tenant).build())
                        .reason())
                .isEqualTo(Reason.TENANT_TAKEN);
        Set<String> slugs = new HashSet<>();
        registry.operator()
                .call(
                        TenantServiceGrpc.getListTenantsMethod(),
                        ListTenantsRequest.newBuilder().setPageSize(200).build())
                .answer()
                .getTenantsList()
                .forEach(t -> slugs.add(t.getSlug()));
        assertThat(slugs).contains("public", tenant, other);
    }

    @Test
    void notesOnceADayThatAnAgentIsActive() {
        Party agent = registry.register();
        String registered = lastSeen(agent);
        registry.clock.advance(Duration.ofDays(2));
        update(agent, UpdateAgentRequest.newBuilder().setDisplayName("later")).answer();
        org.awaitility.Awaitility.await()
                .untilAsserted(() -> assertThat(lastSeen(agent)).isGreaterThan(registered));
    }

    private static String lastSeen(Party agent) {
        return registry.read("select last_seen::text from agent where id = '" + agent.name() + "'");
    }

    private static Party newcomer() {
        return new Party("", SigningKey.generate(), registry.clock, registry.channel());
    }

    private static Reply<RegisterAgentResponse> register(Party newcomer, RegisterAgentRequest request) {
        return newcomer.unsigned(AgentServiceGrpc.getRegisterAgentMethod(), request);
    }

    private static Party member(String tenant) {
        Party newcomer = newcomer();
        return newcomer.named(register(
                        newcomer,
                        newcomer.registration(GuardedRegistry.NAME)
                                .setTenant(tenant)
                                .build())
                .answer()
                .getAgentId());
    }

    private static String tenant(boolean open) {
        String slug = "t" + UUID.randomUUID().toString().substring(0, 8);
        registry.operator()
                .call(
                        TenantServiceGrpc.getCreateTenantMethod(),
                        CreateTenantRequest.newBuilder()
                                .setSlug(slug)
                                .setOpen(open)
                                .build())
                .answer();
        return slug;
    }

    private static Reply<Agent> setAdmin(Party by, String tenant, Party agent, boolean admin) {
        return by.call(
                TenantServiceGrpc.getSetTenantAdminMethod(),
                SetTenantAdminRequest.newBuilder()
                        .setSlug(tenant)
                        .setAgentId(agent.name())
                        .setAdmin(admin)
                        .build());
    }

    private static Reply<?> rename(Party by, String tenant) {
        return by.call(
                TenantServiceGrpc.getUpdateTenantMethod(),
                UpdateTenantRequest.newBuilder()
                        .setSlug(tenant)
                        .setDisplayName(UUID.randomUUID().toString())
                        .build());
    }

    private static Invitation invitation(Party admin, String tenant, Party invited) {
        byte[] signature = admin.key().sign(SignedText.invitation(tenant, invited.publicKey()));
        return Invitation.newBuilder()
                .setAdmin("did:theprotocol:alpha.example:" + admin.name())
                .setSignature(Base64.getEncoder().encodeToString(signature))
                .build();
    }

    private static Reply<Agent> get(String agent) {
        return registry.operator()
                .unsigned(
                        AgentServiceGrpc.getGetAgentMethod(),
                        GetAgentRequest.newBuilder().setAgentId(agent).build());
    }

    private static Reply<ResolveDidResponse> resolve(String did) {
        return registry.operator()
                .unsigned(
                        AgentServiceGrpc.getResolveDidMethod(),
                        ResolveDidRequest.newBuilder().setDid(did).build());
    }

    private static Reply<Agent> update(Party agent, UpdateAgentRequest.Builder change) {
        return agent.call(
                AgentServiceGrpc.getUpdateAgentMethod(),
                change.setAgentId(agent.name()).build());
    }

    private static Reply<Agent> deactivate(Party agent, String heir) {
        return agent.call(
                AgentServiceGrpc.getDeactivateAgentMethod(),
                DeactivateAgentRequest.newBuilder()
                        .setAgentId(agent.name())
                        .setRemainderTo(heir)
                        .build());
    }

    private static RotateKeyRequest rotation(Party agent, SigningKey next, long keyVersion) {
        return RotateKeyRequest.newBuilder()
                .setAgentId(agent.name())
                .setPublicKey(base64(next))
                .setProof(agent.rotationProof(next, keyVersion))
                .build();
    }

    private static String base64(SigningKey key) {
        return Base64.getEncoder().encodeToString(key.publicKey());
    }

    private static Reply<?> deposit(Party agent, String amount) {
        return registry.operator()
                .call(
                        LedgerServiceGrpc.getDepositMethod(),
                        DepositRequest.newBuilder()
                                .setAgentId(agent.name())
                                .setAmount(amount)
                                .build());
    }

    private static String balance(Party agent) {
        return agent.call(
                        LedgerServiceGrpc.getGetBalanceMethod(),
                        GetBalanceRequest.newBuilder().setAgentId(agent.name()).build())
                .answer()
                .getBalance();
    }

    private static void hold(Party agent, EntryKind kind, String amount, boolean hold) {
        AccountId account = AccountId.of(registry.id(agent));
        Avt avt = Avt.parse(amount);
        registry.database.write(tx -> registry.ledger.post(
                tx,
                wanted -> wanted.account(account),
                books -> books.post(hold ? Posting.hold(kind, account, avt) : Posting.unhold(kind, account, avt))));
    }
}
