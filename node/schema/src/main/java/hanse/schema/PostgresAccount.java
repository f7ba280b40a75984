package hanse.schema;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// As whom PostgreSQL runs. It refuses root, so root has to become somebody else without a process in between: the
/// server must stay our own child, or it would not be told when this JVM is killed.
sealed interface PostgresAccount {

    /// `command`, to run as this account.
    List<String> running(List<String> command);

    /// Where unpacked programs may lie so that this account can run them.
    Path cache();

    /// Gives a directory tree to this account.
    void own(Path tree) throws IOException;

    /// Picks the first that works here.
    static PostgresAccount choose() {
        if (!isRoot()) {
            return new Own();
        }
        return succeeds(List.of("unshare", "-U", "true")) ? new OwnNamespace() : Unprivileged.find();
    }

    /// Not root: nothing to do.
    record Own() implements PostgresAccount {
        @Override
        public List<String> running(List<String> command) {
            return command;
        }

        @Override
        public Path cache() {
            return userCache();
        }

        @Override
        public void own(Path tree) {
            // Already ours.
        }
    }

    /// Root, in a user namespace in which it is nobody: the files stay root's, and no other account is needed.
    record OwnNamespace() implements PostgresAccount {
        @Override
        public List<String> running(List<String> command) {
            return prefixed(List.of("unshare", "-U"), command);
        }

        @Override
        public Path cache() {
            return userCache();
        }

        @Override
        public void own(Path tree) {
            // To the kernel the server still is root, without any of root's rights.
        }
    }

    /// Root, where user namespaces are off: an unprivileged account of the machine.
    record Unprivileged(String name) implements PostgresAccount {

        static Unprivileged find() {
            for (String name : List.of("postgres", "nobody")) {
                if (succeeds(List.of("setpriv", "--reuid=" + name, "--clear-groups", "true"))) {
                    return new Unprivileged(name);
                }
            }
            throw new PostgresException("""
                    PostgreSQL does not run as root, user namespaces are off, and there is neither an account \
                    "postgres" nor "nobody" to run it as. Start the node as another user, or configure a JDBC URL.\
                    """);
        }

        @Override
        public List<String> running(List<String> command) {
            return prefixed(List.of("setpriv", "--reuid=" + name, "--clear-groups"), command);
        }

        @Override
        public Path cache() {
            return Path.of("/var/cache/hanse");
        }

        @Override
        public void own(Path tree) throws IOException {
            UserPrincipal account = lookUp(tree);
            try (var paths = Files.walk(tree)) {
                for (Path path : paths.toList()) {
                    Files.getFileAttributeView(path, PosixFileAttributeView.class)
                            .setOwner(account);
                }
            }
        }

        private UserPrincipal lookUp(Path anywhere) throws IOException {
            try {
                return anywhere.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(name);
            } catch (UserPrincipalNotFoundException e) {
                throw new PostgresException("The account " + name + " has vanished.", e);
            }
        }
    }

    private static List<String> prefixed(List<String> prefix, List<String> command) {
        var whole = new ArrayList<>(prefix);
        whole.addAll(command);
        return List.copyOf(whole);
    }

    private static Path userCache() {
        String configured = System.getenv("XDG_CACHE_HOME");
        Path caches = configured != null && configured.startsWith("/")
                ? Path.of(configured)
                : Path.of(System.getProperty("user.home"), ".cache");
        return caches.resolve("hanse");
    }

    private static boolean isRoot() {
        try {
            return Set.of(0).contains(Files.getAttribute(Path.of("/proc/self/"), "unix:uid"));
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    private static boolean succeeds(List<String> command) {
        try {
            return new ProcessBuilder(command)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
