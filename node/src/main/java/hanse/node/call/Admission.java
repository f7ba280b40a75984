package hanse.node.call;

/// By what a call was let in: a key or a session. A call that lasts asks again, because either may end meanwhile.
@FunctionalInterface
public interface Admission {
    /// Refuses if a new call by the same would be refused now, or a second ago; may block.
    void require();
}
