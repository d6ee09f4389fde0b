/** The application, the org and the databases that the tests of all subjects share. */
@NullMarked
package dev.baton.it.support;

import org.jspecify.annotations.NullMarked;
