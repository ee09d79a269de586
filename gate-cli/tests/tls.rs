//! `cutover readyz` of a service with TLS: trusted if its authority is, and else never a pass.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::Command;
use std::sync::Arc;
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, Stream};
use serde_json::Value;

const ANSWER: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-length: 16\r\nconnection: close\r\n\r\n{\"status\": \"ok\"}";

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// The port of a service that is ready, on 127.0.0.1, under this name.
fn service(name: &str, authority: &Authority) -> u16 {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new([name.to_owned()]).unwrap().signed_by(&key, authority).unwrap();
    let chain: Vec<CertificateDer> = vec![certificate.into()];
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config =
        Arc::new(ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for mut socket in listener.incoming().flatten() {
            let mut connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = Stream::new(&mut connection, &mut socket);
            // A client that does not trust us hangs up: that is what some tests are about.
            if stream.read(&mut [0; 1024]).is_ok() {
                let _ = stream.write_all(ANSWER).and_then(|()| stream.flush());
            }
        }
    });
    port
}

/// Asks the service with these roots: exit code and message.
fn ask(port: u16, roots: Option<&str>) -> (i32, String) {
    let url = format!("https://127.0.0.1:{port}/readyz");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tsfm-gate"));
    command.args(["cutover", "readyz", "--format", "json", "--url", &url]).env_remove("SSL_CERT_FILE");
    let file = tempfile::NamedTempFile::new().unwrap();
    if let Some(roots) = roots {
        std::fs::write(&file, roots).unwrap();
        command.env("SSL_CERT_FILE", file.path());
    }
    let output = command.output().unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    (output.status.code().unwrap(), answer["checks"][0]["message"].as_str().unwrap().to_owned())
}

#[test]
fn an_authority_of_our_own_is_trusted_where_it_is_named() {
    let ours = authority();
    let port = service("127.0.0.1", &ours);
    assert_eq!(ask(port, Some(&ours.pem())).0, 0);
    let (code, message) = ask(port, None);
    assert_eq!((code, message.contains("TLS handshake failed")), (3, true), "{message}");
}

#[test]
fn another_authority_and_another_name_are_refused() {
    let (ours, theirs) = (authority(), authority());
    assert_eq!(ask(service("127.0.0.1", &theirs), Some(&ours.pem())).0, 3);
    assert_eq!(ask(service("other.example", &ours), Some(&ours.pem())).0, 3);
}

#[test]
fn roots_that_are_none_are_a_failure() {
    let ours = authority();
    let port = service("127.0.0.1", &ours);
    for wrong in ["", "no certificate", "-----BEGIN CERTIFICATE-----\n***\n-----END CERTIFICATE-----\n"] {
        let (code, message) = ask(port, Some(wrong));
        assert_eq!((code, message.contains("SSL_CERT_FILE")), (3, true), "{message}");
    }
}
