/**
 * Targets outside of Salesforce: a service of the user's own that is asked by signed requests. It
 * joins in by configuration and needs no code in here.
 */
@NullMarked
package dev.baton.webhook;

import org.jspecify.annotations.NullMarked;
