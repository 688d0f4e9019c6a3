import java.io.FileInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** The parts that the checks of a program share: the callers, and one line of output per check. */
final class Checks {
  static final String ISSUER = System.getenv("CLIENTS_ISSUER");

  /** A caller in callers.json. */
  record Application(String clientId, String clientSecret) {
    /** The value of a Basic header, with both parts encoded as RFC 6749, section 2.3.1 requires. */
    String basic() {
      String pair = encode(clientId) + ":" + encode(clientSecret);
      return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.US_ASCII));
    }

    Application withWrongSecret() {
      return new Application(clientId, clientSecret + "-not");
    }
  }

  /** The body of a check. */
  interface Body {
    void run() throws Exception;
  }

  private static boolean failed;

  private Checks() {}

  /** The applications in callers.json. The JDK has no parser of JSON, and the values contain nothing that is escaped. */
  static List<Application> applications() throws Exception {
    String all = callers();
    String text = all.substring(all.indexOf("\"applications\""), all.indexOf("\"behind_proxy\""));
    var pairs = Pattern.compile("\"client_id\": \"([^\"]+)\",\\s*\"client_secret\": \"([^\"]+)\"").matcher(text);
    List<Application> found = new ArrayList<>();
    while (pairs.find()) {
      found.add(new Application(pairs.group(1), pairs.group(2)));
    }
    return found;
  }

  static String audience() throws Exception {
    return value("audience", callers());
  }

  static String scope() throws Exception {
    return value("scope", callers());
  }

  /** The first value of this member in a JSON document. */
  static String value(String member, String json) {
    var found = Pattern.compile("\"" + member + "\":\\s*\"([^\"]*)\"").matcher(json);
    if (!found.find()) {
      throw new AssertionError("no " + member + " in " + json);
    }
    return found.group(1);
  }

  /** The claims of the access token in an answer, in JSON. */
  static String claims(String answer) {
    String payload = value("access_token", answer).split("\\.")[1];
    return new String(Base64.getUrlDecoder().decode(payload), StandardCharsets.UTF_8);
  }

  /** TLS that trusts only the certificate authority of the run. */
  static SSLContext tls() throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (var file = new FileInputStream(System.getenv("SSL_CERT_FILE"))) {
      store.setCertificateEntry("authority", CertificateFactory.getInstance("X.509").generateCertificate(file));
    }
    TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  static String encode(String text) {
    return java.net.URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** Runs one check and prints its result. A check fails by throwing. */
  static void check(String name, Body body) {
    try {
      body.run();
      System.out.println("ok " + name);
    } catch (Throwable error) {
      failed = true;
      System.out.println("failed " + name + ": " + String.valueOf(error).replace('\n', ' '));
      error.printStackTrace();
    }
  }

  static void equal(Object actual, Object expected) {
    if (!actual.equals(expected)) {
      throw new AssertionError(actual + " is not " + expected);
    }
  }

  /** Ends the program: threads of a client must not keep it running. */
  static void exit() {
    System.exit(failed ? 1 : 0);
  }

  private static String callers() throws Exception {
    return Files.readString(Path.of(System.getenv("CLIENTS_CALLERS")));
  }
}
