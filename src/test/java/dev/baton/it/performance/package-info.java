/** What a conversation costs in statements, commits and bytes. */
@NullMarked
package dev.baton.it.performance;

import org.jspecify.annotations.NullMarked;
