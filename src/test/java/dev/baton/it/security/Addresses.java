package dev.baton.it.security;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.camunda.bpm.admin.impl.web.AdminApplication;
import org.camunda.bpm.cockpit.impl.web.CockpitApplication;
import org.camunda.bpm.engine.rest.impl.CamundaRestResources;
import org.camunda.bpm.tasklist.impl.web.TasklistApplication;
import org.camunda.bpm.welcome.impl.web.WelcomeApplication;
import org.springframework.context.ApplicationContext;
import org.springframework.web.servlet.handler.AbstractUrlHandlerMapping;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** All addresses that an application and its libraries register, found by reflection. */
final class Addresses {

  private static final int DEEPEST = 6;

  private final ApplicationContext context;
  private final String webapps;

  /**
   * Of an application.
   *
   * @param webapps the path of the web applications, empty at the root
   */
  Addresses(ApplicationContext context, String webapps) {
    this.context = context;
    this.webapps = webapps;
  }

  /** Paths within the context, with examples for their variables. */
  Set<String> all() {
    Set<String> all = new TreeSet<>();
    context
        .getBeansOfType(RequestMappingHandlerMapping.class)
        .values()
        .forEach(
            mapping ->
                mapping
                    .getHandlerMethods()
                    .keySet()
                    .forEach(info -> info.getPatternValues().forEach(p -> all.add(example(p)))));
    context
        .getBeansOfType(AbstractUrlHandlerMapping.class)
        .values()
        .forEach(mapping -> mapping.getHandlerMap().keySet().forEach(p -> all.add(example(p))));
    Set<String> engine = new TreeSet<>();
    CamundaRestResources.getResourceClasses()
        .forEach(type -> walk(type, "", engine, new HashSet<>(), 0));
    engine.forEach(path -> all.add("/engine-rest" + path));
    engine.stream()
        .filter(path -> path.startsWith("/engine/default/"))
        .forEach(path -> all.add(webapps + "/api/engine" + path));
    jaxRs(CockpitApplication.class, "cockpit", all);
    jaxRs(AdminApplication.class, "admin", all);
    jaxRs(TasklistApplication.class, "tasklist", all);
    jaxRs(WelcomeApplication.class, "welcome", all);
    context
        .getBean(ServletContext.class)
        .getServletRegistrations()
        .values()
        .forEach(servlet -> all.addAll(mappings(servlet)));
    for (String app : List.of("welcome", "cockpit", "tasklist", "admin", "other")) {
      all.add(webapps + "/app/" + app + "/default/");
      all.add(webapps + "/app/" + app + "/default/index.html");
    }
    all.addAll(
        List.of(
            "/actuator", "/actuator/env", "/h2-console", "/error", "/webjars/x", "/v3/api-docs"));
    return all;
  }

  private static List<String> mappings(ServletRegistration servlet) {
    List<String> paths = new ArrayList<>();
    for (String mapping : servlet.getMappings()) {
      String prefix = mapping.replaceFirst("/?\\*$", "");
      paths.add(prefix + "/");
      paths.add(prefix + "/application.wadl");
      paths.add(prefix + "/nothing");
    }
    return paths;
  }

  private void jaxRs(
      Class<? extends jakarta.ws.rs.core.Application> type, String name, Set<String> all) {
    try {
      for (Class<?> resource : type.getDeclaredConstructor().newInstance().getClasses()) {
        Set<String> paths = new TreeSet<>();
        walk(resource, "", paths, new HashSet<>(), 0);
        paths.forEach(path -> all.add(webapps + "/api/" + name + path));
      }
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(type.getName(), e);
    }
  }

  /** The paths of a resource and, through its locators, of those below it. */
  private static void walk(
      Class<?> type, String prefix, Set<String> paths, Set<Class<?>> above, int depth) {
    if (depth > DEEPEST || !above.add(type)) {
      return;
    }
    Path own = path(type);
    String base = depth == 0 && own != null ? prefix + "/" + own.value() : prefix;
    if (depth == 0 && own == null) {
      above.remove(type);
      return;
    }
    for (Method method : type.getMethods()) {
      Method declared = annotated(type, method);
      Path below = declared.getAnnotation(Path.class);
      boolean answers =
          List.of(declared.getAnnotations()).stream()
              .anyMatch(a -> a.annotationType().isAnnotationPresent(HttpMethod.class));
      String path = below == null ? base : base + "/" + below.value();
      if (answers) {
        paths.add(example(path));
      } else if (below != null) {
        walk(method.getReturnType(), path, paths, above, depth + 1);
      }
    }
    above.remove(type);
  }

  private static @org.jspecify.annotations.Nullable Path path(Class<?> type) {
    for (Class<?> c = type; c != null && c != Object.class; c = c.getSuperclass()) {
      if (c.isAnnotationPresent(Path.class)) {
        return c.getAnnotation(Path.class);
      }
      for (Class<?> i : c.getInterfaces()) {
        if (i.isAnnotationPresent(Path.class)) {
          return i.getAnnotation(Path.class);
        }
      }
    }
    return null;
  }

  /** JAX-RS annotations are inherited from the interface that declares the method. */
  private static Method annotated(Class<?> type, Method method) {
    if (hasAny(method)) {
      return method;
    }
    for (Class<?> c = type; c != null; c = c.getSuperclass()) {
      for (Class<?> i : c.getInterfaces()) {
        try {
          Method declared = i.getMethod(method.getName(), method.getParameterTypes());
          if (hasAny(declared)) {
            return declared;
          }
        } catch (NoSuchMethodException e) {
          // In another interface.
        }
      }
    }
    return method;
  }

  private static boolean hasAny(Method method) {
    return method.getAnnotations().length > 0;
  }

  private static String example(String pattern) {
    String path =
        ("/" + pattern)
            .replaceAll("\\{(engineName|engine|processEngineName|name)[^}]*}", "default")
            .replaceAll("\\{[^}]*}", "x")
            .replace("/**", "/x/y")
            .replace("*", "x")
            .replaceAll("/+", "/");
    return path.length() > 1 && path.endsWith("/") && !pattern.endsWith("/")
        ? path.substring(0, path.length() - 1)
        : path;
  }
}
