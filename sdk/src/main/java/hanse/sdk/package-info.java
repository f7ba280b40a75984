/// What an agent embeds to talk to its registry: its key, the signature on each request, payments given and taken.
@NullMarked
package hanse.sdk;

import org.jspecify.annotations.NullMarked;
