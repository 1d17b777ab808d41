//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package netdb

import "fmt"

// An EAI is an error of this package: C's EAI_* with glibc's values on every system, and glibc's texts.
//
//	const char *gai_strerror(int errcode);
//
// An EAI with a cause is wrapped together with it: errors.Is(err, netdb.EAI_AGAIN) is the way to compare. The
// cause of EAI_AGAIN is the *net.DNSError or the error of the context that ended; that of EAI_SYSTEM the
// unix.Errno. See gai_strerror(3).
type EAI int

// What Getaddrinfo and Getnameinfo return. The others that glibc has, EAI_INPROGRESS to EAI_INTR, belong to
// getaddrinfo_a(3), whose place goroutines take; they are here for their texts.
const (
	EAI_BADFLAGS    EAI = -1   // Flags has bits that no AI_* or NI_* is, or AI_CANONNAME is set without a node
	EAI_NONAME      EAI = -2   // no such host, or neither node nor service given
	EAI_AGAIN       EAI = -3   // a name server did not answer, or cannot now; the context ended
	EAI_FAIL        EAI = -4   // never returned
	EAI_NODATA      EAI = -5   // DNS knows the host, and no address of the family
	EAI_FAMILY      EAI = -6   // Family is not AF_UNSPEC, AF_INET or AF_INET6
	EAI_SOCKTYPE    EAI = -7   // there is no such Socktype, or not with that Protocol
	EAI_SERVICE     EAI = -8   // no such service, or not for that Socktype
	EAI_ADDRFAMILY  EAI = -9   // node is a number of the other family
	EAI_MEMORY      EAI = -10  // never returned
	EAI_SYSTEM      EAI = -11  // a system call failed: the error wraps its errno
	EAI_OVERFLOW    EAI = -12  // never returned: strings have no limit
	EAI_INPROGRESS  EAI = -100 // this and the next: never returned
	EAI_CANCELED    EAI = -101
	EAI_NOTCANCELED EAI = -102
	EAI_ALLDONE     EAI = -103
	EAI_INTR        EAI = -104
	EAI_IDN_ENCODE  EAI = -105 // AI_IDN, and node is not ASCII
)

// Error is gai_strerror's text; "Unknown error" for a number without one.
func (e EAI) Error() string {
	switch e {
	case EAI_BADFLAGS:
		return "Bad value for ai_flags"
	case EAI_NONAME:
		return "Name or service not known"
	case EAI_AGAIN:
		return "Temporary failure in name resolution"
	case EAI_FAIL:
		return "Non-recoverable failure in name resolution"
	case EAI_NODATA:
		return "No address associated with hostname"
	case EAI_FAMILY:
		return "ai_family not supported"
	case EAI_SOCKTYPE:
		return "ai_socktype not supported"
	case EAI_SERVICE:
		return "Servname not supported for ai_socktype"
	case EAI_ADDRFAMILY:
		return "Address family for hostname not supported"
	case EAI_MEMORY:
		return "Memory allocation failure"
	case EAI_SYSTEM:
		return "System error"
	case EAI_INPROGRESS:
		return "Processing request in progress"
	case EAI_CANCELED:
		return "Request canceled"
	case EAI_NOTCANCELED:
		return "Request not canceled"
	case EAI_ALLDONE:
		return "All requests done"
	case EAI_INTR:
		return "Interrupted by a signal"
	case EAI_IDN_ENCODE:
		return "Parameter string not correctly encoded"
	}
	return "Unknown error"
}

// because joins an EAI with its cause: errors.Is finds both.
func (e EAI) because(cause error) error { return fmt.Errorf("%w: %w", e, cause) }
