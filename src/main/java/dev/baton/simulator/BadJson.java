package dev.baton.simulator;

/** What is wrong with a JSON document, in words that name the member. */
final class BadJson extends RuntimeException {

  BadJson(String words) {
    super(words, null, false, false);
  }

  String words() {
    return String.valueOf(getMessage());
  }
}
