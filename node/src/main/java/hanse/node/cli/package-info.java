/// The command line, for operators and for the first try on one machine. The only package that may use the SDK and the
/// bridge.
@NullMarked
package hanse.node.cli;

import org.jspecify.annotations.NullMarked;
