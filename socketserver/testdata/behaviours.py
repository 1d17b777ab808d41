"""What Python's socketserver does, one line of JSON for each behaviour: see python_test.go."""

import errno, json, os, select, socket, socketserver, sys, tempfile, threading, time

H = ("127.0.0.1", 0)


def dial(server):
    c = socket.create_connection(server.server_address, timeout=5)
    return c


def serve(server):
    t = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    t.start()
    return server


def read_all(c):
    data = b""
    try:
        while True:
            p = c.recv(4096)
            if not p:
                return data.decode()
            data += p
    except OSError as e:
        return data.decode() + " " + errno.errorcode.get(e.errno, str(e))


class Quiet:
    def handle_error(self, request, client_address):
        self.errors = getattr(self, "errors", []) + [type(sys.exc_info()[1]).__name__]


class TCP(Quiet, socketserver.TCPServer):
    pass


class Threading(Quiet, socketserver.ThreadingTCPServer):
    pass


class Hello(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.sendall(b"hello")


def address():
    with TCP(H, Hello) as s:
        return "known" if s.server_address[1] else "0"


def backlog():
    with TCP(H, Hello) as s:
        clients = []
        for _ in range(50):
            c = socket.socket()
            c.setblocking(False)
            c.connect_ex(s.server_address)
            clients.append(c)
        time.sleep(0.2)
        n = sum(c.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == 1 and
                bool(select.select([], [c], [], 0)[1]) for c in clients)
        for c in clients:
            c.close()
        return "50" if n == 50 else "about 5" if n < 10 else str(n)


def restart():
    s = TCP(H, Hello)
    addr = s.server_address
    c = dial(s)
    s.handle_request()
    read_all(c)
    c.close()
    s.server_close()
    try:
        TCP(addr, Hello).server_close()
        return "listens"
    except OSError as e:
        return errno.errorcode[e.errno]


def handle_request():
    with TCP(H, Hello) as s:
        a, b = dial(s), dial(s)
        s.handle_request()
        first = read_all(a)
        b.settimeout(0.05)
        second = read_all(b)
        return first + ", then " + ("nothing" if "timed out" in second else second)


def handle_timeout():
    with TCP(H, Hello) as s:
        s.timeout = 0.02
        called = []
        s.handle_timeout = lambda: called.append(1)
        s.handle_request()
        return "handle_timeout is called" if called else "nothing"


def concurrency(kind):
    gate = threading.Barrier(2)

    class Wait(socketserver.BaseRequestHandler):
        def handle(self):
            try:
                gate.wait(0.2)
                self.request.sendall(b"two at once")
            except threading.BrokenBarrierError:
                self.request.sendall(b"one at a time")

    with kind(H, Wait) as s:
        serve(s)
        a, b = dial(s), dial(s)
        r = read_all(a)
        read_all(b)
        s.shutdown()
        return r


def verify():
    with TCP(H, Hello) as s:
        s.verify_request = lambda request, address: False
        c = dial(s)
        s.handle_request()
        return read_all(c) or "the end"


def order(fail=None):
    calls = []

    class Order(socketserver.BaseRequestHandler):
        def step(self, name):
            calls.append(name)
            if name == fail:
                raise ValueError(name)

        def setup(self):
            self.step("setup")

        def handle(self):
            self.step("handle")

        def finish(self):
            self.step("finish")

    with TCP(H, Order) as s:
        c = dial(s)
        s.handle_request()
        read_all(c)
        if getattr(s, "errors", []):
            calls.append("error")
        c = dial(s)
        if fail:
            s.RequestHandlerClass = Hello
            s.handle_request()
            calls.append(read_all(c))
        return " ".join(calls)


def stream_handler():
    class Lines(socketserver.StreamRequestHandler):
        def handle(self):
            for line in self.rfile:
                self.wfile.write(line.upper())

    with TCP(H, Lines) as s:
        serve(s)
        c = dial(s)
        c.sendall(b"one\ntwo\n")
        c.shutdown(socket.SHUT_WR)
        r = read_all(c)
        s.shutdown()
        return r


def wfile_at_once():
    done = threading.Event()

    class Write(socketserver.StreamRequestHandler):
        def handle(self):
            self.wfile.write(b"early")
            done.wait(1)

    with TCP(H, Write) as s:
        serve(s)
        c = dial(s)
        c.settimeout(0.2)
        try:
            c.recv(5)
            r = "when it is written"
        except socket.timeout:
            r = "later"
        done.set()
        s.shutdown()
        return r


def read_timeout():
    class Read(socketserver.StreamRequestHandler):
        timeout = 0.02

        def handle(self):
            self.rfile.readline()

    with TCP(H, Read) as s:
        c = dial(s)
        s.handle_request()
        return read_all(c) + ", ".join(s.errors)


def shutdown_in_handler():
    class Stop(socketserver.BaseRequestHandler):
        def handle(self):
            self.server.shutdown()

    s = TCP(H, Stop)
    t = threading.Thread(target=s.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    t.start()
    dial(s)
    t.join(0.5)
    return "deadlock" if t.is_alive() else "ends"


def shutdown_delay():
    best = 9.0
    for _ in range(2):
        with TCP(H, Hello) as s:
            threading.Thread(target=s.serve_forever, daemon=True).start()
            time.sleep(0.05)
            begin = time.monotonic()
            s.shutdown()
            best = min(best, time.monotonic() - begin)
    return "polls" if best > 0.2 else "at once"


def shutdown_listens():
    with TCP(H, Hello) as s:
        serve(s)
        s.shutdown()
        try:
            dial(s)
            return "still listens"
        except OSError as e:
            return errno.errorcode[e.errno]


def close_waits():
    done = []

    class Slow(socketserver.BaseRequestHandler):
        def handle(self):
            self.request.recv(1)
            time.sleep(0.1)
            done.append(1)

    s = serve(Threading(H, Slow))
    c = dial(s)
    c.sendall(b"x")
    time.sleep(0.05)
    s.shutdown()
    s.server_close()
    return "waits for handlers" if done else "leaves them"


def unread():
    class Rude(socketserver.StreamRequestHandler):
        def handle(self):
            self.rfile.readline()
            self.wfile.write(b"no")

    with TCP(H, Rude) as s:
        c = dial(s)
        c.sendall(b"please\n" + b"x" * 50000)
        s.handle_request()
        time.sleep(0.05)
        return read_all(c)


class UDP(Quiet, socketserver.UDPServer):
    pass


def udp_client(server):
    c = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    c.settimeout(5)
    c.connect(server.server_address)
    return c


def udp_length():
    class Length(socketserver.BaseRequestHandler):
        def handle(self):
            data, s = self.request
            s.sendto(str(len(data)).encode(), self.client_address)

    with UDP(H, Length) as s:
        c = udp_client(s)
        c.send(b"x" * 9000)
        s.handle_request()
        return c.recv(100).decode()


def udp_files():
    class Files(socketserver.DatagramRequestHandler):
        def handle(self):
            self.wfile.write(self.rfile.read().upper())
            self.wfile.write(b"!")

    with UDP(H, Files) as s:
        c = udp_client(s)
        c.send(b"hello")
        s.handle_request()
        return c.recv(100).decode()


def udp_silent():
    class Silent(socketserver.DatagramRequestHandler):
        def handle(self):
            pass

    with UDP(H, Silent) as s:
        c = udp_client(s)
        c.settimeout(0.1)
        c.send(b"hello")
        s.handle_request()
        try:
            return "%d bytes" % len(c.recv(100))
        except socket.timeout:
            return "no answer"


def udp_address():
    class Echo(socketserver.BaseRequestHandler):
        def handle(self):
            data, s = self.request
            s.sendto(data, self.client_address)

    with UDP(("0.0.0.0", 0), Echo) as s:
        c = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        c.settimeout(5)
        c.bind(("127.0.0.1", 0))
        c.sendto(b"x", ("127.0.0.2", s.server_address[1]))
        s.handle_request()
        return c.recvfrom(100)[1][0]


def unix_path():
    with tempfile.TemporaryDirectory() as d:
        path = os.path.join(d, "s")
        with socketserver.UnixStreamServer(path, Hello):
            pass
        left = "left" if os.path.exists(path) else "removed"
        open(path, "w").close() if left == "removed" else None
        try:
            socketserver.UnixStreamServer(path, Hello).server_close()
            return left + ", then listens"
        except OSError as e:
            return left + ", then " + errno.errorcode[e.errno]


def unix_datagram():
    class Echo(socketserver.BaseRequestHandler):
        def handle(self):
            data, s = self.request
            s.sendto(data, self.client_address)

    with tempfile.TemporaryDirectory() as d:
        with socketserver.UnixDatagramServer(os.path.join(d, "s"), Echo) as s:
            c = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            c.bind(os.path.join(d, "c"))
            c.settimeout(5)
            c.sendto(b"hello", os.path.join(d, "s"))
            s.handle_request()
            return c.recv(100).decode()


behaviours = {
    "the port is known after bind": address,
    "backlog": backlog,
    "restart beside TIME_WAIT": restart,
    "handle_request": handle_request,
    "handle_request and nobody comes": handle_timeout,
    "a server": lambda: concurrency(TCP),
    "ThreadingMixIn": lambda: concurrency(Threading),
    "verify_request is false": verify,
    "a handler's steps": order,
    "setup fails": lambda: order("setup"),
    "handle fails": lambda: order("handle"),
    "finish fails": lambda: order("finish"),
    "rfile and wfile": stream_handler,
    "what wfile gets is sent": wfile_at_once,
    "StreamRequestHandler.timeout": read_timeout,
    "shutdown in a handler": shutdown_in_handler,
    "shutdown of an idle server": shutdown_delay,
    "connect after shutdown": shutdown_listens,
    "server_close": close_waits,
    "data nobody read": unread,
    "max_packet_size": udp_length,
    "DatagramRequestHandler": udp_files,
    "a datagram handler that says nothing": udp_silent,
    "the address a datagram is answered from": udp_address,
    "a unix path after server_close": unix_path,
    "UnixDatagramServer": unix_datagram,
}

for name, f in behaviours.items():
    print(json.dumps([name, f()]), flush=True)
os._exit(0)  # past the thread that is deadlocked
