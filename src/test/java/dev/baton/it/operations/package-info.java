/** What operators keep, erase and read. */
@NullMarked
package dev.baton.it.operations;

import org.jspecify.annotations.NullMarked;
