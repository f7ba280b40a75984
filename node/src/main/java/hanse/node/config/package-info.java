/// What an operator can set: one file, `hanse.yaml`, plus environment variables, read once at start into records. Every
/// error is reported at once, with what is wrong and what is expected.
@NullMarked
package hanse.node.config;

import org.jspecify.annotations.NullMarked;
