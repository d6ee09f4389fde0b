package dev.baton.app;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * Keeps callers to their share, once they are known: so many requests of a user, so many messages
 * in a conversation, and a body that is neither endless nor comes in drop by drop. A body is read
 * whole before anybody looks at it, since none of those who read it here, the engine's REST API
 * among them, knows an end.
 */
final class RequestLimits implements Filter {

  /** From the first to the last byte of a body. */
  private static final Duration LONGEST = Duration.ofSeconds(20);

  /** A longer key is no conversation's, and is not remembered. */
  private static final Pattern MESSAGES =
      Pattern.compile("/api/conversations/[^/]{1,255}/messages");

  private static final int PIECE = 8192;

  private final Allowance requests;
  private final Allowance messages;
  private final long body;
  private final long deployment;

  RequestLimits(AccessLimits limits) {
    this.requests = new Allowance(limits.requestsPerSecond(), Duration.ofSeconds(1));
    this.messages = new Allowance(limits.messagesPerMinute(), Duration.ofMinutes(1));
    this.body = limits.body().toBytes();
    this.deployment = limits.deployment().toBytes();
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    HttpServletRequest http = (HttpServletRequest) request;
    HttpServletResponse answer = (HttpServletResponse) response;
    String path = BasicAuthentication.path(http);
    if (http.getAttribute(BasicAuthentication.USER) instanceof String user && !requests.use(user)) {
      Refused.tooMany(answer, requests.period(), "You send more requests than are accepted.");
    } else if (http.getMethod().equals("POST")
        && MESSAGES.matcher(path).matches()
        && !messages.use(path)) {
      Refused.tooMany(
          answer, messages.period(), "The conversation gets more messages than are accepted.");
    } else {
      withBody(http, answer, path.endsWith("/deployment/create") ? deployment : body, chain);
    }
  }

  private static void withBody(
      HttpServletRequest request, HttpServletResponse response, long limit, FilterChain chain)
      throws IOException, ServletException {
    long length = request.getContentLengthLong();
    if (length == 0 || (length < 0 && request.getHeader("Transfer-Encoding") == null)) {
      chain.doFilter(request, response);
      return;
    }
    if (length > limit) {
      Refused.tooLarge(response, limit);
      return;
    }
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    long began = System.nanoTime();
    try {
      InputStream coming = request.getInputStream();
      byte[] piece = new byte[PIECE];
      for (int read = coming.read(piece); read >= 0; read = coming.read(piece)) {
        whole.write(piece, 0, read);
        if (whole.size() > limit) {
          Refused.tooLarge(response, limit);
          return;
        }
        if (System.nanoTime() - began > LONGEST.toNanos()) {
          Refused.tooSlow(response);
          return;
        }
      }
    } catch (IOException e) {
      // Silent for too long, gone, or no HTTP any more.
      Refused.tooSlow(response);
      return;
    }
    chain.doFilter(new ReadRequest(request, whole.toByteArray()), response);
  }

  /** A request whose body is here. */
  private static final class ReadRequest extends HttpServletRequestWrapper {

    private final ReadBody body;

    ReadRequest(HttpServletRequest request, byte[] bytes) {
      super(request);
      this.body = new ReadBody(new ByteArrayInputStream(bytes));
    }

    @Override
    public ServletInputStream getInputStream() {
      return body;
    }

    @Override
    public BufferedReader getReader() {
      String encoding = getCharacterEncoding();
      Charset charset = encoding == null ? StandardCharsets.ISO_8859_1 : Charset.forName(encoding);
      return new BufferedReader(new InputStreamReader(body, charset));
    }
  }

  private static final class ReadBody extends ServletInputStream {

    private final ByteArrayInputStream bytes;

    ReadBody(ByteArrayInputStream bytes) {
      this.bytes = bytes;
    }

    @Override
    public int read() {
      return bytes.read();
    }

    @Override
    public int read(byte[] into, int from, int length) {
      return bytes.read(into, from, length);
    }

    @Override
    public int available() {
      return bytes.available();
    }

    @Override
    public boolean isFinished() {
      return bytes.available() == 0;
    }

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void setReadListener(ReadListener listener) {
      throw new IllegalStateException("The body is read already.");
    }
  }
}
