package hanse.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.error.v1.Reason;
import hanse.event.v1.Event;
import hanse.event.v1.WatchRequest;
import hanse.event.v1.WatchResponse;
import io.grpc.Status;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class EventStreamTest {
    private final World world = new World(s -> s.withKeepAlive(Duration.ofMillis(100)));
    private final LinkedBlockingQueue<FakeNode.Stream> streams = new LinkedBlockingQueue<>();

    @BeforeEach
    void openStreams() {
        world.node.replies = any -> new FakeNode.Reply.Open(streams);
    }

    @AfterEach
    void stop() {
        world.close();
    }

    private static WatchResponse event(String position, String type) {
        return WatchResponse.newBuilder()
                .setPosition(position)
                .setEvent(Event.newBuilder().setId("e-" + position).setType(type))
                .build();
    }

    private HttpResponse<InputStream> open(String target, String... headers) throws Exception {
        var request = world.request(target);
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return world.client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    }

    private static List<String> frame(BufferedReader lines) throws Exception {
        List<String> frame = new ArrayList<>();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith(":")) {
                lines.readLine();
            } else if (line.isEmpty()) {
                return frame;
            } else {
                frame.add(line);
            }
        }
        return frame;
    }

    private static BufferedReader lines(HttpResponse<InputStream> response) {
        return new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
    }

    @Test
    void sendsEachMessageAsAnEventWithPositionTypeAndData() throws Exception {
        Thread node = Thread.ofVirtual().start(() -> {
            FakeNode.Stream stream = take();
            stream.send(WatchResponse.newBuilder().setPosition("p0").build());
            stream.send(event("p1", "TokensTransferred"));
            stream.end(Status.OK);
        });
        HttpResponse<InputStream> response = open("/api/v1/events?types=A&types=B&position=start");
        assertThat(response.headers().firstValue("content-type").orElseThrow()).startsWith("text/event-stream");
        assertThat(response.headers().firstValue("cache-control")).contains("no-store");
        BufferedReader lines = lines(response);
        assertThat(frame(lines)).startsWith("id: p0", "event: position");
        List<String> event = frame(lines);
        assertThat(event).startsWith("id: p1", "event: TokensTransferred");
        assertThat(World.JSON
                        .readTree(event.get(2).substring("data: ".length()))
                        .at("/event/id")
                        .asText())
                .isEqualTo("e-p1");
        assertThat(frame(lines)).startsWith("event: end");
        assertThat(lines.readLine()).isNull();
        WatchRequest asked = WatchRequest.parseFrom(world.node.lastCall().request());
        assertThat(asked.getTypesList()).containsExactly("A", "B");
        assertThat(asked.getPosition()).isEqualTo("start");
        node.join();
    }

    private FakeNode.Stream take() {
        try {
            return streams.take();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void goesOnWhereABrowserLeftOff() throws Exception {
        Thread.ofVirtual().start(() -> take().end(Status.OK));
        open("/api/v1/events", "last-event-id", "p7").body().close();
        assertThat(WatchRequest.parseFrom(world.node.lastCall().request()).getPosition())
                .isEqualTo("p7");
    }

    @ParameterizedTest
    @EnumSource
    void goesOnFromTheLongestPosition(HttpClient.Version version) throws Exception {
        String longest = "p".repeat(16 << 10);
        for (HttpRequest.Builder request : List.of(
                world.request("/api/v1/events?position=" + longest),
                world.request("/api/v1/events").header("last-event-id", longest))) {
            Thread.ofVirtual().start(() -> take().end(Status.OK));
            var response = world.client.send(request.version(version).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(WatchRequest.parseFrom(world.node.lastCall().request()).getPosition())
                    .isEqualTo(longest);
        }
    }

    @Test
    void keepsASilentStreamAlive() throws Exception {
        BufferedReader lines = lines(open("/api/v1/events"));
        assertThat(lines.readLine()).isEqualTo(": keep-alive");
        assertThat(lines.readLine()).isEmpty();
        assertThat(lines.readLine()).isEqualTo(": keep-alive");
    }

    @Test
    void tellsAFailureBeforeTheFirstEventAsAnOrdinaryProblem() {
        world.node.replies = any -> FakeNode.refusal(Reason.BAD_WATCH_POSITION);
        HttpResponse<String> response = world.get("/api/v1/events?position=x");
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(World.reason(response)).isEqualTo("BAD_WATCH_POSITION");
    }

    @Test
    void tellsALaterFailureAsAnEvent() throws Exception {
        Thread.ofVirtual().start(() -> {
            FakeNode.Stream stream = take();
            stream.send(event("p1", "A"));
            stream.end(Status.UNAVAILABLE.withDescription("secret"));
        });
        BufferedReader lines = lines(open("/api/v1/events"));
        frame(lines);
        List<String> error = frame(lines);
        assertThat(error.getFirst()).isEqualTo("event: error");
        assertThat(error.get(1)).contains("\"reason\":\"UNAVAILABLE\"").doesNotContain("secret");
    }

    @Test
    void endsTheNodesStreamWhenTheClientIsGone() throws Exception {
        HttpResponse<InputStream> response = open("/api/v1/events");
        FakeNode.Stream stream = take();
        response.body().close();
        stream.cancelled.get(20, TimeUnit.SECONDS);
    }

    @Test
    void slowsTheNodeDownWhenTheClientReadsSlowly() throws Exception {
        HttpResponse<InputStream> response = open("/api/v1/events");
        FakeNode.Stream stream = take();
        WatchResponse large = WatchResponse.newBuilder()
                .setPosition("p")
                .setEvent(Event.newBuilder().setType("A").setId("x".repeat(60_000)))
                .build();
        // Nobody reads. The windows of HTTP/2 and TCP fill up, and then the node is asked for nothing more.
        int sent = 0;
        for (int calm = 0; calm < 50 && sent < 5_000; ) {
            if (stream.isReady()) {
                stream.send(large);
                sent++;
                calm = 0;
            } else {
                calm++;
                Awaitility.await().pollDelay(Duration.ofMillis(10)).until(() -> true);
            }
        }
        assertThat(sent).as("messages of 60 kB taken without a reader").isLessThan(1_000);
        // And it goes on as soon as somebody does.
        try (InputStream body = response.body()) {
            Thread.ofVirtual().start(() -> {
                try {
                    body.transferTo(java.io.OutputStream.nullOutputStream());
                } catch (java.io.IOException closed) {
                    // The test is over.
                }
            });
            Awaitility.await().atMost(Duration.ofSeconds(20)).until(stream::isReady);
        }
    }

    @Test
    void endsStreamsWhenTheBridgeStops() throws Exception {
        BufferedReader lines = lines(open("/api/v1/events"));
        take();
        Thread close = Thread.ofVirtual().start(world.bridge::close);
        List<String> last = frame(lines);
        assertThat(last.getFirst()).isEqualTo("event: error");
        assertThat(last.get(1)).contains("SHUTTING_DOWN");
        close.join();
    }
}
