"""A timestamp authority of this test run (RFC 3161): openssl behind HTTP on loopback, with certificates made here."""

import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_CONFIG = """
[tsa]
default_tsa = one
[one]
dir = {folder}
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


def _certificate(name: str, issuer: str, key: ec.EllipticCurvePrivateKey, by: ec.EllipticCurvePrivateKey) -> bytes:
    now = datetime.fromtimestamp(time.time(), UTC)
    root = name == issuer

    def named(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    made = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=root, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
    )
    if not root:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        made = made.add_extension(usage, critical=True)
    return made.sign(by, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


class Authority:
    """Answers queries. `root` is the file that a verifier names; `asked` counts queries."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder, self.root, self.asked = folder, folder / "root.pem", 0
        root, signer = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        self.root.write_bytes(_certificate("root", "root", root, root))
        (folder / "tsa.pem").write_bytes(_certificate("authority", "root", signer, root))
        (folder / "tsa.key").write_bytes(
            signer.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        (folder / "serial").write_text("01\n")
        (folder / "tsa.cnf").write_text(_CONFIG.format(folder=folder))

    def answer(self, query: bytes) -> bytes:
        """Stamp what a query asks for."""
        self.asked += 1
        (self.folder / "query").write_bytes(query)
        subprocess.run(
            ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query", "-out", "answer"],
            cwd=self.folder,
            check=True,
            capture_output=True,
            timeout=30,
        )
        return (self.folder / "answer").read_bytes()

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Answer on loopback; give the address."""
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                data = authority.answer(self.rfile.read(int(self.headers["content-length"])))
                self.send_response(200)
                self.send_header("content-type", "application/timestamp-reply")
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        with HTTPServer(("127.0.0.1", 0), Handler) as server:
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            try:
                yield f"http://127.0.0.1:{server.server_port}/"
            finally:
                server.shutdown()
                thread.join()
