//go:build linux && (386 || amd64)

package poll

// An EpollEvent is what to watch a descriptor for, or what is there: struct epoll_event itself. Its data,
// 64 bits that the kernel keeps and gives back, are read and set by its methods.
//
//	struct epoll_event { uint32_t events; epoll_data_t data; };
//
// The zero value is no event with data 0. It can be compared.
type EpollEvent struct {
	Events uint32
	data   [2]uint32 // <linux/eventpoll.h>: packed on x86-64 "to make 32bit emulation easier"
}

// Data is the event's data.
func (e *EpollEvent) Data() uint64 { return uint64(e.data[0]) | uint64(e.data[1])<<32 }

// SetData sets the event's data.
func (e *EpollEvent) SetData(v uint64) { e.data = [2]uint32{uint32(v), uint32(v >> 32)} }
