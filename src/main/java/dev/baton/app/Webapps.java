package dev.baton.app;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.OrRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;

/**
 * The addresses of Camunda's web applications.
 *
 * @param path as {@code camunda.bpm.webapp.application-path} has it; empty at the root
 * @param engine the name of the engine; Camunda answers 500 to any other
 */
record Webapps(String path, String engine) {

  private static final List<String> APPS = List.of("welcome", "cockpit", "tasklist", "admin");
  private static final List<String> APIS =
      List.of("engine", "welcome", "cockpit", "tasklist", "admin");

  /** All of them. At the root they are told from Baton's own addresses by name. */
  RequestMatcher all() {
    Stream<String> apis = APIS.stream().map(api -> "/api/" + api + "/**");
    RequestMatcher named =
        matchers(
            null,
            Stream.concat(Stream.of("/app/**", "/lib/**", "/assets/**", "/favicon.ico"), apis));
    return path.isEmpty() ? named : PathPatternRequestMatcher.withDefaults().matcher(path + "/**");
  }

  /** The pages, which show a login until a user is logged in, and their static files. */
  RequestMatcher pages() {
    Stream<String> apps =
        APPS.stream()
            .flatMap(
                app ->
                    Stream.of("/app/" + app + "/**", "/api/" + app + "/plugin/{plugin}/static/**"));
    Stream<String> files =
        Stream.of(
            path.isEmpty() ? "/" : "",
            "/",
            "/app",
            "/app/",
            "/lib/**",
            "/assets/**",
            "/favicon.ico");
    RequestMatcher open = matchers(HttpMethod.GET, Stream.concat(files, apps));
    RequestMatcher index =
        matchers(HttpMethod.GET, APPS.stream().map(app -> "/app/" + app + "/{engine}/"));
    return request ->
        open.matches(request)
            && engine.equals(index.matcher(request).getVariables().getOrDefault("engine", engine));
  }

  /** What the login page asks for: the names of the engines, and who is logged in. */
  RequestMatcher askedByLogin() {
    return matchers(
        HttpMethod.GET, Stream.of("/api/engine/engine/", "/api/admin/auth/user/{engine}"));
  }

  /** A login, with a password in its body. */
  RequestMatcher login() {
    return matchers(HttpMethod.POST, Stream.of("/api/admin/auth/user/{engine}/login/{app}"));
  }

  private RequestMatcher matchers(@Nullable HttpMethod method, Stream<String> patterns) {
    PathPatternRequestMatcher.Builder any = PathPatternRequestMatcher.withDefaults();
    RequestMatcher[] all =
        patterns
            .map(pattern -> path + pattern)
            .map(pattern -> method == null ? any.matcher(pattern) : any.matcher(method, pattern))
            .toArray(RequestMatcher[]::new);
    return new OrRequestMatcher(Arrays.asList(all));
  }
}
