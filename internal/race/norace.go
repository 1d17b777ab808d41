//go:build !race

// Package race tells the race detector what the kernel does: whatever one goroutine did before it sent, or
// woke another, happens before what another does once it has received, or was told of readiness. As in
// x/sys/unix, programs that order memory by socket traffic see no false reports. Without the detector its
// functions are empty.
package race

func Release()             {}
func Acquire()             {}
func Read([]byte, int)     {}
func Write([]byte, int)    {}
func Readv([][]byte, int)  {}
func Writev([][]byte, int) {}
