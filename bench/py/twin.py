"""The contestants in Python: the same work with CPython's socket. Arguments as those of the C twin."""
import os
import resource
import selectors
import socket
import struct
import sys
import threading
import time

arguments = dict(a.split("=", 1) for a in sys.argv[2:])


def number(key, otherwise):
    return int(arguments.get(key, otherwise))


def verify(ok, what):
    if not ok:
        sys.exit("twin.py: wrong data: " + what)


def filled(n):
    return bytearray((i * 7 + i // 256) & 255 for i in range(n))


def stamp(p, seq):
    p[:8] = struct.pack("=q", seq)[: len(p)]


class Clock:
    slice = 1

    def begin(self):
        self.usage = resource.getrusage(resource.RUSAGE_SELF)
        self.start = time.monotonic_ns()
        self.taken = []

    def finish(self, n):
        ns = time.monotonic_ns() - self.start
        u, v = self.usage, resource.getrusage(resource.RUSAGE_SELF)
        cpu = (v.ru_utime + v.ru_stime - u.ru_utime - u.ru_stime) * 1e9
        switches = v.ru_nvcsw + v.ru_nivcsw - u.ru_nvcsw - u.ru_nivcsw
        line = '{"n":%d,"ns":%d,"cpu":%.0f,"switches":%d' % (n, ns, cpu, switches)
        if self.slice > 1:
            line += ',"slice":%d' % self.slice
        if self.taken:
            t = sorted(self.taken)
            for name, q in ("p50", 0.5), ("p99", 0.99), ("p999", 0.999):
                line += ',"%s":%d' % (name, t[int(len(t) * q)])
        print(line + "}", flush=True)


clock = Clock()


def sliced(n, body):
    """Runs n operations, some between two readings of the clock: see the C twin."""
    size = min(number("slice", 64), n)
    clock.begin()
    before = time.monotonic_ns()
    for i in range(0, n - n % size, size):
        body(i, i + size)
        t = time.monotonic_ns()
        clock.taken.append(t - before)
        before = t
    clock.slice = size
    clock.finish(n - n % size)


def getsockopt(n):
    s = socket.socket()

    def body(i, end):
        for _ in range(i, end):
            verify(s.getsockopt(socket.SOL_SOCKET, socket.SO_TYPE) == socket.SOCK_STREAM, "SO_TYPE")

    sliced(n, body)


def setsockopt(n):
    s = socket.socket()

    def body(i, end):
        for _ in range(i, end):
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    sliced(n, body)
    verify(s.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1, "TCP_NODELAY")


def getsockname(n):
    s = socket.socket()
    s.bind(("127.0.0.1", 0))
    port = s.getsockname()[1]

    def body(i, end):
        for _ in range(i, end):
            verify(s.getsockname()[1] == port, "port")

    sliced(n, body)


def socketclose(n):

    def body(i, end):
        for _ in range(i, end):
            socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK).close()

    sliced(n, body)


def accept(n):
    l = socket.socket()
    l.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    l.bind(("127.0.0.1", 0))
    l.listen(4096)
    l.setblocking(False)
    to = l.getsockname()

    def body(i, end):
        for _ in range(i, end):
            c = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
            try:
                c.connect(to)
            except BlockingIOError:
                pass
            fd, peer = l.accept()
            verify(peer[0] == "127.0.0.1", "peer")
            fd.close()
            c.close()

    sliced(n, body)


def fdpass(n):
    a, b = socket.socketpair()
    file = os.open("/dev/null", os.O_RDONLY)
    want = os.fstat(file)

    def body(i, end):
        for i in range(i, end):
            socket.send_fds(a, [bytes([i & 255])], [file])
            p, fds, _, _ = socket.recv_fds(b, 1, 1)
            verify(p[0] == i & 255 and len(fds) == 1, "sequence")
            if i % 1024 == 0:
                verify(os.path.samestat(os.fstat(fds[0]), want), "file")
            os.close(fds[0])

    sliced(n, body)


def connected():
    proto, to = arguments.get("proto", "tcp"), arguments["to"]
    if proto == "unix":
        s = socket.socket(socket.AF_UNIX)
        s.connect("\0" + to)
        return s
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM if proto == "tcp" else socket.SOCK_DGRAM)
    s.connect(("127.0.0.1", int(to)))
    if proto == "tcp":
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return s


def recv_all(s, p):
    view = memoryview(p)
    while view:
        n = s.recv_into(view)
        verify(n > 0, "end of the stream")
        view = view[n:]


def pingpong(n):
    s, warm = connected(), number("warm", 100)
    out = filled(number("size", 64))
    back = bytearray(len(out))
    for i in range(-warm, n):
        if i == 0:
            clock.begin()
            before = time.monotonic_ns()
        stamp(out, i)
        s.sendall(out)
        recv_all(s, back)
        verify(back == out, "echo")
        if i >= 0:
            t = time.monotonic_ns()
            clock.taken.append(t - before)
            before = t
    clock.finish(n)


def send(n):
    s, p, go = connected(), filled(number("size", 65536)), bytearray(1)
    recv_all(s, go)
    clock.begin()
    for i in range(n):
        stamp(p, i)
        s.sendall(p)
    recv_all(s, go)
    clock.finish(n)


def recv(n):
    s, want = connected(), filled(number("size", 65536))
    p = bytearray(len(want))
    s.sendall(b"\1")
    clock.begin()
    for i in range(n):
        recv_all(s, p)
        stamp(want, i)
        verify(p == want, "message")
    s.sendall(b"\1")
    clock.finish(n)


def udp(n):
    burst, size = 64, number("size", 64)
    n = (n + burst - 1) // burst * burst
    a, b = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) for _ in range(2))
    b.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    b.bind(("127.0.0.1", 0))
    to, p, want, q = b.getsockname(), filled(size), filled(size), bytearray(size + 1)

    def body(i, end):
        for k in range(i, end):
            stamp(p, k)
            a.sendto(p, to)
        for k in range(i, end):
            m, _ = b.recvfrom_into(q)
            stamp(want, k)
            verify(q[:m] == want, "datagram")

    sliced(n, body)


def echo(_):
    family, where = (socket.AF_INET6, "::1") if arguments.get("proto") == "tcp6" else (socket.AF_INET, "127.0.0.1")
    l = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    l.bind((where, 0))
    l.listen(4096)
    print("at", l.getsockname()[1], flush=True)
    sel = selectors.DefaultSelector()
    sel.register(l, selectors.EVENT_READ)
    while True:
        for key, _ in sel.select():
            s = key.fileobj
            if s is l:
                try:
                    while True:
                        c, _ = l.accept()
                        c.setblocking(False)
                        c.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                        sel.register(c, selectors.EVENT_READ)
                except BlockingIOError:
                    continue
            p = s.recv(4096)
            if p:
                s.send(p)
            else:
                sel.unregister(s)
                s.close()


def obey():
    while os.read(0, 1):
        pass
    os._exit(2)


threading.Thread(target=obey, daemon=True).start()
globals()[sys.argv[1]](number("n", 1))
os._exit(0)
