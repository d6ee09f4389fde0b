/** Who is let in where, and what an outsider can do to a node. */
@NullMarked
package dev.baton.it.security;

import org.jspecify.annotations.NullMarked;
