package hanse.bench;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.base.DescribedPredicate.or;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Calendar;
import java.util.Date;

/// The directions of dependency, for every module at once: this one sees them all.
@AnalyzeClasses(packages = "hanse", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {

    private static final DescribedPredicate<JavaClass> OURS =
            resideInAPackage("hanse..").as("of ours");
    private static final DescribedPredicate<JavaClass> PROTO =
            resideInAnyPackage("hanse.*.v1..", "hanse.wire..").as("proto");
    private static final DescribedPredicate<JavaClass> CERTS =
            resideInAPackage("hanse.certs..").as("certs");
    private static final DescribedPredicate<JavaClass> PEER_GATEWAY =
            resideInAPackage("hanse.peer..").and(not(PROTO)).as("peer-gateway");
    private static final DescribedPredicate<JavaClass> SCHEMA =
            resideInAPackage("hanse.schema..").as("schema");
    private static final DescribedPredicate<JavaClass> BRIDGE =
            resideInAPackage("hanse.bridge..").as("rest-bridge");
    private static final DescribedPredicate<JavaClass> SDK =
            resideInAPackage("hanse.sdk..").as("sdk");
    private static final DescribedPredicate<JavaClass> COMMAND_LINE =
            resideInAPackage("hanse.node.cli..").as("the command line");
    private static final DescribedPredicate<JavaClass> ROOT =
            resideInAPackage("hanse.node").as("the composition root");
    private static final DescribedPredicate<JavaClass> NODE =
            resideInAPackage("hanse.node..").and(not(COMMAND_LINE)).as("the node");
    private static final DescribedPredicate<JavaClass> STORE =
            describe("a store", type -> outermost(type).getSimpleName().endsWith("Store"));
    private static final DescribedPredicate<JavaClass> WIRE = describe(
            "a gRPC service of the node",
            type -> outermost(type).getSimpleName().endsWith("Grpc")
                    && type.getPackageName().startsWith("hanse.node"));

    @ArchTest
    static final ArchRule protoDependsOnNothingOfOurs = only(PROTO, PROTO);

    @ArchTest
    static final ArchRule certsDependOnNothingOfOurs = only(CERTS, CERTS);

    @ArchTest
    static final ArchRule schemaDependsOnNothingOfOurs = only(SCHEMA, SCHEMA);

    @ArchTest
    static final ArchRule peerGatewayKnowsNoDomain = only(PEER_GATEWAY, or(PEER_GATEWAY, PROTO, CERTS));

    @ArchTest
    static final ArchRule bridgeKnowsProtoOnly = only(BRIDGE, or(BRIDGE, PROTO));

    @ArchTest
    static final ArchRule sdkKnowsProtoOnly = only(SDK, or(SDK, PROTO));

    @ArchTest
    static final ArchRule nodeUsesNeitherBridgeNorSdkOutsideItsCommandLine =
            only(NODE, or(NODE, PEER_GATEWAY, SCHEMA, PROTO, CERTS));

    @ArchTest
    static final ArchRule nothingBelowKnowsTheCompositionRoot = noClasses()
            .that(NODE.and(not(ROOT)))
            .should()
            .dependOnClassesThat(ROOT)
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule capabilitiesHaveNoCycles =
            slices().matching("hanse.node.(*)..").should().beFreeOfCycles().allowEmptyShould(true);

    @ArchTest
    static final ArchRule sqlIsInStoresOnly = noClasses()
            .that(resideInAPackage("hanse.node..")
                    .and(not(resideInAPackage("hanse.node.storage..")))
                    .and(not(STORE)))
            .should()
            .dependOnClassesThat(resideInAnyPackage("org.jooq", "org.jooq.impl..", "hanse.schema.jooq.."))
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule aServiceConvertsAndNeverQueries =
            noClasses().that(WIRE).should().dependOnClassesThat(STORE).allowEmptyShould(true);

    @ArchTest
    static final ArchRule theOldCalendarIsNotUsed = noClasses()
            .that(resideInAnyPackage("hanse.node..", "hanse.sdk..", "hanse.bridge.."))
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(Date.class, Calendar.class)
            .because("java.time says what it means; only X.509 still wants a Date")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule timeIsInjected = noClasses()
            .that(NODE.and(not(ROOT)))
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(LocalDate.class, "now")
            .orShould()
            .callMethod(LocalDateTime.class, "now")
            .orShould()
            .callMethod(OffsetDateTime.class, "now")
            .orShould()
            .callMethod(ZonedDateTime.class, "now")
            .orShould()
            .callMethod(Clock.class, "systemUTC")
            .because("a test, or a simulator, owns the clock")
            .allowEmptyShould(true);

    private static ArchRule only(DescribedPredicate<JavaClass> module, DescribedPredicate<JavaClass> allowed) {
        return noClasses()
                .that(module)
                .should()
                .dependOnClassesThat(OURS.and(not(allowed)))
                .allowEmptyShould(true);
    }

    private static JavaClass outermost(JavaClass type) {
        return type.getEnclosingClass().map(ArchitectureTest::outermost).orElse(type);
    }
}
