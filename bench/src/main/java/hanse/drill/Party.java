package hanse.drill;

import hanse.sdk.Credentials;
import hanse.sdk.HanseClient;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import java.util.function.IntFunction;

/// An agent.
///
/// @param connections to its registry, by number
record Party(Credentials credentials, IntFunction<HanseClient> connections) {
    String did() {
        return "did:theprotocol:" + registry() + ":" + credentials.subject();
    }

    String registry() {
        return credentials.audience();
    }

    /// Signs each call, and gives it a deadline.
    ///
    /// @param number which of the connections
    Channel channel(int number) {
        return ClientInterceptors.intercept(
                connections.apply(number).as(credentials).channel(), Door.DEADLINE);
    }
}
