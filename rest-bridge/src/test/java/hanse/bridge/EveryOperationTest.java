package hanse.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DynamicMessage;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EveryOperationTest {
    private static World world;

    @BeforeAll
    static void start() {
        world = new World();
    }

    @AfterAll
    static void stop() {
        world.close();
    }

    record Way(Operation operation, Operation.Binding binding) {
        @Override
        public String toString() {
            return binding.method() + " " + binding.path().text();
        }
    }

    static Stream<Way> ways() {
        return Api.load().operations().stream()
                .flatMap(operation -> operation.bindings().stream().map(binding -> new Way(operation, binding)));
    }

    @Test
    void thereAreOperations() {
        assertThat(ways()).hasSizeGreaterThan(60);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void answersAtEachOfItsPathsWithAndWithoutTrailingSlash(Way way) throws Exception {
        Operation operation = way.operation();
        world.node.replies = call -> {
            DynamicMessage answer =
                    DynamicMessage.getDefaultInstance(operation.rpc().getOutputType());
            return FakeNode.message(answer);
        };
        for (String slash : List.of("", "/")) {
            StringBuilder path = new StringBuilder();
            int n = 0;
            for (PathTemplate.Segment segment : way.binding().path().segments()) {
                path.append('/').append(segment instanceof PathTemplate.Segment.Literal l ? l.text() : "value-" + n++);
            }
            boolean body = !way.binding().body().isEmpty();
            var response = world.send(world.request(path + slash)
                    .header("content-type", "application/json")
                    .method(
                            way.binding().method().name(),
                            body ? HttpRequest.BodyPublishers.ofString("{}") : HttpRequest.BodyPublishers.noBody()));
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            FakeNode.Call call = world.node.lastCall();
            assertThat(call.method())
                    .isEqualTo(operation.rpc().getService().getFullName() + "/"
                            + operation.rpc().getName());
            assertThat(call.header("x-hanse-http-method"))
                    .isEqualTo(way.binding().method().name());
            assertThat(call.header("x-hanse-http-path")).isEqualTo(path + slash);
            DynamicMessage request = DynamicMessage.parseFrom(operation.rpc().getInputType(), call.request());
            List<String> variables = way.binding().path().variables();
            for (int i = 0; i < variables.size(); i++) {
                assertThat(request.getField(operation.rpc().getInputType().findFieldByName(variables.get(i))))
                        .isEqualTo("value-" + i);
            }
        }
    }
}
