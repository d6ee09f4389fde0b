package dev.baton.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;

/**
 * Limits of the JSON that other systems send. A few bytes of JSON can cost a lot of heap or time:
 * {@code {}} is an object, and a long number is slow to convert.
 *
 * <p>Whatever exceeds a limit is unreadable, as text that is no JSON would be.
 */
public final class RemoteJson {

  /** Arrays and objects within each other. */
  public static final int MAX_DEPTH = 100;

  /** Names, values, beginnings and ends: 2000 records of a query have about 60,000. */
  public static final int MAX_TOKEN_COUNT = 200_000;

  /** Characters of one string. */
  public static final int MAX_STRING_LENGTH = 1 << 20;

  /** Characters of a name. */
  public static final int MAX_NAME_LENGTH = 255;

  /** Digits of a number: more than any decimal of a database has. */
  public static final int MAX_NUMBER_LENGTH = 100;

  /** Makes the parsers of all mappers that read what another system sent. */
  public static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxTokenCount(MAX_TOKEN_COUNT)
                  .maxStringLength(MAX_STRING_LENGTH)
                  .maxNameLength(MAX_NAME_LENGTH)
                  .maxNumberLength(MAX_NUMBER_LENGTH)
                  .build())
          .build();

  private RemoteJson() {}
}
