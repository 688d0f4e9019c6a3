//! A service that calls another API, over HTTP: the example `shop_service` of m2m-guard, which calls `orders_api`, with tokens of a server process.

#[path = "../../../m2m-guard/examples/shop_service.rs"]
#[expect(dead_code, reason = "the test starts the service itself")]
mod example;

use std::net::SocketAddr;

use axum::Router;
use m2m_authority::registry::SecretHash;
use m2m_client::Credentials;
use m2m_guard::ApiGuard;
use reqwest_middleware::ClientWithMiddleware;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::orders_api::example as orders_api;
use crate::support::{Answer, SECRET, Serving, send_to};

const SHOP: &str = "https://shop.example/api";
const ORDERS: &str = "https://orders.example/api";

/// A server, the API of orders, and the shop in front of it.
struct Shop {
    server: Serving,
    shop: SocketAddr,
    _runtime: Runtime,
}

impl Shop {
    /// Starts all three. The shop requests its tokens with this secret.
    fn start(secret: &str) -> Self {
        let server = Serving::of(&world(), &[]);
        let issuer = server.issuer();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let guard = ApiGuard::over_hyper(&issuer, ORDERS).unwrap();
        let orders = listen(&runtime, orders_api::router(&guard));
        // The tests of a machine with a proxy call this machine as well.
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let credentials = Credentials::new("shop", secret).unwrap();
        let http: ClientWithMiddleware = example::with_tokens(http, &issuer, credentials).unwrap();
        let orders = example::Orders {
            http,
            url: format!("http://{orders}/orders"),
        };
        let guard = ApiGuard::over_hyper(&issuer, SHOP).unwrap();
        Self {
            shop: listen(&runtime, example::router(&guard, orders)),
            server,
            _runtime: runtime,
        }
    }

    /// Calls the shop with a token of this application.
    fn overview(&self, client_id: &str) -> Answer {
        let audience = format!("&audience={SHOP}");
        let token = self.server.token(client_id, SECRET, &audience);
        let token = token.access_token();
        call(self.shop, &format!("authorization: Bearer {token}\r\n"))
    }
}

fn call(shop: SocketAddr, headers: &str) -> Answer {
    let head =
        format!("GET /overview HTTP/1.1\r\nhost: {shop}\r\nconnection: close\r\n{headers}\r\n");
    send_to(shop, head.as_bytes())
}

fn listen(runtime: &Runtime, router: Router) -> SocketAddr {
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(async { axum::serve(listener, router).await });
    address
}

fn world() -> String {
    let hash = SecretHash::of(SECRET.as_bytes()).to_base64();
    let apis = [(SHOP, "read:shop"), (ORDERS, "read:orders")].map(|(audience, scope)| {
        format!("[[api]]\nname = {audience:?}\naudience = {audience:?}\nscopes = [{scope:?}]\n")
    });
    // The caller may not call the API of orders itself.
    let applications = [
        ("caller", SHOP, "read:shop"),
        ("shop", ORDERS, "read:orders"),
    ]
    .map(|(client_id, audience, scope)| {
        format!(
            "[[application]]\nname = {client_id:?}\nclient_id = {client_id:?}\nsecret_sha256 = {hash:?}\n\
             authorize = [{{ audience = {audience:?}, scopes = [{scope:?}] }}]\n"
        )
    });
    apis.concat() + &applications.concat()
}

#[test]
fn a_call_goes_through_the_shop_to_the_orders_with_a_token_of_the_shop() {
    let shop = Shop::start(SECRET);
    for _ in 0..2 {
        let answer = shop.overview("caller");
        let expected =
            "orders for caller:\n1: ten anvils for org_acme\n2: a doomsday device for org_globex\n";
        assert_eq!((answer.status, &*answer.body), (200, expected));
    }
    // The shop itself is guarded.
    let answer = call(shop.shop, "");
    assert_eq!(answer.status, 401);
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    // It kept its token, and requested one for the two calls.
    let (status, log) = shop.server.stop();
    assert!(status.success());
    let issued = log.lines().filter(|line| line.contains("\"issued\""));
    let to_shop: Vec<_> = issued.filter(|line| line.contains("\"shop\"")).collect();
    assert!(!to_shop.is_empty(), "{log}");
    for line in to_shop {
        assert!(line.contains("\"tokens\":1"), "{line}");
    }
}

#[test]
fn a_shop_that_gets_no_token_answers_that_its_own_call_failed() {
    let shop = Shop::start("another secret");
    let answer = shop.overview("caller");
    assert_eq!((answer.status, &*answer.body), (502, ""));
}
