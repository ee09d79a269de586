//! Whom TLS trusts.

use std::path::Path;

use ureq::tls::{Certificate, PemItem, RootCerts, parse_pem};

use crate::input;

/// Names a file with certificates in PEM that are trusted instead of the built-in ones, as it does for curl and OpenSSL.
const VARIABLE: &str = "SSL_CERT_FILE";

/// A bundle of every public root has a quarter of this.
const MAX_BYTES: usize = 1024 * 1024;

/// The roots that the user names, for services behind an authority of their own; else Mozilla's.
pub(super) fn roots() -> Result<RootCerts, String> {
    let Some(path) = std::env::var_os(VARIABLE).filter(|path| !path.is_empty()) else {
        return Ok(RootCerts::WebPki);
    };
    let file = input::read_start(Path::new(&path), MAX_BYTES, VARIABLE).map_err(|error| error.to_string())?;
    let items: Result<Vec<PemItem>, _> = parse_pem(&file.bytes).collect();
    let items = items.ok().filter(|_| file.is_all);
    let certificates: Vec<Certificate> = items.into_iter().flatten().filter_map(certificate).collect();
    if certificates.is_empty() {
        return Err(format!("{VARIABLE}: expected a file with certificates in PEM, found something else"));
    }
    Ok(RootCerts::from(certificates))
}

fn certificate(item: PemItem<'static>) -> Option<Certificate<'static>> {
    match item {
        PemItem::Certificate(certificate) => Some(certificate),
        _ => None,
    }
}
