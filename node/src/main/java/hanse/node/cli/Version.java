package hanse.node.cli;

import hanse.node.ops.Software;
import picocli.CommandLine.IVersionProvider;

/// What `--version` prints.
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"hanse " + Software.VERSION, "Java " + Runtime.version()};
    }
}
