package density

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// inParallel calls do for parts of 0 to n, one for each processor.
func inParallel(n int, do func(lo, hi int)) {
	parts := max(1, min(runtime.GOMAXPROCS(0), n/4096))
	eachInParallel(parts, func(k int) { do(n*k/parts, n*(k+1)/parts) })
}

// eachInParallel calls do for 0 to n-1, each processor taking the next.
func eachInParallel(n int, do func(i int)) {
	var wg sync.WaitGroup
	var next atomic.Int64
	for range min(runtime.GOMAXPROCS(0), n) {
		wg.Go(func() {
			for i := next.Add(1) - 1; int(i) < n; i = next.Add(1) - 1 {
				do(int(i))
			}
		})
	}
	wg.Wait()
}
