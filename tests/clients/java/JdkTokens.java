import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/**
 * The HttpClient of the JDK gets tokens with {@code Expect: 100-continue}, over HTTP/2 and HTTP/1.1, for each application. Over
 * HTTP/2, it sends the body of a request only after an interim response or a final one, without a limit on the time.
 */
final class JdkTokens {
  /** Far below the time after which the server gives up on a body. */
  private static final Duration WITHIN = Duration.ofSeconds(5);

  public static void main(String[] arguments) throws Exception {
    for (HttpClient.Version version : HttpClient.Version.values()) {
      HttpClient client = HttpClient.newBuilder().version(version).sslContext(Checks.tls()).build();
      for (Checks.Application application : Checks.applications()) {
        String id = application.clientId();

        Checks.check("HttpClient of the JDK gets a token for " + id + " with Expect over " + version, () -> {
          HttpResponse<String> answer = fetch(client, application);
          Checks.equal(answer.statusCode(), 200);
          Checks.equal(answer.version(), version);
          String claims = Checks.claims(answer.body());
          Checks.equal(Checks.value("client_id", claims), id);
          Checks.equal(Checks.value("scope", claims), Checks.scope());
        });
      }
    }
    HttpClient client = HttpClient.newBuilder().sslContext(Checks.tls()).build();
    Checks.Application odd = Checks.applications().get(1);
    Checks.check("HttpClient of the JDK sees invalid_client for " + odd.clientId() + " with Expect", () -> {
      HttpResponse<String> answer = fetch(client, odd.withWrongSecret());
      Checks.equal(answer.statusCode(), 401);
      Checks.equal(answer.version(), HttpClient.Version.HTTP_2);
      Checks.equal(Checks.value("error", answer.body()), "invalid_client");
    });
    Checks.exit();
  }

  private static HttpResponse<String> fetch(HttpClient client, Checks.Application application) throws Exception {
    String body = "grant_type=client_credentials&audience=" + Checks.encode(Checks.audience())
        + "&scope=" + Checks.encode(Checks.scope());
    HttpRequest request = HttpRequest.newBuilder(URI.create(Checks.ISSUER + "/oauth2/token"))
        .header("Authorization", application.basic())
        .header("Content-Type", "application/x-www-form-urlencoded")
        .expectContinue(true)
        .timeout(WITHIN)
        .POST(BodyPublishers.ofString(body))
        .build();
    return client.send(request, BodyHandlers.ofString());
  }
}
