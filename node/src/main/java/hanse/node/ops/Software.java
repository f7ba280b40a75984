package hanse.node.ops;

import java.util.Optional;

/// Which software this is.
public final class Software {
    /// The version in the jar's manifest, or `development` when run from classes.
    public static final String VERSION = Optional.ofNullable(
                    Software.class.getPackage().getImplementationVersion())
            .orElse("development");

    private Software() {}
}
