package localpg

import (
	"os/exec"
	"sync"
	"testing"
)

// Whoever starts programs meanwhile keeps no folder locked.
func TestUnlockWhileProgramsStart(t *testing.T) {
	t.Parallel()
	dir, done := t.TempDir(), make(chan struct{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					_ = exec.CommandContext(t.Context(), "true").Run()
				}
			}
		})
	}
	defer wg.Wait()
	defer close(done)
	for range 3000 {
		unlock, err := claim(dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := unlock(); err != nil {
			t.Fatal(err)
		}
	}
}
