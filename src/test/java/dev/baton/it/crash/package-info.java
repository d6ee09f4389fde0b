/** Nodes that die, stop or freeze. */
@NullMarked
package dev.baton.it.crash;

import org.jspecify.annotations.NullMarked;
