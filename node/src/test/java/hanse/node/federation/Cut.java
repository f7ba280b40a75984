package hanse.node.federation;

import static hanse.node.federation.TestNode.eventually;

import hanse.node.federation.TestNode.Network.Moment;
import hanse.node.testing.Wire;

/// The moments at which the link can break while one message goes to a peer and its answer comes back.
public enum Cut {
    BEFORE_IT_IS_SENT,
    REQUEST_LOST,
    AS_IT_ARRIVES,
    WHEN_IT_IS_DECIDED,
    ANSWER_LOST,
    AS_THE_ANSWER_ARRIVES,
    WHEN_THE_ANSWER_IS_RECORDED;

    /// Whether the message is decided although the link has broken.
    public boolean isAfterTheDecision() {
        return compareTo(AS_IT_ARRIVES) >= 0;
    }

    /// Whether the message has to be sent again, and has been decided before.
    public boolean losesTheAnswer() {
        return isAfterTheDecision() && compareTo(AS_THE_ANSWER_ARRIVES) < 0;
    }

    /// Has a message sent, breaks the link at this moment, lets something happen meanwhile, and mends it.
    ///
    /// @param ask makes `sender` send one message to `receiver`; does not wait for its answer
    public void during(TestNode sender, TestNode receiver, Runnable ask, Runnable meanwhile) {
        Wire wire = receiver.wire();
        eventually(
                "the link is up", () -> wire.isInUse() && sender.link(receiver).connected());
        try {
            breakDuring(sender, receiver, wire, ask);
            meanwhile.run();
        } finally {
            wire.cut();
            wire.restore();
        }
    }

    private void breakDuring(TestNode sender, TestNode receiver, Wire wire, Runnable ask) {
        int decided = receiver.decisions().size();
        switch (this) {
            case BEFORE_IT_IS_SENT -> {
                wire.cut();
                ask.run();
                eventually("it waits", () -> sender.unanswered() > 0);
            }
            case REQUEST_LOST -> {
                long sent = sender.link(receiver).sent();
                wire.loseRequests();
                ask.run();
                eventually("it is sent", () -> sender.link(receiver).sent() > sent);
            }
            case ANSWER_LOST -> {
                wire.loseAnswers();
                ask.run();
            }
            case AS_IT_ARRIVES -> breaking(receiver, Moment.ARRIVED, wire, ask);
            case WHEN_IT_IS_DECIDED -> breaking(receiver, Moment.DECIDED, wire, ask);
            case AS_THE_ANSWER_ARRIVES -> breaking(sender, Moment.ANSWERED, wire, ask);
            case WHEN_THE_ANSWER_IS_RECORDED -> breaking(sender, Moment.RECORDED, wire, ask);
        }
        if (isAfterTheDecision()) {
            eventually("it is decided", () -> receiver.decisions().size() > decided);
        }
        wire.cut();
    }

    private static void breaking(TestNode where, Moment when, Wire wire, Runnable ask) {
        where.network.at(when, wire::cut);
        ask.run();
        eventually("the link breaks", wire::isCut);
    }
}
