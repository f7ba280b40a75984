package hanse.peer;

import hanse.federation.v1.Answer;
import hanse.federation.v1.ExchangeCheckpointsRequest;
import hanse.federation.v1.ExchangeCheckpointsResponse;
import hanse.federation.v1.ExchangeStatementsRequest;
import hanse.federation.v1.ExchangeStatementsResponse;
import hanse.federation.v1.GreetRequest;
import hanse.federation.v1.GreetResponse;
import hanse.federation.v1.ListCreditsRequest;
import hanse.federation.v1.ListCreditsResponse;
import hanse.federation.v1.RenewCardRequest;
import hanse.federation.v1.RenewCardResponse;
import hanse.federation.v1.ResolveAgentRequest;
import hanse.federation.v1.ResolveAgentResponse;
import hanse.federation.v1.ShowTotalsRequest;
import hanse.federation.v1.ShowTotalsResponse;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// What the node does with what peers ask. Every method runs on a virtual thread of its own and may block; many run at
/// once, for one peer too. A failed stage is told to the peer as "no answer", whatever the failure: it asks again.
public interface Inbox {
    /// Decides a message, or finds what was decided when it came before; completes when that is durable, with
    /// [Answers#decided] or [Answers#undecided]. A repeat is answered whatever the peer's status.
    CompletionStage<Answer> receive(ReceivedMessage message);

    /// A peer makes itself known.
    CompletionStage<GreetResponse> greet(String peer, GreetRequest request);

    /// A peer shows its card. Fails as [#resolve].
    default CompletionStage<RenewCardResponse> renew(String peer, RenewCardRequest request) {
        return CompletableFuture.failedStage(Status.UNIMPLEMENTED.asRuntimeException());
    }

    /// A peer shows its newest checkpoint and is shown ours, and what is kept of its own.
    default CompletionStage<ExchangeCheckpointsResponse> checkpoints(String peer, ExchangeCheckpointsRequest request) {
        return CompletableFuture.failedStage(Status.UNIMPLEMENTED.asRuntimeException());
    }

    /// A peer closes a day of its transfers.
    default CompletionStage<ExchangeStatementsResponse> statements(String peer, ExchangeStatementsRequest request) {
        return CompletableFuture.failedStage(Status.UNIMPLEMENTED.asRuntimeException());
    }

    /// A peer looks for the difference between two statements.
    default CompletionStage<ListCreditsResponse> credits(String peer, ListCreditsRequest request) {
        return CompletableFuture.failedStage(Status.UNIMPLEMENTED.asRuntimeException());
    }

    /// A peer asks what has passed between it and us.
    default CompletionStage<ShowTotalsResponse> totals(String peer, ShowTotalsRequest request) {
        return CompletableFuture.failedStage(Status.UNIMPLEMENTED.asRuntimeException());
    }

    /// A peer asks for a DID document of ours. A [io.grpc.StatusRuntimeException] reaches the peer as it is; every
    /// other failure as UNAVAILABLE without a text.
    CompletionStage<ResolveAgentResponse> resolve(String peer, ResolveAgentRequest request);
}
