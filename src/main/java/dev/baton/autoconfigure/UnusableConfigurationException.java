package dev.baton.autoconfigure;

/**
 * The application must not start as it is configured. Its message and {@link #remedy} are shown on
 * the console; neither quotes the value of a property that may be a secret.
 */
public final class UnusableConfigurationException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String remedy;

  /** In one sentence each: what is wrong, naming the property, and what to do. */
  public UnusableConfigurationException(String problem, String remedy) {
    super(problem);
    this.remedy = remedy;
  }

  /** What to do. */
  public String remedy() {
    return remedy;
  }
}
