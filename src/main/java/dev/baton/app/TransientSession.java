package dev.baton.app;

import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpSession;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A session that no store keeps and no cookie names: it ends with its request. */
final class TransientSession implements HttpSession {

  private final Map<String, Object> attributes = new HashMap<>();
  private final ServletContext context;
  private final long created = System.currentTimeMillis();
  private boolean invalidated;

  TransientSession(ServletContext context) {
    this.context = context;
  }

  boolean isInvalidated() {
    return invalidated;
  }

  @Override
  public void invalidate() {
    invalidated = true;
  }

  @Override
  public @Nullable Object getAttribute(String name) {
    return attributes.get(name);
  }

  @Override
  public Enumeration<String> getAttributeNames() {
    return Collections.enumeration(attributes.keySet());
  }

  @Override
  public void setAttribute(String name, @Nullable Object value) {
    if (value == null) {
      attributes.remove(name);
    } else {
      attributes.put(name, value);
    }
  }

  @Override
  public void removeAttribute(String name) {
    attributes.remove(name);
  }

  @Override
  public String getId() {
    return "transient";
  }

  @Override
  public boolean isNew() {
    return true;
  }

  @Override
  public long getCreationTime() {
    return created;
  }

  @Override
  public long getLastAccessedTime() {
    return created;
  }

  @Override
  public ServletContext getServletContext() {
    return context;
  }

  @Override
  public void setMaxInactiveInterval(int seconds) {
    // It ends with its request.
  }

  @Override
  public int getMaxInactiveInterval() {
    return 0;
  }
}
