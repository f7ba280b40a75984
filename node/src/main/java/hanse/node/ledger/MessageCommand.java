package hanse.node.ledger;

import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import hanse.node.call.Call;
import hanse.node.outcome.Remembered;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/// What a caller asks for, answered by a message, which is remembered as it is.
public abstract class MessageCommand<T extends Message> implements Command<T> {
    private final Call asked;
    private final Parser<T> parser;

    protected MessageCommand(Call asked, Parser<T> parser) {
        this.asked = asked;
        this.parser = parser;
    }

    /// One that changes no account of anybody.
    ///
    /// @param rows asks for its rows
    public static <T extends Message> Command<T> of(
            Call asked, Parser<T> parser, Consumer<Rows> rows, Function<Books, T> decision) {
        return new MessageCommand<>(asked, parser) {
            @Override
            public void rows(Rows wanted) {
                rows.accept(wanted);
            }

            @Override
            public void accounts(Rows locked, Wanted wanted) {}

            @Override
            public T decide(Books books) {
                return decision.apply(books);
            }
        };
    }

    @Override
    public final Optional<Call> call() {
        return Optional.of(asked);
    }

    @Override
    public final byte[] remember(T answer) {
        return answer.toByteArray();
    }

    @Override
    public final T recall(byte[] remembered) {
        return Remembered.read(parser, remembered);
    }
}
