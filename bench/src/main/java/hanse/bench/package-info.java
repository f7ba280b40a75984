/// Load generators that measure the node beside pgbench and beside one transaction per transfer, on the same server.
@NullMarked
package hanse.bench;

import org.jspecify.annotations.NullMarked;
