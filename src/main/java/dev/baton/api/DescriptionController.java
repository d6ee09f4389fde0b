package dev.baton.api;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * The OpenAPI description of the REST interface for channels. Written by hand: the bodies are read
 * by rules of our own, which no generator would find in the code.
 */
@RestController
final class DescriptionController {

  @GetMapping(path = "/api/openapi", produces = MediaType.APPLICATION_JSON_VALUE)
  String description() throws IOException {
    Resource description = new ClassPathResource("openapi.json", DescriptionController.class);
    return description.getContentAsString(StandardCharsets.UTF_8);
  }
}
