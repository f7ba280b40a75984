/// `hanse demo`: the story of two registries, told and checked through their public ports only.
@NullMarked
package hanse.node.cli.demo;

import org.jspecify.annotations.NullMarked;
