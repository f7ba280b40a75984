package hanse.node.cli;

import com.google.protobuf.Message;
import java.io.PrintWriter;

/// A command that is answered with one thing, which it prints.
abstract class Answering<T extends Message> extends OnNode {
    abstract T answer(Connection node);

    /// For people.
    abstract void print(PrintWriter people, T answer);

    @Override
    final int ask(Connection node) {
        T answer = answer(node);
        return show(answer, people -> print(people, answer));
    }
}
