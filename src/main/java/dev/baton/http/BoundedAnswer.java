package dev.baton.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hc.client5.http.async.methods.AbstractBinResponseConsumer;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/** Collects an answer within the {@link AnswerLimits}. */
final class BoundedAnswer extends AbstractBinResponseConsumer<HttpAnswer> {

  private final BodyBudget budget;
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
  private int status;
  private boolean released;

  BoundedAnswer(BodyBudget budget) {
    this.budget = budget;
  }

  @Override
  protected void start(HttpResponse response, @Nullable ContentType contentType) {
    status = response.getCode();
    for (Header header : response.getHeaders()) {
      String value = header.getValue();
      headers.putIfAbsent(header.getName(), value == null ? "" : value);
    }
  }

  @Override
  protected int capacityIncrement() {
    return Integer.MAX_VALUE;
  }

  @Override
  protected synchronized void data(ByteBuffer part, boolean endOfStream) throws IOException {
    int size = part.remaining();
    if (body.size() + size > AnswerLimits.MAX_BODY_SIZE) {
      throw new IOException("the answer exceeds " + AnswerLimits.MAX_BODY_SIZE + " bytes");
    }
    if (released || !budget.take(size)) {
      throw new IOException("the answers of this host exceed their share of memory");
    }
    byte[] bytes = new byte[size];
    part.get(bytes);
    body.write(bytes, 0, size);
  }

  @Override
  protected synchronized HttpAnswer buildResult() {
    return new HttpAnswer(status, headers, body.toByteArray());
  }

  @Override
  public void informationResponse(HttpResponse response, HttpContext context) {}

  /** Gives its share of the budget back; whatever still comes is refused. */
  synchronized void release() {
    if (!released) {
      released = true;
      budget.giveBack(body.size());
    }
  }

  /** The client does not call this for every cancelled exchange, hence {@link #release}. */
  @Override
  public void releaseResources() {}
}
