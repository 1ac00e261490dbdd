"""A small POP3 server without messages, where one signs in by XOAUTH2 as at the large providers (RFC 5034)."""

from __future__ import annotations

import base64
import socketserver
import threading
from contextlib import suppress


class TokenPop3:
    """`with TokenPop3("token") as server:`. Another token gets a challenge, and when that is answered a refusal."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __enter__(self) -> TokenPop3:
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                with suppress(OSError):
                    outer._talk(self)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _talk(self, client: socketserver.StreamRequestHandler) -> None:
        client.wfile.write(b"+OK ready\r\n")
        for line in client.rfile:
            command = line.decode().strip()
            if command == "AUTH XOAUTH2":
                client.wfile.write(b"+ \r\n")
                if f"auth=Bearer {self._token}\x01" in base64.b64decode(client.rfile.readline()).decode():
                    client.wfile.write(b"+OK welcome\r\n")
                    continue
                client.wfile.write(b"+ eyJzdGF0dXMiOiI0MDEifQ==\r\n")
                client.rfile.readline()
                client.wfile.write(b"-ERR [AUTH] not you\r\n")
            elif command in ("UIDL", "LIST"):
                client.wfile.write(b"+OK\r\n.\r\n")
            else:
                client.wfile.write(b"+OK\r\n" if command == "QUIT" else b"-ERR protocol error\r\n")
