package hanse.node.statement;

import hanse.audit.v1.FederationReport;
import hanse.audit.v1.GetFederationReportRequest;
import hanse.audit.v1.GetStatementsRequest;
import hanse.audit.v1.GetStatementsResponse;
import hanse.audit.v1.ListStatementsRequest;
import hanse.audit.v1.ListStatementsResponse;
import hanse.audit.v1.StatementServiceGrpc;
import hanse.error.v1.Reason;
import hanse.node.call.Cold;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.federation.PeerDirectory;
import io.grpc.stub.StreamObserver;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.List;

/// Statements on the wire.
public final class StatementGrpc extends StatementServiceGrpc.StatementServiceImplBase {
    private static final int PAGE = 50;

    /// After every day that there can be a statement of.
    private static final LocalDate END = LocalDate.of(9999, 1, 1);

    private final PeerDirectory directory;
    private final Statements statements;
    private final FederationReports reports;

    public StatementGrpc(PeerDirectory directory, Statements statements, FederationReports reports) {
        this.directory = directory;
        this.statements = statements;
        this.reports = reports;
    }

    @Override
    public void listStatements(ListStatementsRequest request, StreamObserver<ListStatementsResponse> observer) {
        int size = request.getPageSize() == 0 ? PAGE : request.getPageSize();
        Cold.run(observer, () -> {
            RegistryId peer = peer(request.getRegistryId());
            LocalDate before =
                    request.getPageToken().isEmpty() ? END : day(request.getPageToken(), Reason.BAD_PAGE_TOKEN);
            List<Statement> page = statements.page(peer, before, size);
            ListStatementsResponse.Builder answer = ListStatementsResponse.newBuilder();
            page.forEach(statement -> answer.addStatements(StatementWire.statement(statement, List.of())));
            long days = page.stream()
                    .map(statement -> statement.key().day())
                    .distinct()
                    .count();
            if (days == size) {
                answer.setNextPageToken(page.getLast().key().day().toString());
            }
            return answer.build();
        });
    }

    @Override
    public void getStatements(GetStatementsRequest request, StreamObserver<GetStatementsResponse> observer) {
        Cold.run(observer, () -> {
            List<Statement> found =
                    statements.day(peer(request.getRegistryId()), day(request.getDay(), Reason.NO_STATEMENT));
            if (found.isEmpty()) {
                throw new RefusedException(Reason.NO_STATEMENT);
            }
            GetStatementsResponse.Builder answer = GetStatementsResponse.newBuilder();
            found.forEach(statement ->
                    answer.addStatements(StatementWire.statement(statement, statements.differences(statement.key()))));
            return answer.build();
        });
    }

    @Override
    public void getFederationReport(GetFederationReportRequest request, StreamObserver<FederationReport> observer) {
        Cold.run(observer, () -> {
            FederationReport.Builder answer = FederationReport.newBuilder();
            reports.now().forEach(report -> answer.addPeers(StatementWire.report(report)));
            return answer.build();
        });
    }

    private RegistryId peer(String text) {
        if (!RegistryId.isValid(text) || directory.find(new RegistryId(text)).isEmpty()) {
            throw new RefusedException(Reason.UNKNOWN_PEER);
        }
        return new RegistryId(text);
    }

    private static LocalDate day(String text, Reason otherwise) {
        try {
            LocalDate day = LocalDate.parse(text);
            if (!day.isAfter(END) && day.toEpochDay() >= 0) {
                return day;
            }
        } catch (DateTimeException e) {
            // Said below, as a day that is out of range.
        }
        throw new RefusedException(otherwise);
    }
}
