/**
 * A fake Salesforce over real HTTP: the Bots API and the part of an org that routing needs.
 *
 * <p>It is a second, independent reading of the facts, so that a mistake in Baton's clients does
 * not agree with the same mistake here. Hence it shares no class with the rest of Baton.
 */
@NullMarked
package dev.baton.simulator;

import org.jspecify.annotations.NullMarked;
