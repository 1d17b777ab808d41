//go:build !race

package socket

func raceRelease()             {}
func raceAcquire()             {}
func raceRead([]byte, int)     {}
func raceWrite([]byte, int)    {}
func raceReadv([][]byte, int)  {}
func raceWritev([][]byte, int) {}
