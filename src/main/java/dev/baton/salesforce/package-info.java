/**
 * The org behind the bot: a client of the Salesforce REST API and the kinds of targets that are
 * asked through it. The only place that knows Salesforce objects, SOQL and Salesforce's errors.
 */
@NullMarked
package dev.baton.salesforce;

import org.jspecify.annotations.NullMarked;
