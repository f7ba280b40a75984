package hanse.node.testing;

import hanse.node.call.Call;
import hanse.node.ledger.Books;
import hanse.node.ledger.Command;
import hanse.node.ledger.Rows;
import hanse.node.ledger.Wanted;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/// A command that a test makes up as it goes.
public record Work(Optional<Call> call, Consumer<Wanted> needs, Function<Books, String> decision)
        implements Command<String> {
    @Override
    public void accounts(Rows rows, Wanted wanted) {
        needs.accept(wanted);
    }

    @Override
    public String decide(Books books) {
        return decision.apply(books);
    }

    @Override
    public byte[] remember(String answer) {
        return answer.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String recall(byte[] remembered) {
        return new String(remembered, StandardCharsets.UTF_8);
    }
}
