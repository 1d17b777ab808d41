//go:build !race

package poll

func raceRelease() {}
func raceAcquire() {}
