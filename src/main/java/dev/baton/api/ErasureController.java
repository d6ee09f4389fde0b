package dev.baton.api;

import dev.baton.conversation.Erasure;
import dev.baton.conversation.Erasure.Erased;
import dev.baton.conversation.Rights;
import dev.baton.conversation.Rights.Right;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** For operators, not for channels: removes what is kept of a conversation. */
@RestController
final class ErasureController {

  private final Erasure erasure;
  private final Rights rights;

  ErasureController(Erasure erasure, Rights rights) {
    this.erasure = erasure;
    this.rights = rights;
  }

  @DeleteMapping(
      path = ConversationController.PATH + "/{key}/data",
      produces = MediaType.APPLICATION_JSON_VALUE)
  Erased erase(@PathVariable String key) {
    rights.require(Right.ERASE);
    return erasure.erase(key);
  }
}
