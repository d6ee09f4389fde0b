/** Access tokens of Salesforce orgs: fetched once, shared by all callers, renewed when refused. */
@NullMarked
package dev.baton.oauth;

import org.jspecify.annotations.NullMarked;
