//! A service on loopback that behaves as badly as the test asks for.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What it does with each connection once the request is there.
#[derive(Debug, Clone)]
pub(crate) enum Does {
    /// Sends these bytes and closes.
    Sends(Vec<u8>),
    /// Sends these bytes, one at a time with a pause.
    Drips(Vec<u8>, Duration),
    /// Sends these bytes, and then nothing for a long time.
    Hangs(Vec<u8>),
    /// Never stops.
    Floods,
}

/// A server that lives as long as the test.
pub(crate) struct Server {
    pub(crate) port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

/// A whole answer.
pub(crate) fn response(status: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}").into_bytes()
}

impl Server {
    pub(crate) fn new(does: Does) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (does, heard) = (does.clone(), Arc::clone(&heard));
                thread::spawn(move || serve(stream, &does, &heard));
            }
        });
        Self { port, asked }
    }

    pub(crate) fn ready() -> Self {
        Self::new(Does::Sends(response(
            "200 OK",
            r#"{"status": "ok", "checks": {"keys": {"status": "ok"}}}"#,
        )))
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/readyz", self.port)
    }

    /// The requests so far.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(mut stream: TcpStream, does: &Does, heard: &Mutex<Vec<String>>) {
    heard.lock().unwrap().push(request(&mut stream));
    // A client that has heard enough closes; that is not the server's business.
    let _ = match does {
        Does::Sends(bytes) => stream.write_all(bytes),
        Does::Drips(bytes, pause) => bytes.iter().try_for_each(|byte| {
            thread::sleep(*pause);
            stream.write_all(&[*byte])
        }),
        Does::Hangs(bytes) => stream.write_all(bytes).map(|()| thread::sleep(Duration::from_mins(10))),
        Does::Floods => {
            let begun = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
            begun.and_then(|()| std::iter::repeat(()).try_for_each(|()| stream.write_all(&[b' '; 8192])))
        }
    };
}

/// The request with its body, as far as the head says how long that is.
fn request(stream: &mut TcpStream) -> String {
    let (mut text, mut piece) = (String::new(), [0; 4096]);
    loop {
        let wanted = text.split_once("\r\n\r\n").map(|(head, body)| {
            let length = head
                .lines()
                .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
            body.len() >= length.unwrap_or(0)
        });
        if wanted == Some(true) {
            return text;
        }
        match stream.read(&mut piece) {
            Ok(count) if count > 0 => text.push_str(&String::from_utf8_lossy(&piece[..count])),
            _ => return text,
        }
    }
}
