#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""socksd.py PORT LOG: a SOCKS5 proxy (RFC 1928, 1929) on a free port of
127.0.0.1, which it prints. Wherever it is asked to connect to, it connects to
PORT of 127.0.0.1; LOG gets "USER:PASSWORD HOST PORT" for each. It ends when its
standard input does."""
import socket
import sys
import threading


def exactly(c, n):
    data = b''
    while len(data) < n:
        piece = c.recv(n - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


def pump(a, b):
    try:
        while data := a.recv(65536):
            b.sendall(data)
        b.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def log_in(c):
    """The client's user and password, or '-' if it offers none."""
    _, n = exactly(c, 2)
    if 2 not in exactly(c, n):
        c.sendall(b'\5\0')
        return '-'
    c.sendall(b'\5\2')
    user = exactly(c, exactly(c, 2)[1]).decode()
    word = exactly(c, exactly(c, 1)[0]).decode()
    c.sendall(b'\1\0')
    return user + ':' + word


def serve(c, port, log):
    try:
        who = log_in(c)
        kind = exactly(c, 4)[3]
        if kind == 3:
            host = exactly(c, exactly(c, 1)[0]).decode()
        elif kind == 1:
            host = socket.inet_ntop(socket.AF_INET, exactly(c, 4))
        else:
            host = socket.inet_ntop(socket.AF_INET6, exactly(c, 16))
        print(who, host, int.from_bytes(exactly(c, 2), 'big'), file=log,
              flush=True)
        far = socket.create_connection(('127.0.0.1', port))
        c.sendall(b'\5\0\0\1' + bytes(6))
        threading.Thread(target=pump, args=(far, c), daemon=True).start()
        pump(c, far)
    except (EOFError, OSError):
        c.close()


def accept(listener, port, log):
    while True:
        c, _ = listener.accept()
        threading.Thread(target=serve, args=(c, port, log),
                         daemon=True).start()


def main():
    listener = socket.create_server(('127.0.0.1', 0))
    with open(sys.argv[2], 'a', encoding='utf-8') as log:
        threading.Thread(target=accept,
                         args=(listener, int(sys.argv[1]), log),
                         daemon=True).start()
        print(listener.getsockname()[1], flush=True)
        sys.stdin.read()


main()
