package hanse.node.cli;

import hanse.bridge.Bridge;
import hanse.node.Node;
import hanse.node.config.ConfigFile;
import hanse.node.config.NodeConfig;
import hanse.node.ops.Logging;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `hanse serve`: one node, until it is told to stop.
@Command(
        name = "serve",
        description = "Run a node until it is told to stop (SIGTERM or Ctrl-C); calls under way then finish first.",
        footer = {
            "",
            "Every setting of the file can be overridden by an environment variable, such as HANSE_PORTS_GRPC."
        })
final class ServeCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);

    @Option(names = "--config", paramLabel = "FILE", description = "The node's settings (default: ${DEFAULT-VALUE}).")
    private Path file = Path.of(ConfigFile.NAME);

    @Option(
            names = "--until-input-ends",
            hidden = true,
            description = "Stop when standard input ends: with the process that started this one.")
    private boolean untilInputEnds;

    @Override
    public Integer call() throws Exception {
        NodeConfig config = ConfigFile.read(file);
        Logging.configure(config.log());
        CountDownLatch told = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        try {
            Node node = Node.start(config);
            Bridge http;
            try {
                http = HttpFront.start(node);
            } catch (RuntimeException | Error e) {
                node.close();
                throw e;
            }
            Runtime.getRuntime()
                    .addShutdownHook(Thread.ofPlatform().name("stop").unstarted(() -> {
                        told.countDown();
                        awaitQuietly(stopped);
                    }));
            if (untilInputEnds) {
                Thread.ofPlatform().daemon().name("input").start(() -> {
                    drainInput();
                    told.countDown();
                });
            }
            told.await();
            node.announceStop();
            try {
                http.close();
            } finally {
                node.close();
            }
        } finally {
            stopped.countDown();
        }
        return 0;
    }

    private static void drainInput() {
        try {
            long read = System.in.transferTo(java.io.OutputStream.nullOutputStream());
            LOG.info("whoever started this node is gone ({} bytes were said)", read);
        } catch (IOException e) {
            LOG.info("whoever started this node is gone: {}", e.toString());
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
