package hanse.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.malpractice.v1.Dealing;
import hanse.malpractice.v1.GetMalpracticeRequest;
import hanse.malpractice.v1.Malpractice;
import hanse.malpractice.v1.MalpracticeServiceGrpc;
import hanse.malpractice.v1.MalpracticeServiceGrpc.MalpracticeServiceBlockingStub;
import hanse.malpractice.v1.ReportMalpracticeRequest;
import hanse.node.Node;
import hanse.node.testing.NodeHome;
import hanse.node.testing.Operating;
import hanse.node.testing.Postgres;
import hanse.payment.v1.AuthorizeRequest;
import hanse.payment.v1.AuthorizeResponse;
import hanse.payment.v1.VerifyRequest;
import hanse.sdk.AgentKey;
import hanse.sdk.Credentials;
import hanse.sdk.HanseClient;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// An operator looks into a record on a whole node, and strikes it out.
@Timeout(120)
class MalpracticeCommandsTest {
    private final StringWriter out = new StringWriter();

    @TempDir
    private Path directory;

    @Test
    void listShowAndStrike() {
        try (Postgres.Fresh books = Postgres.fresh()) {
            NodeHome home = new NodeHome(directory, "alpha.example", books, Map.of());
            try (Node node = home.start();
                    HanseClient client = home.client()) {
                assertThat(node.grpcPort()).isPositive();
                Credentials buyer = client.register(AgentKey.generate(), "buyer");
                Credentials seller = client.register(AgentKey.generate(), "seller");
                Operating.deposit(client.as(home.operator()), buyer.subject(), "10");
                MalpracticeServiceBlockingStub asBuyer =
                        MalpracticeServiceGrpc.newBlockingStub(client.as(buyer).channel());
                String record = asBuyer.reportMalpractice(report(consumed(client.as(buyer), client.as(seller))))
                        .getMalpracticeId();

                assertThat(run("list", "--agent", "seller@public", "--side", "REPORTED"))
                        .contains(record, "STANDING", "FRAUD");
                assertThat(run("show", record)).contains("the forecast was invented", "who can read it");
                assertThat(run("strike", record, "--reason", "made up")).contains("STRUCK", "made up");
                assertThat(run("list", "--state", "STANDING")).doesNotContain(record);
                assertThat(asBuyer.getMalpractice(GetMalpracticeRequest.newBuilder()
                                        .setMalpracticeId(record)
                                        .build())
                                .getState())
                        .isEqualTo(Malpractice.State.STRUCK);
            }
        }
    }

    private static AuthorizeResponse consumed(HanseClient buyer, HanseClient seller) {
        AuthorizeResponse token = buyer.payments()
                .authorize(AuthorizeRequest.newBuilder()
                        .setPayee("seller@public")
                        .setAmount("1")
                        .build());
        assertThat(seller.payments()
                        .verify(VerifyRequest.newBuilder()
                                .setPaymentToken(token.getPaymentToken())
                                .build())
                        .getValid())
                .isTrue();
        return token;
    }

    private static ReportMalpracticeRequest report(AuthorizeResponse payment) {
        return ReportMalpracticeRequest.newBuilder()
                .setDealing(Dealing.newBuilder().setKind(Dealing.Kind.PAYMENT).setId(payment.getPaymentId()))
                .setGrounds(Malpractice.Grounds.FRAUD)
                .setStatement("the forecast was invented")
                .build();
    }

    /// What a command prints that succeeds.
    private String run(String... arguments) {
        out.getBuffer().setLength(0);
        int code = Hanse.commandLine()
                .setOut(new PrintWriter(out, true))
                .execute(Stream.concat(
                                Stream.concat(Stream.of("malpractice"), Stream.of(arguments)),
                                Stream.of("--dir", directory.toString()))
                        .toArray(String[]::new));
        assertThat(code).as(out.toString()).isZero();
        return out.toString();
    }
}
