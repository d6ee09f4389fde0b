package dev.baton.it.support;

import java.net.http.HttpResponse;

/** The login of the web applications, as a browser does it. */
public final class Login {

  private static final String TOKEN = "XSRF-TOKEN=";

  private final int port;

  private Login(int port) {
    this.port = port;
  }

  public static Login at(int port) {
    return new Login(port);
  }

  /** Opens the page, which sets a token, and sends the form with it. */
  public HttpResponse<String> as(String user, String password) {
    Caller browser = Caller.stranger(port);
    String cookie =
        browser.get("/camunda/app/cockpit/default/").headers().allValues("Set-Cookie").stream()
            .filter(header -> header.startsWith(TOKEN))
            .map(header -> header.substring(TOKEN.length()).split(";", 2)[0])
            .findFirst()
            .orElseThrow();
    return browser.send(
        "POST",
        "/camunda/api/admin/auth/user/default/login/cockpit",
        "username=" + user + "&password=" + password,
        "Content-Type",
        "application/x-www-form-urlencoded",
        "Cookie",
        TOKEN + cookie,
        "X-XSRF-TOKEN",
        cookie);
  }
}
