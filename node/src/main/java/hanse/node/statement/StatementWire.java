package hanse.node.statement;

import hanse.audit.v1.Equation;
import hanse.audit.v1.PeerReport;
import hanse.audit.v1.PeerStatement;
import hanse.audit.v1.StatementDifference;
import hanse.node.call.WireTime;
import hanse.node.ledger.Avt;
import hanse.node.statement.FederationReports.Report;
import java.util.List;

/// Statements and reports as messages.
final class StatementWire {
    private StatementWire() {}

    static PeerStatement statement(Statement statement, List<Statement.Difference> differences) {
        PeerStatement.Builder message = PeerStatement.newBuilder()
                .setRegistryId(statement.key().peer().value())
                .setSent(statement.key().sent())
                .setDay(statement.key().day().toString())
                .setState(state(statement))
                .setCount(statement.ours().count())
                .setSum(Avt.text(statement.ours().micros()));
        statement
                .theirs()
                .ifPresent(theirs -> message.setTheirCount(theirs.count()).setTheirSum(Avt.text(theirs.micros())));
        differences.forEach(difference -> message.addDifferences(StatementDifference.newBuilder()
                .setTransferId(difference.transfer().toString())
                .setAmount(difference.micros().map(Avt::text).orElse(""))
                .setTheirAmount(difference.theirs().map(Avt::text).orElse(""))));
        return message.build();
    }

    private static PeerStatement.State state(Statement statement) {
        if (statement.theirs().isEmpty()) {
            return PeerStatement.State.WAITING;
        }
        return statement.differs() ? PeerStatement.State.DIFFERS : PeerStatement.State.MATCHES;
    }

    static PeerReport report(Report report) {
        PeerReport.Builder message =
                PeerReport.newBuilder().setRegistryId(report.peer().value());
        report.at().map(WireTime::of).ifPresent(message::setAt);
        report.equations().forEach(equation -> {
            Equation.Builder one = Equation.newBuilder().setText(equation.text());
            if (report.at().isEmpty()) {
                one.setState(Equation.State.NOT_KNOWN);
            } else {
                one.setLeast(Avt.text(equation.least()))
                        .setIs(Avt.text(equation.is()))
                        .setMost(Avt.text(equation.most()))
                        .setState(equation.holds() ? Equation.State.HOLDS : Equation.State.DOES_NOT_HOLD);
            }
            message.addEquations(one);
        });
        return message.build();
    }
}
