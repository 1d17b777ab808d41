package strace

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"rawsocket.internal/socket/internal/testutil"
)

func TestMain(m *testing.M) { testutil.Main(m) }

const server = `7 openat(AT_FDCWD, "/etc/ld.so.cache", O_RDONLY) = 3
7 close(3) = 0
7 socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 3
7 bind(3, {sa_family=AF_INET, sin_port=htons(7000), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
7 listen(3, 16) = 0
7 ppoll([{fd=3, events=POLLIN}, {fd=-1}], 2, NULL, NULL, 0) = 1 ([{fd=3, revents=POLLIN}])
7 accept4(3, {sa_family=AF_INET, sin_port=htons(50000), sin_addr=inet_addr("127.0.0.1")}, [128 => 16], SOCK_CLOEXEC) = 4
7 pselect6(5, [3 4], NULL, NULL, NULL, NULL) = 1 (in [4])
7 openat(AT_FDCWD, "page", O_RDONLY|O_CLOEXEC) = 5
7 sendfile(4, 5, NULL, 1048576) = 6
7 close(5) = 0
7 sendto(4, "a) = 1 50000", 12, 0, NULL, 0) = 12
7 recvfrom(4, "", 64, 0, NULL, NULL) = 0
7 close(4) = 0
7 epoll_create1(EPOLL_CLOEXEC) = 4
7 epoll_ctl(4, EPOLL_CTL_ADD, 3, {events=EPOLLIN, data={u32=3, u64=3}}) = 0
7 close(4) = 0
7 close(3) = 0
7 exit_group(0) = ?
7 +++ exited with 0 +++
`

func lines(log string) []string {
	calls, names := Number(Parse(log))
	for i := range calls {
		calls[i] = names.Data(calls[i])
	}
	return calls
}

func TestParseNamesDescriptorsAndPorts(t *testing.T) {
	want := strings.Split(strings.TrimSpace(`
socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = fd0
bind(fd0, {sa_family=AF_INET, sin_port=htons(7000), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
listen(fd0, 16) = 0
ppoll([{fd=fd0, events=POLLIN}, {fd=-1}], 2, NULL, NULL, 0) = 1 ([{fd=fd0, revents=POLLIN}])
accept4(fd0, {sa_family=AF_INET, sin_port=htons(port0), sin_addr=inet_addr("127.0.0.1")}, [128 => 16], SOCK_CLOEXEC) = fd1
pselect6(fd1+1, [fd0 fd1], NULL, NULL, NULL, NULL) = 1 (in [fd1])
openat(AT_FDCWD, "page", O_RDONLY|O_CLOEXEC) = fd2
sendfile(fd1, fd2, NULL, 1048576) = 6
close(fd2) = 0
sendto(fd1, "a) = 1 port0", 12, 0, NULL, 0) = 12
recvfrom(fd1, "", 64, 0, NULL, NULL) = 0
close(fd1) = 0
epoll_create1(EPOLL_CLOEXEC) = fd3
epoll_ctl(fd3, EPOLL_CTL_ADD, fd0, {events=EPOLLIN, data={u32=3, u64=3}}) = 0
close(fd3) = 0
close(fd0) = 0
`), "\n")
	if diff := cmp.Diff(want, lines(server)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The comparison must see what it is for.
func TestParseKeepsDifferences(t *testing.T) {
	want := lines(server)
	edit := func(oldnew ...string) string { return strings.NewReplacer(oldnew...).Replace(server) }
	for what, log := range map[string]string{
		"other ports":   edit("50000", "50001"),
		"other threads": edit("7 accept4(3, {", "7 accept4(3,  <unfinished ...>\n8 futex(0x1, 1) = 0\n7 <... accept4 resumed>{"),
		"other calls":   edit("7 sendto", "7 write(1, \"step\", 4) = 4\n7 --- SIGURG {si_signo=SIGURG} ---\n9 epoll_ctl(7, EPOLL_CTL_ADD, 8, {}) = 0\n7 sendto"),
		"other numbers": edit("(3", "(13", "= 3", "= 13", "fd=3", "fd=13", "(5, [3 4]", "(15, [13 14]", "[4]", "[14]", "(4", "(14", "= 4", "= 14", "ADD, 3", "ADD, 13", "sendfile(4, 5", "sendfile(14, 5"),
	} {
		if diff := cmp.Diff(want, lines(log)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	for what, log := range map[string]string{
		"a hidden call":         edit("7 accept4", "7 getsockopt(3, SOL_SOCKET, SO_PROTOCOL, [6], [4]) = 0\n7 accept4"),
		"a hidden poll":         edit("7 accept4", "7 ppoll([{fd=3, events=POLLIN}], 1, NULL, NULL, 0) = 1\n7 accept4"),
		"the runtime's epoll":   edit("7 sendto", "7 epoll_ctl(9, EPOLL_CTL_ADD, 3, {}) = 0\n7 sendto"),
		"a call less":           edit("7 close(4) = 0\n", ""),
		"another order":         edit("7 close(4) = 0\n7 close(3) = 0\n", "7 close(3) = 0\n7 close(4) = 0\n"),
		"another socket":        edit("recvfrom(4", "recvfrom(3"),
		"another set":           edit("[3 4]", "[4]"),
		"another file":          edit("sendfile(4, 5", "sendfile(4, 3"),
		"another name":          edit(`"page"`, `"pages"`),
		"another flag":          edit("64, 0, NULL", "64, MSG_DONTWAIT, NULL"),
		"another length":        edit("[128 => 16]", "[112 => 16]"),
		"another highest":       edit("pselect6(5", "pselect6(6"),
		"other bytes":           edit("a) = 1", "b) = 1"),
		"another result":        edit("NULL, 0) = 12", "NULL, 0) = 11"),
		"another fixed port":    edit("htons(7000)", "htons(7001)"),
		"the wrong port":        edit("htons(50000)", "htons(60000)"),
		"write in send's place": edit(`sendto(4, "a) = 1 50000", 12, 0, NULL, 0)`, `write(4, "a) = 1 50000", 12)`),
	} {
		if cmp.Equal(want, lines(log)) {
			t.Errorf("%s: not seen", what)
		}
	}
}

// A child has its parent's descriptors as they were at the fork, even if the log has its first call before the
// parent's return from it.
func TestParseFollowsProcesses(t *testing.T) {
	const log = `7 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3
7 accept(3, NULL, NULL) = 4
7 clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD <unfinished ...>
8 close(3) = 0
8 socket(AF_INET, SOCK_DGRAM, IPPROTO_IP) = 3
7 <... clone resumed>, child_tidptr=0x7f) = 8
7 close(4) = 0
8 recvfrom(4, "x", 1, 0, NULL, NULL) = 1
7 accept(3, NULL, NULL) = 4
7 clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD) = 9
9 send(4, "y", 1, 0) = 1
`
	var got []string
	calls := Parse(log)
	text, _ := Number(calls)
	for i, c := range calls {
		got = append(got, string(rune('0'+c.Process))+" "+text[i])
	}
	want := []string{
		"0 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = fd0",
		"0 accept(fd0, NULL, NULL) = fd1",
		"1 close(fd0) = 0",
		"1 socket(AF_INET, SOCK_DGRAM, IPPROTO_IP) = fd2",
		"0 close(fd1) = 0",
		`1 recvfrom(fd1, "x", 1, 0, NULL, NULL) = 1`,
		"0 accept(fd0, NULL, NULL) = fd3",
		`2 send(fd3, "y", 1, 0) = 1`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestParseFollowsPassedDescriptors(t *testing.T) {
	const log = `7 socketpair(AF_UNIX, SOCK_STREAM, 0, [3, 4]) = 0
7 sendmsg(3, {msg_name=NULL, msg_iov=[{iov_base="!", iov_len=1}], msg_control=[{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[4]}]}, 0) = 1
7 recvmsg(4, {msg_name=NULL, msg_iov=[{iov_base="!", iov_len=1}], msg_control=[{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[5]}]}, 0) = 1
7 close(5) = 0
`
	var got []string
	for _, line := range lines(log) {
		_, after, _ := strings.Cut(line, "cmsg_data")
		got = append(got, after)
	}
	if diff := cmp.Diff([]string{"", "=[fd1]}]}, 0) = 1", "=[fd2]}]}, 0) = 1", ""}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestStoriesAreThoseOfEachDescriptor(t *testing.T) {
	want := []string{
		"accept(other, NULL, NULL) = fd\nsend(fd, \"a\", 1, 0) = 1\nclose(fd) = 0",
		"accept(other, NULL, NULL) = fd\nsend(fd, \"b\", 1, 0) = 1\nclose(fd) = 0",
		"socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = fd\naccept(fd, NULL, NULL) = other\naccept(fd, NULL, NULL) = other",
	}
	parts := []string{`7 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3
7 accept(3, NULL, NULL) = 4
7 accept(3, NULL, NULL) = 5
`, "8 send(4, \"a\", 1, 0) = 1\n", "9 send(5, \"b\", 1, 0) = 1\n", "8 close(4) = 0\n", "9 close(5) = 0\n"}
	for _, order := range [][]int{{0, 1, 2, 3, 4}, {0, 2, 1, 4, 3}, {0, 1, 3, 2, 4}} {
		var log strings.Builder
		for _, i := range order {
			log.WriteString(parts[i])
		}
		if diff := cmp.Diff(want, Stories(Parse(log.String()))); diff != "" {
			t.Errorf("%v (-want +got):\n%s", order, diff)
		}
	}
	if slices.Equal(want, Stories(Parse(parts[0]+parts[3]+parts[1]+parts[2]+parts[4]))) {
		t.Error("a close before the send: not seen")
	}
}

func TestWithoutDropsWhatADescriptorGoesThrough(t *testing.T) {
	calls := Without(Parse(server), func(c Call) bool { return c.Name == "openat" || c.Name == "epoll_create1" })
	for _, c := range calls {
		if s := c.String(); strings.Contains(s, "page") || strings.Contains(s, "sendfile") || strings.Contains(s, "epoll") {
			t.Errorf("%s is left", s)
		}
	}
	if got, want := len(calls), len(Parse(server))-6; got != want {
		t.Errorf("%d calls are left, want %d", got, want)
	}
}
