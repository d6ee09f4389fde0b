package example;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** An engine application that knows nothing of Baton: it is configured, not programmed. */
@SpringBootApplication
public class OwnEngine {

  public static void main(String[] arguments) {
    SpringApplication.run(OwnEngine.class, arguments);
  }
}
