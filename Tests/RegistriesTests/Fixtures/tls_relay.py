"""TLS before a server that speaks plain HTTP. Usage: tls_relay.py CERTIFICATE KEY PORT; prints its own port."""

import socket
import ssl
import sys
import threading

context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])


def pump(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    for end in (source, target):
        # Without a close_notify: the connection breaks off as it does where a proxy dies.
        try:
            socket.socket.shutdown(end, socket.SHUT_RDWR)
        except OSError:
            pass


def serve(client):
    if client.recv(1, socket.MSG_PEEK) != b"\x16":
        # What is not read makes the close a reset, which may overtake the answer.
        client.recv(65536)
        client.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n")
        client.close()
        return
    try:
        secure = context.wrap_socket(client, server_side=True)
    except OSError:
        return
    server = socket.create_connection(("127.0.0.1", int(sys.argv[3])))
    threading.Thread(target=pump, args=(secure, server), daemon=True).start()
    pump(server, secure)


listener = socket.create_server(("127.0.0.1", 0), backlog=128)
print(listener.getsockname()[1], flush=True)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
