import org.apache.http.HttpEntity;
import org.apache.http.HttpEntityEnclosingRequest;
import org.apache.http.client.methods.CloseableHttpResponse;
import org.apache.http.client.methods.HttpUriRequest;
import org.apache.http.client.methods.RequestBuilder;
import org.apache.http.impl.client.CloseableHttpClient;
import org.apache.http.impl.client.HttpClients;
import org.apache.http.util.EntityUtils;

/**
 * Apache HttpClient gets tokens by header and by body, for each application. A request of its RequestBuilder has the content type
 * {@code application/x-www-form-urlencoded; charset=ISO-8859-1}.
 */
final class ApacheTokens {
  private static final String CONTENT_TYPE = "application/x-www-form-urlencoded; charset=ISO-8859-1";

  /** An answer of the server, and the content type of the request. */
  private record Answer(int status, String body, String sent) {}

  public static void main(String[] arguments) throws Exception {
    try (CloseableHttpClient client = HttpClients.custom().setSSLContext(Checks.tls()).build()) {
      for (String place : new String[] {"header", "body"}) {
        for (Checks.Application application : Checks.applications()) {
          String id = application.clientId();

          Checks.check("Apache HttpClient gets a token for " + id + " by " + place, () -> {
            Answer answer = fetch(client, application, place);
            Checks.equal(answer.sent(), CONTENT_TYPE);
            Checks.equal(answer.status(), 200);
            String claims = Checks.claims(answer.body());
            Checks.equal(Checks.value("client_id", claims), id);
            Checks.equal(Checks.value("scope", claims), Checks.scope());
          });
        }
      }

      Checks.Application odd = Checks.applications().get(1);
      Checks.check("Apache HttpClient sees invalid_client for " + odd.clientId() + " with a wrong secret", () -> {
        Answer answer = fetch(client, odd.withWrongSecret(), "body");
        Checks.equal(answer.status(), 401);
        Checks.equal(Checks.value("error", answer.body()), "invalid_client");
      });
    }
    Checks.exit();
  }

  private static Answer fetch(CloseableHttpClient client, Checks.Application application, String place) throws Exception {
    RequestBuilder builder = RequestBuilder.post(Checks.ISSUER + "/oauth2/token")
        .addParameter("grant_type", "client_credentials")
        .addParameter("audience", Checks.audience())
        .addParameter("scope", Checks.scope());
    if (place.equals("header")) {
      builder.addHeader("Authorization", application.basic());
    } else {
      builder.addParameter("client_id", application.clientId());
      builder.addParameter("client_secret", application.clientSecret());
    }
    HttpUriRequest request = builder.build();
    HttpEntity entity = ((HttpEntityEnclosingRequest) request).getEntity();
    try (CloseableHttpResponse answer = client.execute(request)) {
      int status = answer.getStatusLine().getStatusCode();
      return new Answer(status, EntityUtils.toString(answer.getEntity()), entity.getContentType().getValue());
    }
  }
}
